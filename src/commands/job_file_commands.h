// `leader-cron check FILE` and `leader-cron render FILE`: a job file on any machine, without Juju
// or cron.
#pragma once

#include <string>

namespace leader_cron {

// Problems on standard output, one a line, on a terminal with the source line and a caret. 0
// without problems, else 1.
int check_job_file(const std::string& file);

struct RenderOptions {
  std::string file;  // "-" is standard input
  bool leader = false;
  std::string service = "service";
  std::string application = "leader-cron";
};

// The crontab as a unit would get it, on standard output; all users are taken to exist. Problems go
// to standard error, and then the status is 1.
int render_job_file(const RenderOptions& options);

}  // namespace leader_cron
