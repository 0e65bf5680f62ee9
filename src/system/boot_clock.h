// The clock by which a stamp's age is told: CLOCK_BOOTTIME, and which boot it counts from.
#pragma once

#include "run/stamp.h"

namespace leader_cron {

// Throws MachineError where the kernel does not tell the boot's id.
ClockReading read_boot_clock();

}  // namespace leader_cron
