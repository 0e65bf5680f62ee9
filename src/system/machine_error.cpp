#include "system/machine_error.h"

#include <fmt/format.h>

#include <cstring>

namespace leader_cron {

MachineError::MachineError(std::string_view task, std::string_view path, int error)
    : MachineError(task, path, std::string_view(std::strerror(error))) {
  error_ = error;
}

MachineError::MachineError(std::string_view task, std::string_view path, std::string_view reason)
    : std::runtime_error(fmt::format("cannot {} '{}': {}", task, path, reason)) {}

}  // namespace leader_cron
