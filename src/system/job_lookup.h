// One job found in the file of a user's jobs (jobs/job_lines.h), of which no more is read than that
// takes: a job starts as quickly among thousands as alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace leader_cron {

// Without its newline; nothing where there is no such file or line. In a large file that is not
// sorted as ours are, a line may not be found. Throws MachineError where the file cannot be read.
std::optional<std::string> find_job_line(const std::string& path, std::string_view name);

}  // namespace leader_cron
