// The clock by which a stamp's age is told: CLOCK_BOOTTIME, and which boot it counts from.
#pragma once

#include <chrono>
#include <string>

#include "run/stamp.h"

namespace leader_cron {

std::chrono::seconds since_boot();
// Throws MachineError where the kernel does not tell it.
std::string boot_id();
// Both.
ClockReading read_boot_clock();

}  // namespace leader_cron
