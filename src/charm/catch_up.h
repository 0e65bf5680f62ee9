// What was missed: which slot of a job with catch-up is run now, which are only recorded as lost,
// and what the leader publishes so that the next one can tell. A slot is a minute in which the
// schedule is due. Starting a run is for others; docs/leadership.md says in which order.
//
// How far a job has come is its mark: all slots up to it are dealt with. A job without a mark, or
// with one of another schedule, is new: it has missed nothing, and its mark is now.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "charm/leadership.h"
#include "cron/schedule.h"
#include "cron/time_zone.h"
#include "jobs/job.h"

namespace leader_cron {

// A slot that is younger than this may still be started by cron: it looks at the crontab once a
// minute and starts a minute's jobs in its first seconds.
inline constexpr std::chrono::minutes kCronsTurn{2};

// Two machines' clocks are taken to show the same time but for this.
inline constexpr std::chrono::minutes kWallClocksDiffer{1};

inline constexpr std::chrono::hours kLongestCatchUpWindow{24};
// The window of a job whose missed slots are not run, only told.
inline constexpr std::chrono::seconds kOnlyTold{0};

// What is published is bounded. So many of the leader's jobs are tracked (tracked_jobs.h).
inline constexpr std::size_t kMostMarks = 200;

struct CatchUpJob {
  std::string name;
  Schedule schedule;
  std::optional<std::chrono::seconds> window;  // nothing: until the next slot; at most a day
  RunOn run_on = RunOn::leader;
  bool can_run = true;  // false: this machine does not have its user, so what was missed is lost

  bool operator==(const CatchUpJob&) const = default;
};

struct Mark {
  std::string job;
  std::uint32_t schedule = 0;  // schedule_id()
  std::chrono::sys_seconds slot;

  bool operator==(const Mark&) const = default;
};

using Marks = std::vector<Mark>;

// Tells one schedule from another, and a job of the leader's from one of all units: what the one
// has come to says nothing of the other.
std::uint32_t schedule_id(const CatchUpJob& job);

// "clearsessions:1a2b3c4d:28900617 ...": job, schedule, minutes since 1970. The key `marks` of the
// application's data and of a unit's own.
std::string text_of(const Marks& marks);
// Of such a text, or of a file that holds it as its line. What is no mark is left out, and what is
// beyond `most`.
Marks read_marks(std::string_view text, std::size_t most = kMostMarks);

struct CatchUpFacts {
  std::vector<CatchUpJob> jobs;
  bool active = false;    // LeadershipDecision::active()
  bool releases = false;  // a leader that leaves takes its claim back: nobody will ask it any more
  Handover handover = Handover::immediate;
  // Of the application's data; nothing: they could not be read, so nobody knows how far a leader's
  // job has come. Without a peer relation there are none.
  std::optional<Marks> published = Marks();
  Marks kept;         // CatchUpDecision::kept of the last hook
  Marks own;          // of this unit's records: the newest slot that was started (safe), that has
                      // finished (immediate)
  Marks under_way;    // of this unit's records: slots of runs that go on
  Marks handed_over;  // of all units that were found to have yielded in this hook
  // LocalLeadership::doubt_until, by the wall clock.
  std::optional<std::chrono::sys_seconds> doubt_until;
  std::chrono::sys_seconds now;
  TimeZone zone;

  bool operator==(const CatchUpFacts&) const = default;
};

struct MissedSlot {
  std::string job;
  std::chrono::sys_seconds slot;

  bool operator==(const MissedSlot&) const = default;
};

struct LostSlots {
  std::string job;
  std::chrono::sys_seconds first;
  std::chrono::sys_seconds last;

  bool operator==(const LostSlots&) const = default;
};

struct CatchUpDecision {
  std::vector<MissedSlot> run;  // one a job at most
  std::vector<LostSlots> lost;
  // To be remembered, and on the disk before a run is started.
  Marks kept;
  // Those of the leader's jobs. What a unit hands over with its yield is this, with its records
  // read after its stamp was removed.
  Marks of_leader;
  std::optional<Marks> publish;  // those, in the application's data
  // A run is started or goes on that counts only with its record: should it end without one, its
  // slot is looked at again.
  bool awaits_record = false;

  bool operator==(const CatchUpDecision&) const = default;
};

CatchUpDecision catch_up(const CatchUpFacts& facts);

}  // namespace leader_cron
