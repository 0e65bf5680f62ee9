// What lies on this unit for one service, read for an answer: its jobs, their runs, and whether the
// unit leads. A user other than root sees the jobs that are that user's own.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "charm/names.h"
#include "jobs/job.h"
#include "run/health.h"
#include "run/history.h"

namespace leader_cron {

struct UnitView {
  std::vector<Job> jobs;       // by name
  std::size_t of_others = 0;   // jobs that this user may not see
  std::optional<bool> leader;  // as the crontab says; nothing: there is none
  std::map<std::string, JobRuns> runs;
};

// Throws MachineError where there is no such service on this machine.
UnitView view_unit(std::string_view service);

// Since when this unit leads; nothing: it does not.
std::optional<std::chrono::sys_seconds> leader_since(const ServicePaths& paths);

// What is known of the runs of `jobs`, by name. `leader_since` counts for jobs of the leader.
std::map<std::string, JobRuns> runs_of(
    const std::vector<Job>& jobs, const ServicePaths& paths,
    const std::map<std::string, std::chrono::sys_seconds>& installed,
    std::optional<std::chrono::sys_seconds> leader_since);

// The records of these jobs, oldest first, the newest `most` of all.
std::vector<JobRecord> history_of(const std::vector<std::string>& jobs, const ServicePaths& paths,
                                  std::size_t most);

}  // namespace leader_cron
