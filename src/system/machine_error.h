// The one exception of this program: the machine failed us. An operator's mistake is a Problem
// instead.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace leader_cron {

class MachineError : public std::runtime_error {
 public:
  // "cannot <task> '<path>': <strerror(error)>"
  MachineError(std::string_view task, std::string_view path, int error);
  // "cannot <task> '<path>': <reason>"
  MachineError(std::string_view task, std::string_view path, std::string_view reason);

  // As errno has it; 0 where a reason was given in words.
  int error() const { return error_; }

 private:
  int error_ = 0;
};

}  // namespace leader_cron
