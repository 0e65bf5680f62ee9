// A schedule in words, for people: "every day at 03:17", "every 15 minutes from 09:00 to 17:45 on
// weekdays".
#pragma once

#include <string>

#include "cron/schedule.h"

namespace leader_cron {

// One line that says exactly when the schedule is due; lists of more than a few values name all of
// them. Times are those of the machine's clock.
std::string in_words(const Schedule& schedule);

}  // namespace leader_cron
