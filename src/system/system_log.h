// The machine's system log (syslog or the journal), line by line. What is worth a line is for the
// callers.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "system/descriptor.h"

namespace leader_cron {

// Never fails, and waits for a logger that is behind for two seconds in all (its socket takes as
// few as ten lines ahead, net.unix.max_dgram_qlen); then lines are lost, as where nobody listens at
// /dev/log. A logger that is started anew is found again, within a second. That is why syslog(3),
// which waits for ever, is not used: a job must not hang because a logger does.
class SystemLog {
 public:
  // `tag` is what each line begins with, with this process's id.
  explicit SystemLog(std::string_view tag);

  enum class Severity { error = 3, warning = 4, info = 6 };  // syslog(3)'s numbers

  void line(Severity severity, std::string_view text);

 private:
  void connect();

  std::string tag_;
  Descriptor socket_;
  std::chrono::steady_clock::time_point next_try_;
  std::chrono::milliseconds patience_{2'000};
};

}  // namespace leader_cron
