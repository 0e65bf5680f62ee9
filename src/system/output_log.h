// A job's log: what it printed, the newest of it, in two files of bounded size (output.log, and
// output.log.1 before it).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "system/descriptor.h"

namespace leader_cron {

inline constexpr const char* kOutputLog = "output.log";
inline constexpr const char* kOlderOutputLog = "output.log.1";

class OutputLog {
 public:
  // In `folder`, which must outlive this. Together the two files never hold more than `limit`
  // bytes, and at least the newest half of that.
  OutputLog(const Descriptor& folder, std::uint64_t limit);

  // After the first failure (a full disk, say) nothing is written any more.
  void write(std::string_view text);

  // The first error, as errno has it; 0: none.
  int error() const { return error_; }

 private:
  void open_newest();
  void start_new_file();

  const Descriptor& folder_;
  std::uint64_t half_;
  Descriptor file_;
  std::uint64_t size_ = 0;
  int error_ = 0;
};

}  // namespace leader_cron
