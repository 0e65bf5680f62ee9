#include "cron/next_run.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <chrono>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "system/zone_file.h"

namespace leader_cron {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;
using std::chrono::year_month_day;

// 2024-02-29 13:05, or with seconds.
sys_seconds instant(const std::string& text) {
  int y = 0, m = 0, d = 0, hour = 0, minute = 0, second = 0;
  if (std::sscanf(text.c_str(), "%d-%d-%d %d:%d:%d", &y, &m, &d, &hour, &minute, &second) < 5)
    ADD_FAILURE() << "not an instant: " << text;
  return sys_days(year(y) / m / d) + hours(hour) + minutes(minute) + seconds(second);
}

std::string written(sys_seconds at) {
  const sys_days day = floor<days>(at);
  const year_month_day date(day);
  const auto time = at - day;
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time / hours(1)), static_cast<int>(time % hours(1) / minutes(1)));
  return text;
}

Schedule accepted(const std::string& text) {
  const auto schedule = parse_schedule(text).schedule;
  EXPECT_TRUE(schedule) << text;
  return schedule.value_or(Schedule{});
}

std::string next(const std::string& schedule, const std::string& after, const TimeZone& zone) {
  const auto at = next_after(accepted(schedule), instant(after), zone);
  return at ? written(*at) : "never";
}

struct Case {
  const char* schedule;
  const char* after;
  const char* next;
};
void PrintTo(const Case& shown, std::ostream* out) {
  *out << shown.schedule << " after " << shown.after;
}

class InUtc : public testing::TestWithParam<Case> {};

TEST_P(InUtc, IsTheNextDueMinute) {
  EXPECT_EQ(next(GetParam().schedule, GetParam().after, TimeZone::utc()), GetParam().next);
}

INSTANTIATE_TEST_SUITE_P(
    Table, InUtc,
    testing::Values(
        // Strictly later, and a whole minute.
        Case{"* * * * *", "2024-01-01 00:00", "2024-01-01 00:01"},
        Case{"* * * * *", "2023-12-31 23:59:59", "2024-01-01 00:00"},
        Case{"* * * * *", "2024-01-01 00:00:01", "2024-01-01 00:01"},
        Case{"17 3 * * *", "2024-01-01 03:17", "2024-01-02 03:17"},
        Case{"17 3 * * *", "2024-01-01 03:16:59", "2024-01-01 03:17"},
        Case{"17 3 * * *", "1969-12-31 12:00", "1970-01-01 03:17"},
        Case{"*/15 9-17 * * 1-5", "2024-03-01 17:45", "2024-03-04 09:00"},
        Case{"0,30 8,20 * * *", "2024-03-01 08:30", "2024-03-01 20:00"},
        Case{"59 23 31 12 *", "2024-06-01 00:00", "2024-12-31 23:59"},
        Case{"59 23 31 12 *", "2024-12-31 23:59", "2025-12-31 23:59"},
        Case{"0 0 1 * *", "2024-12-01 00:00", "2025-01-01 00:00"},
        Case{"0 0 31 * *", "2024-03-31 00:00", "2024-05-31 00:00"},
        Case{"0 0 30 * *", "2024-01-30 00:00", "2024-03-30 00:00"},
        Case{"5 4 29 * *", "2023-01-29 04:05", "2023-03-29 04:05"},
        Case{"@yearly", "2024-01-01 00:00", "2025-01-01 00:00"},
        Case{"@weekly", "2024-02-26 00:00", "2024-03-03 00:00"},
        Case{"0 0 * * 7", "2024-02-26 00:00", "2024-03-03 00:00"},
        Case{"@reboot", "2024-01-01 00:00", "never"},
        // The day fields: either, unless one of them begins with a star.
        Case{"0 0 13 * 5", "2024-09-06 00:00", "2024-09-13 00:00"},
        Case{"0 0 13 * 5", "2024-10-11 00:00", "2024-10-13 00:00"},
        Case{"0 0 */2 * 1", "2024-09-01 00:00", "2024-09-09 00:00"},
        Case{"0 0 1 * */2", "2024-01-31 00:00", "2024-02-01 00:00"},
        Case{"0 0 1 * */2", "2024-02-01 00:00", "2024-06-01 00:00"},
        Case{"0 0 *,1 * 1", "2024-02-01 00:00", "2024-02-05 00:00"},
        Case{"0 0 1,* * 1", "2024-02-01 00:00", "2024-02-02 00:00"},
        Case{"0 0 30 2 1", "2024-02-20 00:00", "2024-02-26 00:00"},
        // 29 February, also where a century leaves it out, and on a given day of the week.
        Case{"0 0 29 2 *", "2024-02-28 23:59", "2024-02-29 00:00"},
        Case{"0 0 29 2 *", "2024-02-29 00:00", "2028-02-29 00:00"},
        Case{"0 0 29 2 *", "2096-02-29 00:00", "2104-02-29 00:00"},
        Case{"0 0 29 2 *", "1996-02-29 00:00", "2000-02-29 00:00"},
        Case{"0 0 29 2 *", "2396-02-29 00:00", "2400-02-29 00:00"},
        Case{"0 0 29 2 */6", "2024-03-01 00:00", "2032-02-29 00:00"},
        Case{"0 0 */28 2 4", "2024-02-29 00:00", "2029-02-01 00:00"},
        Case{"0 0 29 2 *,1", "2024-02-29 00:00", "2028-02-29 00:00"}));

