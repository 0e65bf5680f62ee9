// What one run of this program has to say, collected and handed on once at its end. Where it goes
// (juju-log, a terminal) is for the callers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "charm/log_message.h"

namespace leader_cron {

// debug, info, warning, error in any case; anything else is info.
LogLevel level_named(std::string_view name);

void log(LogLevel level, std::string_view message);

struct LoggedText {
  LogLevel level;
  std::string text;  // all messages of that level, a line each
};

// Takes what was logged at `threshold` or above, one text a level, worst last; each at most
// `longest` bytes, with the number of messages that it leaves out.
std::vector<LoggedText> take_log(LogLevel threshold, std::size_t longest);

}  // namespace leader_cron
