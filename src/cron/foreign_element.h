// What other schedulers write in a field, recognised by what it is, with the closest that cron can
// read: Quartz and AWS
// (?, L, W, #), Jenkins (H), cronie (~), and what only looks like crontab syntax. Nothing here is
// ever accepted. Whole schedules are for foreign_schedule.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cron/schedule_field.h"

namespace leader_cron {

// What is wrong with one element of a field's list, and what to write in its place (empty: nothing
// comes close).
struct ForeignElement {
  std::string what;
  std::string instead;
};

// Nothing where the element looks like no scheduler's syntax known here.
std::optional<ForeignElement> foreign_element(const FieldRule& rule, std::string_view element);

struct TimeOfDay {
  int hour = 0;
  int minute = 0;
};

// "3:17", "03:17:00"
std::optional<TimeOfDay> time_of_day(std::string_view text);

}  // namespace leader_cron