// No accepted text asks for 29 February on a Monday alone: a star field always has its first value.
Schedule leap_day_on(int weekday) {
  Schedule schedule = accepted("0 0 29 2 */2");
  schedule.weekdays = 1U << weekday;
  return schedule;
}

TEST(NextRun, FindsALeapDayOnADayOfTheWeek) {
  const auto after = [](int weekday, const char* text) {
    const auto at = next_after(leap_day_on(weekday), instant(text), TimeZone::utc());
    return at ? written(*at) : "never";
  };
  EXPECT_EQ(after(1, "2024-02-29 00:00"), "2044-02-29 00:00");
  EXPECT_EQ(after(1, "2044-02-29 00:00"), "2072-02-29 00:00");
  EXPECT_EQ(after(1, "2072-02-29 00:00"), "2112-02-29 00:00");  // 40 years, across 2100
}

TEST(NextRun, EveryDayOfTheWeekComesWithinFortyYears) {
  for (int weekday = 0; weekday < 7; ++weekday) {
    sys_seconds at = instant("2000-01-01 00:00");
    while (at < instant("2400-01-01 00:00")) {
      const auto then = next_after(leap_day_on(weekday), at, TimeZone::utc());
      ASSERT_TRUE(then);
      const year_month_day date(floor<days>(*then));
      EXPECT_EQ(date.month() / date.day(), std::chrono::February / 29);
      EXPECT_EQ(std::chrono::weekday(floor<days>(*then)).c_encoding(),
                static_cast<unsigned>(weekday));
      EXPECT_LE(*then - at, days(40 * 366));
      at = *then;
    }
  }
}

TEST(NextRun, WhatNeverComesEndsTheSearch) {
  Schedule never = accepted("0 0 1 1 *");
  never.days = 1U << 31;
  never.months = 1U << 2 | 1U << 4;
  EXPECT_EQ(next_after(never, instant("2024-01-01 00:00"), TimeZone::utc()), std::nullopt);
  for (auto field : {&Schedule::days, &Schedule::months, &Schedule::weekdays, &Schedule::hours}) {
    Schedule empty = accepted("0 0 * * *");
    empty.*field = 0;
    EXPECT_EQ(next_after(empty, instant("2024-01-01 00:00"), TimeZone::utc()), std::nullopt);
  }
  EXPECT_EQ(next_after(Schedule{}, instant("2024-01-01 00:00"), TimeZone::utc()), std::nullopt);
}

