// What may be the name of a job, of a variable, of a user.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace leader_cron {

// So that the crontab's line stays far below the 998 characters that Debian's cron takes.
inline constexpr std::size_t kLongestJobName = 63;

// [a-z0-9][a-z0-9-]*
bool is_job_name(std::string_view name);

// The nearest valid name, perhaps none: "Clear Sessions" gives clear-sessions.
std::string as_job_name(std::string_view name);

// [A-Za-z_][A-Za-z0-9_]*
bool is_variable_name(std::string_view name);

// What may stand as one word in the user field of a crontab; whether there is such a user is
// another matter.
bool is_user_name(std::string_view name);

}  // namespace leader_cron
