// `leader-cron check FILE`, `render FILE` and `next FILE`: a job file on any machine, without Juju
// or cron.
#pragma once

#include <cstddef>
#include <string>

#include "commands/output_format.h"

namespace leader_cron {

struct CheckOptions {
  std::string file;  // "-" is standard input
  OutputFormat format = OutputFormat::text;
  std::string zone;  // of the units' clocks, empty: this machine's
};

// Problems and warnings on standard output, one a line, on a terminal with the source line and a
// caret; for a file without problems also when its jobs run, in words. 0 without problems, else 1.
int check_job_file(const CheckOptions& options);

struct RenderOptions {
  std::string file;  // "-" is standard input
  bool leader = false;
  std::string service = "service";
  std::string application = "leader-cron";
};

// The crontab as a unit would get it, on standard output; all users are taken to exist. Problems go
// to standard error, and then the status is 1.
int render_job_file(const RenderOptions& options);

struct NextOptions {
  std::string file;  // "-" is standard input
  std::size_t count = 10;
  std::string from;  // see parse_instant(); empty: now
  std::string zone;  // empty: this machine's
  OutputFormat format = OutputFormat::text;
  bool calendar = false;
};

// The coming runs of all jobs, in order; with `calendar`, a week as a grid of how many runs start
// in each hour. Problems of the file go to standard error, and then the status is 1; an instant or
// a zone that is none gives 2.
int show_next_runs(const NextOptions& options);

}  // namespace leader_cron
