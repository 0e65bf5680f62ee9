// Problems and warnings for programs (editors, CI), in JSON.
#pragma once

#include <string>
#include <string_view>

#include "jobs/job_file.h"

namespace leader_cron {

// {"file", "jobs": [{"name", "schedule", "words"}], "problems": [{"severity": "error" | "warning",
// "line", "column", "message", "instead"}]}; line and column count from 1, 0 is the file as a
// whole; jobs is empty where there are errors.
std::string job_file_as_json(std::string_view file, const JobFile& job_file);

}  // namespace leader_cron
