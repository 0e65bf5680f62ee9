// The jobs of a unit with their state, as `list` and `status` and the actions show them.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cron/time_zone.h"
#include "jobs/job.h"
#include "run/health.h"

namespace leader_cron {

struct JobState {
  Job job;
  bool runs_here = false;                        // enabled, and this unit is one that it runs on
  std::optional<std::chrono::sys_seconds> next;  // of its schedule
  std::optional<Record> last;                    // the newest run
  std::vector<Record> running;                   // those that go on, as far as is known of them
};

// A line a job.
std::string jobs_as_text(const std::vector<JobState>& jobs, const TimeZone& zone, bool color);

// A list of objects with name, user, schedule, words, runs-here, next, last (a record), running.
std::string jobs_as_json(const std::vector<JobState>& jobs);

// The same for one job as flat keys and values, keys of lowercase letters and hyphens.
std::vector<std::pair<std::string, std::string>> job_as_pairs(const JobState& job,
                                                              const TimeZone& zone);

}  // namespace leader_cron
