#include "system/boot_clock.h"

#include <time.h>

#include <cerrno>
#include <string>
#include <utility>

#include "system/file.h"
#include "system/machine_error.h"

namespace leader_cron {

std::chrono::seconds since_boot() {
  timespec time{};
  if (clock_gettime(CLOCK_BOOTTIME, &time) != 0)
    throw MachineError("read", "the boot clock", errno);
  return std::chrono::seconds(time.tv_sec);
}

std::string boot_id() {
  // random(4). No file of the machine that LEADER_CRON_ROOT could stand for.
  constexpr const char* kBootId = "/proc/sys/kernel/random/boot_id";
  constexpr std::size_t kUuid = 36;
  auto id = read_beginning(kBootId, kUuid);
  if (!id || id->size() != kUuid) throw MachineError("read", kBootId, "there is no boot id");
  return *std::move(id);
}

ClockReading read_boot_clock() {
  const std::chrono::seconds time = since_boot();
  return {boot_id(), time};
}

}  // namespace leader_cron
