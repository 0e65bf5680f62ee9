// `<service>-maintenance run JOB`, what the crontab's lines start: one run of an installed job.
#pragma once

#include <string_view>

namespace leader_cron {

// The job's own exit status; 125 with a message on stderr where there is no such job, or it cannot
// be started. Started by root, a job of another user runs as that user.
int run_job(std::string_view service, std::string_view name);

}  // namespace leader_cron
