// What is legal in a schedule and yet perhaps not meant.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cron/schedule.h"
#include "cron/time_zone.h"

namespace leader_cron {

// Each one sentence, for the schedule as a whole.
std::vector<std::string> schedule_warnings(const Schedule& schedule);

// A run at a time that the zone's clock skips when daylight saving begins, in the ten years after
// `from`; empty: none. Debian's cron makes up for such a run of a job whose minute and hour begin
// without a star, and drops any other.
std::string skipped_time_warning(const Schedule& schedule, const TimeZone& zone,
                                 std::chrono::sys_seconds from);

}  // namespace leader_cron
