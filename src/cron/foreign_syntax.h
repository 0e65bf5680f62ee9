// Schedule syntax of other schedulers, recognised by what it is, with the closest schedule that
// cron can read: Quartz and AWS (?, L, W, #, seconds, years), Jenkins (H), cronie (~), Go (@every),
// systemd and plain words. Nothing here is ever accepted.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cron/schedule.h"
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

// A whole schedule that does not have five fields: seconds, years, users and commands, rate(),
// cron(), times of day, words. Nothing where it is just a wrong number of fields.
std::optional<ScheduleProblem> foreign_schedule(std::string_view text);

}  // namespace leader_cron
