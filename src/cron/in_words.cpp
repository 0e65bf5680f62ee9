#include "cron/in_words.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <functional>
#include <vector>

namespace leader_cron {
namespace {

constexpr std::uint64_t kAllMinutes = (std::uint64_t{1} << 60) - 1;
constexpr std::uint64_t kAllHours = (1U << 24) - 1;
constexpr std::uint64_t kAllDays = 0xFFFFFFFE;
constexpr std::uint64_t kAllMonths = 0x1FFE;
constexpr std::uint64_t kAllWeekdays = 0x7F;
constexpr std::uint64_t kWorkdays = 0x3E;
constexpr std::uint64_t kWeekend = 0x41;

constexpr std::array<const char*, 13> kMonths = {
    "",     "January", "February",  "March",   "April",    "May",     "June",
    "July", "August",  "September", "October", "November", "December"};
constexpr std::array<const char*, 7> kWeekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                  "Thursday", "Friday", "Saturday"};

std::vector<int> values_of(std::uint64_t bits) {
  std::vector<int> values;
  for (; bits != 0; bits &= bits - 1) values.push_back(std::countr_zero(bits));
  return values;
}

// "a", "a and b", "a, b and c".
std::string listed(const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? " and " : ", ";
    text += parts[i];
  }
  return text;
}

// The values as a list, three or more in a row as "a to b".
std::string listed(std::uint64_t bits, const std::function<std::string(int)>& name) {
  std::vector<std::string> parts;
  const std::vector<int> values = values_of(bits);
  for (std::size_t i = 0; i < values.size();) {
    std::size_t last = i;
    while (last + 1 < values.size() && values[last + 1] == values[last] + 1) ++last;
    if (last - i >= 2) {
      parts.push_back(fmt::format("{} to {}", name(values[i]), name(values[last])));
      i = last + 1;
    } else {
      parts.push_back(name(values[i++]));
    }
  }
  return listed(parts);
}

bool is_contiguous(std::uint64_t bits) {
  const std::uint64_t shifted = bits >> std::countr_zero(bits);
  return (shifted & (shifted + 1)) == 0;
}

// The distance between the values where they divide `whole` evenly from 0 on; else 0.
int even_step(std::uint64_t bits, int whole) {
  const std::vector<int> values = values_of(bits);
  if (values.size() < 2 || values.front() != 0) return 0;
  const int step = values[1];
  if (whole % step != 0 || static_cast<int>(values.size()) != whole / step) return 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != static_cast<int>(i) * step) return 0;
  }
  return step;
}

std::string clock(int hour, int minute) {
  return fmt::format("{:02}:{:02}", hour, minute);
}

std::string ordinal(int day) {
  const char* ending = day / 10 == 1   ? "th"
                       : day % 10 == 1 ? "st"
                       : day % 10 == 2 ? "nd"
                       : day % 10 == 3 ? "rd"
                                       : "th";
  return fmt::format("the {}{}", day, ending);
}

int first_of(std::uint64_t bits) {
  return std::countr_zero(bits);
}
int last_of(std::uint64_t bits) {
  return 63 - std::countl_zero(bits);
}

std::string minutes_in_words(std::uint64_t minutes) {
  if (minutes == kAllMinutes) return "every minute";
  if (const int step = even_step(minutes, 60)) return fmt::format("every {} minutes", step);
  return fmt::format("at minute{} {}", std::popcount(minutes) == 1 ? "" : "s",
                     listed(minutes, [](int minute) { return fmt::format("{}", minute); }));
}

