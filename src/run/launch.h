// How a job is started: its program, environment and directory, from the job and from what cron
// gave us. Starting it is for system/launcher.h.
#pragma once

#include <string>
#include <vector>

#include "jobs/job.h"

namespace leader_cron {

// The exit statuses of a supervisor that could not do its work, those of coreutils' timeout and
// env.
inline constexpr int kTimedOut = 124;
inline constexpr int kOwnFailure = 125;
inline constexpr int kCannotRun = 126;
inline constexpr int kNotFound = 127;

struct Launch {
  std::vector<std::string> arguments;    // the program first, an absolute path
  std::vector<std::string> environment;  // NAME=value
  std::string directory;                 // empty: stay
  unsigned umask = 022;

  bool operator==(const Launch&) const = default;
};

// The environment is `inherited` (the crontab's, when cron starts us), then the job's own on top of
// it.
Launch launch_of(const Job& job, const std::vector<std::string>& inherited);

}  // namespace leader_cron
