// What is legal in a schedule and yet perhaps not meant.
#pragma once

#include <string>
#include <vector>

#include "cron/schedule.h"

namespace leader_cron {

// Each one sentence, for the schedule as a whole.
std::vector<std::string> schedule_warnings(const Schedule& schedule);

}  // namespace leader_cron