// When in a day: "at 03:17", "every 15 minutes from 09:00 to 17:45".
std::string time_in_words(const Schedule& schedule) {
  constexpr int kMostTimes = 6;
  const std::uint64_t minutes = schedule.minutes;
  const std::uint64_t hours = schedule.hours;
  const bool one_minute = std::popcount(minutes) == 1;
  if (hours == kAllHours) {
    if (minutes == 1) return "every hour";
    return minutes_in_words(minutes).starts_with("every")
               ? minutes_in_words(minutes)
               : minutes_in_words(minutes) + " of every hour";
  }
  if (std::popcount(minutes) * std::popcount(hours) <= kMostTimes) {
    std::vector<std::string> times;
    for (const int hour : values_of(hours)) {
      for (const int minute : values_of(minutes)) times.push_back(clock(hour, minute));
    }
    return "at " + listed(times);
  }
  if (std::popcount(hours) == 1 && is_contiguous(minutes)) {
    return fmt::format("every minute from {} to {}", clock(first_of(hours), first_of(minutes)),
                       clock(first_of(hours), last_of(minutes)));
  }
  if (const int step = even_step(hours, 24); step != 0 && one_minute) {
    const std::string every = fmt::format("every {} hours", step);
    return minutes == 1 ? every : fmt::format("{} at minute {}", every, first_of(minutes));
  }
  if (is_contiguous(hours)) {
    const std::string range =
        fmt::format("from {} to {}", clock(first_of(hours), first_of(minutes)),
                    clock(last_of(hours), last_of(minutes)));
    if (one_minute) return "every hour " + range;
    if (minutes_in_words(minutes).starts_with("every"))
      return minutes_in_words(minutes) + " " + range;
    return fmt::format("{} of every hour {}", minutes_in_words(minutes), range);
  }
  const std::string of_hours = listed(hours, [](int hour) { return fmt::format("{}", hour); });
  return fmt::format("{} of hours {}", minutes_in_words(minutes), of_hours);
}

std::string weekdays_in_words(std::uint64_t weekdays) {
  if (weekdays == kWorkdays) return "weekdays";
  if (weekdays == kWeekend) return "weekends";
  return listed(weekdays, [](int day) {
    return fmt::format("{}s", kWeekdays[static_cast<std::size_t>(day)]);
  });
}

std::string months_in_words(std::uint64_t months) {
  return listed(months,
                [](int month) { return std::string(kMonths[static_cast<std::size_t>(month)]); });
}

// "every 2nd day from the 1st" where a list would be long, else the list.
std::string days_of_month_in_words(std::uint64_t days) {
  constexpr std::size_t kLongList = 4;
  const std::vector<int> values = values_of(days);
  const int step = values.size() > kLongList ? values[1] - values[0] : 0;
  bool even = step > 1 && values.front() == 1 && values.back() + step > 31;
  for (std::size_t i = 1; i < values.size(); ++i) even = even && values[i] - values[i - 1] == step;
  return even ? fmt::format("every {} day from the 1st", ordinal(step).substr(4))
              : listed(days, ordinal);
}

// The dates, with the months where they belong to them: "1 January", "the 1st and the 15th of every
// month".
std::string dates_in_words(std::uint64_t days, std::uint64_t months) {
  if (std::popcount(days) == 1 && std::popcount(months) == 1) {
    return fmt::format("{} {}", first_of(days), months_in_words(months));
  }
  return fmt::format("{} of {}", days_of_month_in_words(days),
                     months == kAllMonths ? "every month" : months_in_words(months));
}

// On which days: " on weekdays in June"; empty: on all.
std::string days_in_words(const Schedule& schedule) {
  const bool all_days = schedule.days == kAllDays;
  const bool all_weekdays = schedule.weekdays == kAllWeekdays;
  std::string in_months =
      schedule.months == kAllMonths ? "" : fmt::format(" in {}", months_in_words(schedule.months));
  if (all_days && all_weekdays) return in_months;
  if (all_days) return fmt::format(" on {}{}", weekdays_in_words(schedule.weekdays), in_months);
  const std::string dates = dates_in_words(schedule.days, schedule.months);
  if (all_weekdays) return fmt::format(" on {}", dates);
  if (schedule.day_star || schedule.weekday_star) {
    return fmt::format(" on {} that are {}", weekdays_in_words(schedule.weekdays), dates);
  }
  return fmt::format(" on {}, and on {}{}", dates, weekdays_in_words(schedule.weekdays), in_months);
}

}  // namespace

std::string in_words(const Schedule& schedule) {
  if (schedule.reboot) return "when cron starts";
  const std::string time = time_in_words(schedule);
  const std::string days = days_in_words(schedule);
  const bool each_day = schedule.days == kAllDays && schedule.weekdays == kAllWeekdays;
  const bool names_times = time.starts_with("at ") && !time.starts_with("at minute");
  return fmt::format("{}{}{}", each_day && names_times ? "every day " : "", time, days);
}

}  // namespace leader_cron
