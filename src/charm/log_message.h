// A message for the log, as a value. Collecting and sending them is for system/log.h and juju/.
#pragma once

#include <string>

namespace leader_cron {

enum class LogLevel { debug, info, warning, error };

struct LogMessage {
  LogLevel level = LogLevel::info;
  std::string text;

  bool operator==(const LogMessage&) const = default;
};

}  // namespace leader_cron
