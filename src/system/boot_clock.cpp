#include "system/boot_clock.h"

#include <time.h>

#include <cerrno>
#include <string>

#include "system/file.h"
#include "system/machine_error.h"

namespace leader_cron {

ClockReading read_boot_clock() {
  // random(4). No file of the machine that LEADER_CRON_ROOT could stand for.
  constexpr const char* kBootId = "/proc/sys/kernel/random/boot_id";
  constexpr std::size_t kUuid = 36;
  timespec time{};
  if (clock_gettime(CLOCK_BOOTTIME, &time) != 0)
    throw MachineError("read", "the boot clock", errno);
  const auto id = read_beginning(kBootId, kUuid);
  if (!id || id->size() != kUuid) throw MachineError("read", kBootId, "there is no boot id");
  return {*id, std::chrono::seconds(time.tv_sec)};
}

}  // namespace leader_cron
