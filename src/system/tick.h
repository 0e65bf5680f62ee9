// The clock by which the kernel stamps files. It moves in ticks of some milliseconds, and what
// happens to a file within one tick leaves one time.
#pragma once

#include <time.h>

namespace leader_cron {

// Waits until nothing can be stamped `time` any more. False if that does not come soon: the clock
// was set back.
bool wait_for_tick_after(const timespec& time);

}  // namespace leader_cron
