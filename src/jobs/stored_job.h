// A job as it is kept on disk, in JSON: one job a file for the supervisor, and all of them as the
// last good jobs. Who may read these files is for those who write them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jobs/job.h"

namespace leader_cron {

// JSON with a final newline, the same bytes for equal jobs.
std::string store_job(const Job& job);
std::string store_jobs(std::span<const Job> jobs);

// Nothing where the text is not what store_job() or store_jobs() wrote, or a schedule in it is not
// accepted.
std::optional<Job> stored_job(std::string_view text);
std::optional<std::vector<Job>> stored_jobs(std::string_view text);

}  // namespace leader_cron
