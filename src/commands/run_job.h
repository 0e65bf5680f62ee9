// `<service>-maintenance run JOB`, what the crontab's lines start: one supervised run of an
// installed job.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "commands/output_format.h"

namespace leader_cron {

struct RunOptions {
  bool force = false;  // also where this unit does not lead
  // For a hook that found that this slot was missed: the run is for it.
  std::optional<std::chrono::sys_seconds> catch_up;
  OutputFormat format = OutputFormat::text;
};

// The exit status of supervise(); 0 where the run was skipped, for leadership or overlap; 125 where
// there is no such job or it cannot be supervised. Started by root, a job of another user runs as
// that user. Started by cron (IS_LEADER is in the environment then, from the crontab) it prints
// nothing, for cron would mail it; else the job's output is copied to standard output, or in JSON
// the record is, with the end of the output.
int run_job(std::string_view service, std::string_view name, const RunOptions& options);

// For a hook: records that the slots of a job from `first` to `last` were missed and are not caught
// up, as the job's user. 125 where that cannot be recorded.
int note_missed(std::string_view service, std::string_view name, std::chrono::sys_seconds first,
                std::chrono::sys_seconds last);

}  // namespace leader_cron
