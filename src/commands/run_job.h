// `<service>-maintenance run JOB`, what the crontab's lines start: one supervised run of an
// installed job.
#pragma once

#include <string_view>

#include "commands/output_format.h"

namespace leader_cron {

struct RunOptions {
  bool force = false;  // also where this unit does not lead
  OutputFormat format = OutputFormat::text;
};

// The exit status of supervise(); 0 where the run was skipped, for leadership or overlap; 125 where
// there is no such job or it cannot be supervised. Started by root, a job of another user runs as
// that user. Started by cron (IS_LEADER is in the environment then, from the crontab) it prints
// nothing, for cron would mail it; else the job's output is copied to standard output, or in JSON
// the record is, with the end of the output.
int run_job(std::string_view service, std::string_view name, const RunOptions& options);

}  // namespace leader_cron
