// What other schedulers take for a whole schedule, recognised by what it is, with the closest that
// cron can read: fields for seconds and years (Quartz, Spring, AWS), rate() and cron(), @every,
// times of day, calendar events of systemd, and plain words. Nothing here is ever accepted. Single
// elements are for foreign_element.h.
#pragma once

#include <optional>
#include <string_view>

#include "cron/schedule.h"

namespace leader_cron {

// For a text that does not have five fields, or begins with an @ that cron does not know. Nothing
// where it is just a wrong number of fields.
std::optional<ScheduleProblem> foreign_schedule(std::string_view text);

}  // namespace leader_cron
