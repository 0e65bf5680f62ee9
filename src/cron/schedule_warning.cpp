#include "cron/schedule_warning.h"

#include <fmt/format.h>

#include <array>
#include <bit>

#include "cron/civil_time.h"
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

// Whether the schedule is due at a time of the clock.
bool is_due(const Schedule& schedule, LocalTime local) {
  const std::chrono::local_days day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date(day);
  const auto minute = std::chrono::floor<std::chrono::minutes>(local - day).count();
  const bool date_due = (schedule.days >> static_cast<unsigned>(date.day()) & 1) != 0;
  const bool weekday_due = (schedule.weekdays >> std::chrono::weekday(day).c_encoding() & 1) != 0;
  const bool both = schedule.day_star || schedule.weekday_star;
  return (schedule.minutes >> (minute % 60) & 1) != 0 &&
         (schedule.hours >> (minute / 60) & 1) != 0 &&
         (schedule.months >> static_cast<unsigned>(date.month()) & 1) != 0 &&
         (both ? date_due && weekday_due : date_due || weekday_due);
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

std::string skipped_time_warning(const Schedule& schedule, const TimeZone& zone,
                                 std::chrono::sys_seconds from) {
  using namespace std::chrono;
  const bool whole_clock = schedule.minutes == kAllMinutes && schedule.hours == kAllHours;
  if (schedule.reboot || whole_clock || schedule.hours == kAllHours) return "";
  const sys_seconds end = from + years(10);
  for (auto change = zone.next_change(from); change && *change < end;
       change = zone.next_change(*change)) {
    const LocalTime gap_begin(change->time_since_epoch() + zone.offset(*change - seconds(1)));
    const LocalTime gap_end = to_local(*change, zone);
    if (gap_end - gap_begin > hours(3)) continue;  // a day that a country skipped
    for (LocalTime local = gap_begin; local < gap_end; local += minutes(1)) {
      if (!is_due(schedule, local)) continue;
      const auto minute = floor<minutes>(local - floor<days>(local)).count();
      const std::string day = show_instant(*change, zone).substr(0, 10);
      return fmt::format("on {} there is no {:02}:{:02}, for daylight saving begins: {}", day,
                         minute / 60, minute % 60,
                         schedule.minute_star || schedule.hour_star
                             ? "cron drops that run"
                             : "cron starts that run when the clock has jumped");
    }
  }
  return "";
}

}  // namespace leader_cron