TEST(NextRun, InstantsFarAwayHaveNone) {
  const Schedule schedule = accepted("* * * * *");
  for (const auto far : {sys_seconds::min(), sys_seconds::max(), instant("10000-01-01 00:00")})
    EXPECT_EQ(next_after(schedule, far, TimeZone::utc()), std::nullopt);
  EXPECT_EQ(next("0 0 1 1 *", "9999-12-31 23:59", TimeZone::utc()), "10000-01-01 00:00");
}

// ---- changes of offset ----

struct ZoneCase {
  const char* zone;
  Case in_utc;
};
void PrintTo(const ZoneCase& shown, std::ostream* out) {
  *out << shown.zone << ": ";
  PrintTo(shown.in_utc, out);
}

class InZone : public testing::TestWithParam<ZoneCase> {};

TEST_P(InZone, IsWhenCronStartsTheJob) {
  const auto zone = zone_named(GetParam().zone);
  if (!zone) GTEST_SKIP() << "tzdata does not know " << GetParam().zone;
  EXPECT_EQ(next(GetParam().in_utc.schedule, GetParam().in_utc.after, *zone),
            GetParam().in_utc.next);
}

// Berlin: 2026-03-29 02:00 becomes 03:00 at 01:00 UTC; 2026-10-25 03:00 becomes 02:00 at 01:00 UTC.
INSTANTIATE_TEST_SUITE_P(
    Table, InZone,
    testing::Values(
        ZoneCase{"Europe/Berlin", {"30 2 * * *", "2026-03-28 01:30", "2026-03-29 01:00"}},
        ZoneCase{"Europe/Berlin", {"30 2 * * *", "2026-03-29 01:00", "2026-03-30 00:30"}},
        ZoneCase{"Europe/Berlin", {"0,30 2 * * *", "2026-03-29 00:59", "2026-03-29 01:00"}},
        ZoneCase{"Europe/Berlin", {"0 3 * * *", "2026-03-29 00:00", "2026-03-29 01:00"}},
        ZoneCase{"Europe/Berlin", {"*/15 2 * * *", "2026-03-28 01:45", "2026-03-30 00:00"}},
        ZoneCase{"Europe/Berlin", {"30 * * * *", "2026-03-29 00:30", "2026-03-29 01:30"}},
        ZoneCase{"Europe/Berlin", {"0 * * * *", "2026-03-29 00:00", "2026-03-29 01:00"}},
        ZoneCase{"Europe/Berlin", {"30 2 * * 1", "2026-03-29 00:00", "2026-03-30 00:30"}},
        // A clock job of an hour that is skipped each year, on the last Sunday of March.
        ZoneCase{"Europe/Berlin", {"*/15 2 25-31 3 *,0", "2026-03-28 12:00", "2026-03-30 00:00"}},
        ZoneCase{"Europe/Berlin", {"30 2 * * *", "2026-10-24 12:00", "2026-10-25 00:30"}},
        ZoneCase{"Europe/Berlin", {"30 2 * * *", "2026-10-25 00:30", "2026-10-26 01:30"}},
        ZoneCase{"Europe/Berlin", {"30 2 * * *", "2026-10-25 01:10", "2026-10-26 01:30"}},
        ZoneCase{"Europe/Berlin", {"0 3 * * *", "2026-10-25 00:59", "2026-10-25 02:00"}},
        ZoneCase{"Europe/Berlin", {"*/15 2 * * *", "2026-10-25 00:45", "2026-10-25 01:00"}},
        ZoneCase{"Europe/Berlin", {"*/15 2 * * *", "2026-10-25 01:45", "2026-10-26 01:00"}},
        ZoneCase{"Europe/Berlin", {"30 * * * *", "2026-10-25 00:30", "2026-10-25 01:30"}},
        ZoneCase{"Europe/Berlin", {"0 12 1 7 *", "2090-01-01 00:00", "2090-07-01 10:00"}},
        ZoneCase{"Europe/Berlin", {"0 0 29 2 *", "2096-02-29 00:00", "2104-02-28 23:00"}},
        ZoneCase{"America/New_York", {"30 2 * * *", "2026-03-08 00:00", "2026-03-08 07:00"}},
        ZoneCase{"America/New_York", {"30 1 * * *", "2026-11-01 05:30", "2026-11-02 06:30"}},
        ZoneCase{"America/New_York", {"*/30 1 * * *", "2026-11-01 05:30", "2026-11-01 06:00"}},
        ZoneCase{"Australia/Lord_Howe", {"15 2 * * *", "2026-10-03 12:00", "2026-10-03 15:30"}},
        ZoneCase{"Australia/Lord_Howe", {"45 1 * * *", "2026-04-04 14:45", "2026-04-05 15:15"}},
        ZoneCase{"Australia/Lord_Howe", {"*/15 1 * * *", "2026-04-04 14:45", "2026-04-04 15:00"}},
        ZoneCase{"Antarctica/Troll", {"30 1 * * *", "2026-03-28 12:00", "2026-03-29 01:00"}},
        ZoneCase{"Antarctica/Troll", {"30 1 * * *", "2026-10-24 23:30", "2026-10-26 01:30"}},
        // 30 December 2011 does not exist in Apia: a day is too much to be caught up.
        ZoneCase{"Pacific/Apia", {"0 12 * * *", "2011-12-29 22:00", "2011-12-30 22:00"}},
        ZoneCase{"Pacific/Apia", {"0 12 30 12 *", "2011-01-01 00:00", "2012-12-29 22:00"}},
        // Three hours: forward they are too much, backward just not.
        ZoneCase{"Antarctica/Casey", {"0 1 * * *", "2016-10-21 15:59", "2016-10-22 14:00"}},
        ZoneCase{"Antarctica/Casey", {"30 2 * * *", "2018-03-10 15:30", "2018-03-11 18:30"}},
        ZoneCase{"Antarctica/Casey", {"*/30 2 * * *", "2018-03-10 15:30", "2018-03-10 18:00"}},
        ZoneCase{"Asia/Kolkata", {"0 0 * * *", "2026-01-01 00:00", "2026-01-01 18:30"}}));

