#include "cron/schedule_warning.h"

#include <fmt/format.h>

#include <array>
#include <bit>

#include "cron/in_words.h"

namespace leader_cron {
namespace {

constexpr std::uint32_t kAllDays = 0xFFFFFFFE;
constexpr std::uint32_t kAllMonths = 0x1FFE;
constexpr std::uint64_t kAllMinutes = (std::uint64_t{1} << 60) - 1;
constexpr std::uint32_t kAllHours = (1U << 24) - 1;
constexpr std::uint32_t kAllWeekdays = 0x7F;
constexpr std::array<int, 13> kLongest = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
constexpr std::array<const char*, 13> kMonths = {"",    "jan", "feb", "mar", "apr", "may", "jun",
                                                 "jul", "aug", "sep", "oct", "nov", "dec"};

// The months of the schedule in which none of its dates comes.
std::string months_without(const Schedule& schedule) {
  std::string months;
  for (int month = 1; month <= 12; ++month) {
    if ((schedule.months >> month & 1) == 0) continue;
    if (std::countr_zero(schedule.days) <= kLongest[static_cast<std::size_t>(month)]) continue;
    months +=
        fmt::format("{}{}", months.empty() ? "" : ", ", kMonths[static_cast<std::size_t>(month)]);
  }
  return months;
}

}  // namespace

std::vector<std::string> schedule_warnings(const Schedule& schedule) {
  std::vector<std::string> warnings;
  if (schedule.reboot) return warnings;
  const bool both_days = schedule.days != kAllDays && schedule.weekdays != kAllWeekdays;
  if (both_days && !schedule.day_star && !schedule.weekday_star) {
    warnings.push_back(
        fmt::format("day of month and day of week are both restricted, so either suffices: {} "
                    "(systemd-cron wants both)",
                    in_words(schedule)));
  }
  // With OR, the day of week brings runs in every month all the same.
  if (const std::string months = months_without(schedule); !months.empty()) {
    warnings.push_back(
        fmt::format("day of month {} does not come in {}{}", std::countr_zero(schedule.days),
                    months, schedule.months == kAllMonths ? "" : ", though the schedule names it"));
  }
  if (schedule.days == 1U << 29 && schedule.months == 1U << 2) {
    warnings.push_back("29 February comes in leap years only");
  }
  if (schedule.minutes == kAllMinutes && schedule.hours == kAllHours) {
    warnings.push_back("it starts every minute: see that no run lasts longer");
  }
  return warnings;
}

}  // namespace leader_cron
