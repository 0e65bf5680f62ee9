// Which unit acts as leader: the protocol, one step a hook. All that a hook has found out goes in,
// what its crontab says and what it writes comes out; docs/leadership.md shows it whole, with the
// reasons. When a job's stamp counts is for run/stamp.h, the relation's strings for peer_data.h.
//
// A hook takes its clock reading, then asks is-leader and config-get, then what next_read() names
// until that names nothing, then decides. So it sees the application's data as they were committed,
// never its own buffered change, and has no stamp that is younger than anything it knows.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "charm/is_leader.h"
#include "charm/local_leadership.h"
#include "charm/log_message.h"
#include "charm/peer_data.h"
#include "run/stamp.h"

namespace leader_cron {

// immediate: a new leader acts at once; the old one, if it cannot hear, for its ttl at most beside
// it. safe: a new leader acts when nobody else can.
enum class Handover { immediate, safe };

struct LeadershipOptions {
  Handover handover = Handover::immediate;
  Ttl ttl{15};

  bool operator==(const LeadershipOptions&) const = default;
};

// A stamp of a unit whose claim is not in the application's data (yet) counts no longer than this,
// so that what nobody can know of ends soon, leadership-ttl=0 or not.
inline constexpr Ttl kUnpublishedTtl{15};

// Clocks are taken to gain or lose at most one part in a thousand: Linux disciplines them by at
// most 500 parts in a million (adjtimex(2), MAXFREQ), and what is left is for bad crystals.
inline constexpr std::int64_t kClockDrift = 1000;

// How long one waits for a stamp of another machine to expire: two clocks may drift apart, and
// readings are whole seconds. `ttl` is not kNeverExpires.
std::chrono::seconds wait_for(Ttl ttl);

// A question to Juju: not asked, asked in vain, or answered.
template <typename Value>
struct Answer {
  bool asked = false;
  std::optional<Value> value;

  bool operator==(const Answer&) const = default;
};

// unusable: in install, or relation-ids failed. absent: Juju says that there is no peer relation.
enum class Peers { unusable, absent, present };

struct LeadershipFacts {
  std::string unit;
  Leadership leadership = Leadership::unknown;
  bool leaving = false;                      // JUJU_DEPARTING_UNIT is this unit
  std::optional<LeadershipOptions> options;  // nothing: unknown
  Peers peers = Peers::unusable;
  Answer<ApplicationData> application;
  std::map<std::string, Answer<UnitData>> units;  // this one's own data among them
  std::optional<LocalLeadership> local;
  std::optional<Stamp> stamp;  // the one that lies there
  ClockReading reading;        // from before is-leader was asked

  bool operator==(const LeadershipFacts&) const = default;
};

// Needed next to decide: the application's data, or those of a unit.
struct NextRead {
  bool application = false;
  std::string unit;

  bool operator==(const NextRead&) const = default;
};

// Nothing without a peer relation and, where handover is immediate, for a unit that does not lead.
std::optional<NextRead> next_read(const LeadershipFacts& facts);

// Somebody who may still be active.
struct Awaited {
  std::string unit;
  std::optional<std::chrono::seconds> until;  // by this machine's boot clock; nothing: for ever

  bool operator==(const Awaited&) const = default;
};

// A renewal found that the stamp had expired: hooks come less often than the ttl asks for.
struct LateRenewal {
  Ttl ttl{0};
  std::chrono::seconds interval{0};

  bool operator==(const LateRenewal&) const = default;
};

// Why a leader is not active.
enum class Standing {
  active,
  follower,      // not leader, or that is unknown
  claiming,      // its claim is not known to be committed
  waiting,       // for others: LeadershipDecision::awaited
  waiting_alone  // without a peer relation: for the ttl; with leadership-ttl=0 for ever
};

// To be carried out in this order; see docs/leadership.md for what depends on it.
//   not active: crontab, `allowed` and stamp go; `local`; the relation's data
//   active:     `allowed`, stamp, crontab; `local`; the relation's data
// The crontab and `allowed` are flushed to the disk before the hook ends.
struct LeadershipDecision {
  Standing standing = Standing::follower;
  std::optional<Stamp> stamp;  // nothing: there must be none
  std::optional<Ttl> allowed;  // what `run` is to accept, kept across reboots; nothing: no file
  std::optional<ApplicationChange> application;
  std::optional<UnitData> own;
  LocalLeadership local;
  std::vector<Awaited> awaited;
  std::optional<LateRenewal> late;
  std::vector<LogMessage> log;

  bool active() const { return standing == Standing::active; }

  bool operator==(const LeadershipDecision&) const = default;
};

LeadershipDecision decide(const LeadershipFacts& facts);

}  // namespace leader_cron