TEST(NextRun, AClockJobInAnHourThatIsAlwaysSkippedNeverComes) {
  const auto zone = zone_named("Europe/Berlin");
  if (!zone) GTEST_SKIP() << "tzdata is not installed";
  Schedule schedule = accepted("*/15 2 25-31 3 *");
  schedule.weekdays = 1;
  EXPECT_EQ(next_after(schedule, instant("2026-01-01 00:00"), *zone), std::nullopt);
}

// ---- against the daemon's main loop as it stands, minute by minute ----

bool is_due(const Schedule& schedule, sys_seconds local) {
  const sys_days day = floor<days>(local);
  const year_month_day date(day);
  const auto time = floor<minutes>(local - day).count();
  const auto has = [](std::uint64_t mask, auto bit) { return (mask >> bit & 1) != 0; };
  const bool in_days = has(schedule.days, static_cast<unsigned>(date.day()));
  const bool in_weekdays = has(schedule.weekdays, std::chrono::weekday(day).c_encoding());
  return has(schedule.minutes, time % 60) && has(schedule.hours, time / 60) &&
         has(schedule.months, static_cast<unsigned>(date.month())) &&
         (schedule.day_star || schedule.weekday_star ? in_days && in_weekdays
                                                     : in_days || in_weekdays);
}

