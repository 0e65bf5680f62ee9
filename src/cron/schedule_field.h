// One of the five fields of a schedule: its range and names, and how its text is read. What the
// fields mean together is for schedule.h; what other schedulers would have meant by it for
// foreign_element.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cron/schedule.h"

namespace leader_cron {

struct FieldRule {
  std::string_view name;  // crontab(5)'s
  int low;
  int high;  // the largest value cron takes
  int last;  // the largest that is not another name for a smaller one: 7 is Sunday, as 0 is
  const char* const* names;  // of the values from first_name on; null: numbers only
  int first_name;
  int name_count;
};

// Minute, hour, day of month, month, day of week.
extern const std::array<FieldRule, 5> kFieldRules;

struct Field {
  std::uint64_t bits = 0;
  bool star = false;  // begins with '*'
  std::string text;   // portable: numbers, ascending, no 7 for Sunday

  bool operator==(const Field&) const = default;
};

struct ReadField {
  std::optional<Field> field;  // nothing: there are problems
  std::vector<ScheduleProblem>
      problems;        // offsets from the field's start; `instead` for the one list element
  std::string mended;  // the field with what stands in `instead`; empty: not all can be mended
};

ReadField read_field(const FieldRule& rule, std::string_view text);

}  // namespace leader_cron
