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

#include "charm/facts.h"
#include "charm/names.h"
#include "jobs/job.h"
#include "run/health.h"
#include "run/history.h"

namespace leader_cron {

struct UnitView {
  std::vector<Job> jobs;                // by name
  std::map<std::string, uid_t> owners;  // by the jobs' names: whose file and runs they are
  bool others = false;                  // there are jobs that this user may not see
  std::optional<bool> leader;           // as the crontab says; nothing: there is none
  std::map<std::string, JobRuns> runs;
};

// Throws MachineError where there is no such service on this machine.
UnitView view_unit(std::string_view service);

// Since when this unit leads; nothing: it does not.
std::optional<std::chrono::sys_seconds> leader_since(const ServicePaths& paths);

// What is known, before a hook changes anything, of the runs of those jobs that wants_runs(); by
// name.
std::map<std::string, JobRuns> runs_of(const std::vector<Job>& jobs, const Facts& facts);

// The records of these jobs of the view, oldest first, the newest `most` of all.
std::vector<JobRecord> history_of(const std::vector<std::string>& jobs, const UnitView& view,
                                  const ServicePaths& paths, std::size_t most);

}  // namespace leader_cron