// Vixie cron's main(), with its names, and no time spent on running jobs.
std::vector<sys_seconds> naive_runs(const Schedule& schedule, const TimeZone& zone,
                                    sys_seconds start, sys_seconds end) {
  const bool wild = schedule.minute_star || schedule.hour_star;
  const auto clock_time = [&](sys_seconds at) { return at + zone.offset(at); };
  std::vector<sys_seconds> runs;
  sys_seconds virtual_time = clock_time(start - minutes(1));
  for (sys_seconds at = start; at < end; at += minutes(1)) {
    const sys_seconds time_running = clock_time(at);
    const auto time_diff = (time_running - virtual_time) / minutes(1);
    bool run = false;
    if (time_diff > 0 && time_diff <= 5) {
      while (virtual_time < time_running) run |= is_due(schedule, virtual_time += minutes(1));
    } else if (time_diff > 5 && time_diff <= 180) {
      run = wild && is_due(schedule, time_running);
      while (virtual_time < time_running)
        run |= is_due(schedule, virtual_time += minutes(1)) && !wild;
    } else if (time_diff <= 0 && time_diff > -180) {
      run = wild && is_due(schedule, time_running);
    } else {
      virtual_time = time_running;
      run = is_due(schedule, time_running);
    }
    if (run) runs.push_back(at);
  }
  return runs;
}

std::vector<sys_seconds> our_runs(const Schedule& schedule, const TimeZone& zone, sys_seconds start,
                                  sys_seconds end) {
  std::vector<sys_seconds> runs;
  for (auto at = next_after(schedule, start - seconds(1), zone); at && *at < end;
       at = next_after(schedule, *at, zone)) {
    runs.push_back(*at);
  }
  return runs;
}

// A field: a star, a starred step, a value, a list or a range.
std::string random_field(int low, int high) {
  const auto value = [&](int from, int to) { return *rc::gen::inRange(from, to + 1); };
  switch (*rc::gen::inRange(0, 6)) {
    case 0:
    case 1:
      return "*";
    case 2:
      return "*/" + std::to_string(value(1, (high - low + 1) / 2));
    case 3:
      return std::to_string(value(low, high));
    case 4:
      return std::to_string(value(low, high)) + "," + std::to_string(value(low, high));
    default: {
      const int from = value(low, high);
      return std::to_string(from) + "-" + std::to_string(value(from, high));
    }
  }
}

Schedule random_schedule() {
  for (;;) {
    const std::string text = random_field(0, 59) + " " + random_field(0, 23) + " " +
                             random_field(1, 31) + " " + random_field(1, 12) + " " +
                             random_field(0, 6);
    if (auto parsed = parse_schedule(text).schedule) return *parsed;
  }
}

TEST(NextRun, IsWhatANaiveSearchFindsInUtc) {
  EXPECT_TRUE(rc::check([] {
    const Schedule schedule = random_schedule();
    const sys_seconds start =
        instant("2023-11-01 00:00") + minutes(*rc::gen::inRange(0, 3 * 366 * 24 * 60));
    const sys_seconds end = start + days(40);
    RC_LOG() << schedule.text << "\n";
    RC_ASSERT(our_runs(schedule, TimeZone::utc(), start, end) ==
              naive_runs(schedule, TimeZone::utc(), start, end));
  }));
}

