// Which of the jobs that run on a unit is in trouble: its newest run failed, or it is overdue.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "cron/time_zone.h"
#include "jobs/job.h"
#include "run/record.h"

namespace leader_cron {

// What is known of a job on this unit.
struct JobRuns {
  std::optional<Record> last;  // the newest record that is a run
  // Since when it could run here: it was installed then, or the unit became the leader.
  std::chrono::sys_seconds since;

  bool operator==(const JobRuns&) const = default;
};

struct Trouble {
  enum class Kind { failed, overdue };

  Kind kind = Kind::failed;
  std::string job;
  // When the failed run started; for a job that is overdue, the second time in a row at which its
  // schedule was due without success.
  std::chrono::sys_seconds at;
  std::string outcome;   // of a failed run
  std::size_t more = 0;  // other jobs in trouble

  bool operator==(const Trouble&) const = default;
};

// Of the enabled jobs that run here, the one with the newest trouble. A job is overdue when two of
// its periods went by without a successful run.
std::optional<Trouble> newest_trouble(std::span<const Job> jobs,
                                      const std::map<std::string, JobRuns>& runs, bool leader,
                                      std::chrono::sys_seconds now, const TimeZone& zone);

// When newest_trouble() will say something else though no more runs end: the next of these jobs
// will be overdue then. Nothing: never.
std::optional<std::chrono::sys_seconds> next_delay(std::span<const Job> jobs,
                                                   const std::map<std::string, JobRuns>& runs,
                                                   bool leader, std::chrono::sys_seconds now,
                                                   const TimeZone& zone);

// "clearsessions failed 03:17 (exit 2)", "report overdue since 07:00", by the zone's clock.
std::string words_of(const Trouble& trouble, const TimeZone& zone);

}  // namespace leader_cron