TEST(NextRun, IsLaterThanTheInstantAndNeverGoesBack) {
  const TimeZone zone = zone_named("Europe/Berlin").value_or(TimeZone::utc());
  EXPECT_TRUE(rc::check([&zone] {
    const Schedule schedule = random_schedule();
    const sys_seconds early(seconds(*rc::gen::inRange<std::int64_t>(0, 5'000'000'000)));
    const sys_seconds late = early + seconds(*rc::gen::inRange<std::int64_t>(0, 50'000'000));
    const auto first = next_after(schedule, early, zone);
    const auto second = next_after(schedule, late, zone);
    RC_ASSERT(first.has_value() && second.has_value());
    RC_ASSERT(*first > early);
    RC_ASSERT(*second >= *first);
    RC_ASSERT(first->time_since_epoch() % minutes(1) == seconds(0));
    if (*first > late) RC_ASSERT(*second == *first);
  }));
}

TEST(NextRun, IsWhatTheMainLoopDoesAroundChangesOfOffset) {
  const char* const names[] = {"Europe/Berlin",    "America/New_York", "Australia/Lord_Howe",
                               "Pacific/Apia",     "Asia/Kolkata",     "Africa/Casablanca",
                               "America/St_Johns", "Antarctica/Troll", "Antarctica/Casey",
                               "Asia/Pyongyang",   "America/Caracas",  "Asia/Kathmandu"};
  int changes = 0;
  for (const char* name : names) {
    const auto zone = zone_named(name);
    if (!zone) continue;
    std::vector<sys_seconds> when;
    for (auto at = zone->next_change(instant("1973-01-01 00:00"));
         at && *at < instant("2060-01-01 00:00"); at = zone->next_change(*at))
      when.push_back(*at);
    changes += static_cast<int>(when.size());
    if (when.empty()) continue;
    EXPECT_TRUE(rc::check(std::string(name), [&] {
      const Schedule schedule = random_schedule();
      const sys_seconds change = when[*rc::gen::inRange<std::size_t>(0, when.size())];
      // Every call starts anew, so starting points in what is held back are covered too.
      const sys_seconds start = change - days(1);
      const sys_seconds end = change + days(1);
      RC_LOG() << schedule.text << " at " << written(change) << "\n";
      RC_ASSERT(our_runs(schedule, *zone, start, end) == naive_runs(schedule, *zone, start, end));
    }));
  }
  if (changes == 0) GTEST_SKIP() << "tzdata is not installed";
}

std::string last(const std::string& schedule, const std::string& until, hours within,
                 const TimeZone& zone) {
  const auto at = last_until(accepted(schedule), instant(until), within, zone);
  return at ? written(*at) : "none";
}

TEST(LastUntil, IsTheTimeThatARunWasStartedFor) {
  const TimeZone utc = TimeZone::utc();
  EXPECT_EQ(last("17 3 * * *", "2024-01-01 03:17:01", hours(1), utc), "2024-01-01 03:17");
  EXPECT_EQ(last("17 3 * * *", "2024-01-01 03:17:00", hours(1), utc), "2024-01-01 03:17");
  EXPECT_EQ(last("17 3 * * *", "2024-01-01 03:16:59", hours(1), utc), "none");
  EXPECT_EQ(last("17 3 * * *", "2024-01-01 04:16", hours(1), utc), "2024-01-01 03:17");
  EXPECT_EQ(last("17 3 * * *", "2024-01-01 03:00", hours(24), utc), "2023-12-31 03:17");
  EXPECT_EQ(last("*/5 3 * * *", "2024-01-01 23:59", hours(24), utc), "2024-01-01 03:55");
  EXPECT_EQ(last("@reboot", "2024-01-01 03:00", hours(24), utc), "none");
}

TEST(LastUntil, KnowsWhatCronCatchesUpAfterAClockChange) {
  const auto berlin = zone_named("Europe/Berlin");
  if (!berlin) GTEST_SKIP() << "no zone Europe/Berlin on this machine";
  // 02:30 does not exist on 2024-03-31; cron starts that run at 03:00, which is 01:00 UTC.
  EXPECT_EQ(last("30 2 * * *", "2024-03-31 01:00:02", hours(1), *berlin), "2024-03-31 01:00");
}

TEST(LastUntil, AgreesWithNextAfter) {
  rc::check("no run lies between it and the instant", [] {
    const Schedule schedule = accepted(*rc::gen::element<std::string>(
        "* * * * *", "*/7 * * * *", "0 0 * * *", "17 3 1 * *", "0 12 * * 1", "5,50 1-3 * * *"));
    const sys_seconds until =
        instant("2024-01-01 00:00") + seconds(*rc::gen::inRange(0, 40'000'000));
    const auto found = last_until(schedule, until, days(60), TimeZone::utc());
    RC_ASSERT(found.has_value());
    RC_ASSERT(*found <= until);
    RC_ASSERT(next_after(schedule, *found - seconds(1), TimeZone::utc()) == found);
    const auto following = next_after(schedule, *found, TimeZone::utc());
    RC_ASSERT(following && *following > until);
  });
}

}  // namespace
}  // namespace leader_cron
