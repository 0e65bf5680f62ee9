// next_after() against Debian's own cron on a virtual clock: awkward schedules, each under a
// command of its own, and the minutes in which cron starts them, compared one by one.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cron/next_run.h"
#include "cron_daemon.h"
#include "system/zone_file.h"

namespace leader_cron {
namespace {

namespace fs = std::filesystem;
using cron_harness::CrontabFile;
using cron_harness::Firing;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;

// The minutes in which each command starts.
using Runs = std::map<std::string, std::set<sys_seconds>>;

sys_seconds at(int y, int m, int d, int hour = 0) {
  return sys_days(year(y) / m / d) + hours(hour);
}

std::string written(sys_seconds instant) {
  const std::chrono::year_month_day date(std::chrono::floor<days>(instant));
  const auto time = instant - std::chrono::floor<days>(instant);
  return fmt::format("{}-{:02}-{:02} {:02}:{:02} UTC", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time / hours(1), time % hours(1) / minutes(1));
}

// One line for each command that one side starts and the other does not, with the first such
// minute.
std::vector<std::string> differences(const Runs& expected, const Runs& actual) {
  std::set<std::string> commands;
  for (const auto& [command, runs] : expected) commands.insert(command);
  for (const auto& [command, runs] : actual) commands.insert(command);
  std::vector<std::string> lines;
  for (const std::string& command : commands) {
    const auto of = [&](const Runs& runs) {
      const auto found = runs.find(command);
      return found == runs.end() ? std::set<sys_seconds>() : found->second;
    };
    std::vector<sys_seconds> different;
    const auto ours = of(expected);
    const auto theirs = of(actual);
    std::set_symmetric_difference(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                                  std::back_inserter(different));
    if (different.empty()) continue;
    lines.push_back(fmt::format("{}: {} minutes differ, first {}: {}", command, different.size(),
                                written(different.front()),
                                ours.contains(different.front())
                                    ? "expected, but cron did not start it"
                                    : "not expected, but cron started it"));
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

struct Span {
  sys_seconds start;
  sys_seconds end;
};

// What cron does with the operators' texts and with ours for them, which must be alike.
Runs recorded(const std::vector<std::string>& texts, Span span, const std::string& zone = "UTC") {
  CrontabFile file{"both", ""};
  for (const std::string& text : texts) {
    const std::string portable = parse_schedule(text).schedule.value().text;
    file.text += fmt::format("{0} root written: {0}\n{1} root portable: {0}\n", text, portable);
  }
  const auto recording = cron_harness::record({file}, span.start, span.end, zone);
  Runs runs;
  for (const Firing& firing : recording.firings) runs[firing.command].insert(firing.at);
  EXPECT_FALSE(runs.empty()) << recording.log;
  return runs;
}

Runs expected(const std::vector<std::string>& texts, Span span, const TimeZone& zone) {
  Runs runs;
  for (const std::string& text : texts) {
    const Schedule schedule = parse_schedule(text).schedule.value();
    for (auto run = next_after(schedule, span.start - seconds(1), zone); run && *run < span.end;
         run = next_after(schedule, *run, zone)) {
      runs["written: " + text].insert(*run);
      runs["portable: " + text].insert(*run);
    }
  }
  return runs;
}

std::vector<std::string> accepted_of(const std::vector<std::string>& texts) {
  std::vector<std::string> accepted;
  for (const std::string& text : texts) {
    const auto parsed = parse_schedule(text);
    if (parsed.schedule && std::find(accepted.begin(), accepted.end(), text) == accepted.end())
      accepted.push_back(text);
  }
  return accepted;
}

class NextRunDaemon : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto reason = cron_harness::why_cron_cannot_run_here()) GTEST_SKIP() << *reason;
  }

  static void expect_alike(const std::vector<std::string>& texts, Span span) {
    const auto lines = differences(expected(texts, span, TimeZone::utc()), recorded(texts, span));
    EXPECT_TRUE(lines.empty()) << joined(lines);
  }
};

// ---- the calendar ----

// Day of month, month, day of week.
constexpr const char* kDates[] = {
    "* * *", "1 * *", "31 * *", "30 * *", "29 * *", "29 2 *", "28-29 2 *", "28-31 * *", "1-7 * *",
    "8-14 * *", "15,31 * *", "1,15,29 * *", "31,1 * *", "29-31/2 * *", "1-31/10 * *", "1-31 1 *",
    "31 1,3,5 *", "30 4,6,9,11 *", "1 jan *", "1 JAN,Jul *", "1 jan-mar *", "1 oct-dec *",
    "31 dec *", "1 1-12/3 *", "1 */3 *", "1 */5 *", "1 2,*/6 *", "1 */2,1 *", "29 */2 *",
    "29 feb *", "*/2 * *", "*/3 * *", "*/7 * *", "*/10 * *", "*/15 * *", "*/30 * *", "*/29 2 *",
    "*/28 2 *", "*/2 2 *", "*/2,2 * *", "*,1 1 *", "1,* 2 *", "* 2 *", "* */4 *", "* feb,dec *",
    // Days of the week: names, 0 and 7, lists, ranges, steps.
    "* * 0", "* * 7", "* * sun", "* * SUN", "* * Sun,wed", "* * 0,7", "* * 1", "* * 6", "* * 1-5",
    "* * 5-7", "* * 6-7", "* * 0-7", "* * 1-7", "* * 0-6", "* * mon-fri", "* * tue-sat",
    "* * thu-6", "* * mon-fri/2", "* * 1-5/2", "* * 1-7/2", "* * 0-7/7", "* * */2", "* * */3",
    "* * */6", "* * */5,3", "* * 3,*/6", "* * *,1", "* * 1,*", "* * 4,1", "* 2 1", "* jan sun",
    "* */3 7", "* 3-5 sat",
    // Both day fields: either suffices ...
    "13 * 5", "13 * fri", "1 * 1", "1,15 * 1", "1-7 * 1", "31 * 0", "31 * 7", "29 2 1", "30 2 1",
    "30 2 0,6", "31 4 3", "28-31 * 0", "1-7 * 1-5", "15 6 3", "1,* * 1", "1 * 1,*", "1-31 * 1",
    "1 * 0-6", "1 jan 1", "29 feb thu", "10 */2 2", "5,25 1,7 sat", "29-31/2 * 5", "25-31 3,10 7",
    // ... unless one of them begins with a star: then both must match.
    "*/2 * 1", "*/2 * 0", "*/3 * 1-5", "*/31,29 2 2", "1 * */2", "1 * */3", "13 * */5", "29 2 */2",
    "29 2 */3", "29 2 */6", "*/28 2 2", "*/28 2 4", "*/14 * 1", "*/30 * 3", "*/15 * 0,6", "*/7 * 7",
    "*,1 * 1", "1 * *,1", "1-7 * */7", "1-7 * */6", "*/2 * */2", "*/5 * */5", "*/10,5 * mon",
    "15 * */4", "31 * */2", "1,15 * */3", "25-31 3,10 */6", "*/30 * */2", "*/16 */2 fri",
    "*/8 2 tue", "8-14 * */2", "*/6 dec */3", "29 */2 */2", "28-29 2 */4"};

// Minute and hour.
constexpr const char* kTimes[] = {"0 0", "59 23",  "17 3",  "0 12",        "30 23",
                                  "1 0", "08 010", "0-0 0", "59-59 23-23", "5 6"};

std::vector<std::string> dated() {
  std::vector<std::string> texts = {"@daily",  "@midnight", "@weekly",       "@monthly",
                                    "@yearly", "@annually", "0 0,12 1 */6 *"};
  std::size_t i = 0;
  for (const char* date : kDates)
    texts.push_back(fmt::format("{} {}", kTimes[i++ % std::size(kTimes)], date));
  return accepted_of(texts);
}

std::vector<std::string> minutely() {
  std::vector<std::string> texts = {"@hourly", "* * * * *"};
  const char* const hour_fields[] = {"*",      "3",     "0,23",   "22-23",   "*/6",
                                     "9-17/4", "*/8,1", "1,*/12", "0-23/11", "23,0"};
  std::size_t i = 0;
  for (const char* minute_field :
       {"0",           "59",      "0,59",     "59,0",   "5,5,5",      "0-4",  "55-59",
        "10-20/5",     "*/30",    "*/29",     "*/20",   "*/15",       "*/17", "*/25",
        "0-59/30",     "1-59/29", "*/20,5",   "5,*/30", "*/30,*/20",  "0-0",  "07,08,09",
        "20-30,25-32", "30,0",    "59,58-59", "3-3",    "0-10/10,30", "*/59", "*/58",
        "2-58/28",     "1,2,3-5", "45-59/7",  "*/45,1", "33",         "000",  "10,20,30,40,50",
        "*/40",        "*/31,30", "0-59/59"}) {
    for (int repeat = 0; repeat < 5; ++repeat)
      texts.push_back(
          fmt::format("{} {} * * *", minute_field, hour_fields[i++ % std::size(hour_fields)]));
    ++i;
  }
  return accepted_of(texts);
}

TEST_F(NextRunDaemon, ThereAreEnoughSchedules) {
  EXPECT_GE(dated().size() + minutely().size(), 300u);
  EXPECT_GE(dated().size(), 140u);
}

TEST_F(NextRunDaemon, DatesOfALeapYearAndItsTurn) {
  expect_alike(dated(), {at(2027, 12, 25), at(2028, 10, 5)});
}

TEST_F(NextRunDaemon, MinutesAndHoursOverAMonthsEnd) {
  expect_alike(minutely(), {at(2023, 2, 28, 12), at(2023, 3, 1, 14)});
}

TEST_F(NextRunDaemon, TheComparisonReportsAWrongExpectation) {
  const std::vector<std::string> texts = {"17 3 * * *", "30 5 * * 1", "0 0 */2 * 1"};
  const Span span{at(2024, 2, 26), at(2024, 3, 6)};
  const Runs actual = recorded(texts, span);
  Runs wrong = expected(texts, span, TimeZone::utc());
  EXPECT_EQ(differences(wrong, actual), std::vector<std::string>());
  wrong["written: 17 3 * * *"].erase(at(2024, 2, 29, 3) + minutes(17));
  wrong["portable: 30 5 * * 1"].insert(at(2024, 2, 27, 5) + minutes(30));
  EXPECT_EQ(differences(wrong, actual),
            (std::vector<std::string>{"portable: 30 5 * * 1: 1 minutes differ, first 2024-02-27 "
                                      "05:30 UTC: expected, but cron did not start it",
                                      "written: 17 3 * * *: 1 minutes differ, first 2024-02-29 "
                                      "03:17 UTC: not expected, but cron started it"}));
  // And a rule of ours that were wrong: either day field suffices.
  Schedule either = parse_schedule("0 0 */2 * 1").schedule.value();
  either.day_star = false;
  Runs naive = expected(texts, span, TimeZone::utc());
  for (auto run = next_after(either, span.start, TimeZone::utc()); run && *run < span.end;
       run = next_after(either, *run, TimeZone::utc()))
    naive["written: 0 0 */2 * 1"].insert(*run);
  EXPECT_EQ(differences(naive, actual).size(), 1u);
}

// ---- changes of offset ----

// Schedules around a change: the local minutes that it skips or repeats are those from `first` on.
// No more than four fixed minutes are skipped: cron waits 10 s after each, see next_run.h.
std::vector<std::string> around(sys_seconds change, const TimeZone& zone) {
  const auto before = zone.offset(change - seconds(1));
  const auto after = zone.offset(change);
  const sys_seconds first = change + std::min(before, after);
  const auto size = std::chrono::abs(after - before);
  std::vector<std::string> texts;
  const auto field = [](sys_seconds local, const char* form) {
    const sys_days day = std::chrono::floor<days>(local);
    const std::chrono::year_month_day date(day);
    const auto time = local - day;
    return fmt::format(fmt::runtime(form), fmt::arg("m", time % hours(1) / minutes(1)),
                       fmt::arg("h", time / hours(1)), fmt::arg("g", (time / hours(1) + 1) % 24),
                       fmt::arg("d", static_cast<unsigned>(date.day())),
                       fmt::arg("o", static_cast<unsigned>(date.month())),
                       fmt::arg("w", std::chrono::weekday(day).c_encoding()));
  };
  const auto half = std::chrono::floor<minutes>(size / 2);
  for (const sys_seconds local :
       {first - hours(2), first - minutes(1), first, first + half, first + size - minutes(1),
        first + size, first + size + minutes(1), first + size + half}) {
    for (const char* form :
         {"{m} {h} * * *", "{m} {h} {d} {o} *", "{m} {h} * * {w}", "{m} {h} */2 * *",
          "{m} {h} {d} * */2", "{m},{m} {h} * * *", "{m}-{m} {h} * * *", "{m} * * * *",
          "{m} */2 * * *", "{m} *,{h} * * *", "{m} {h},{h} * * *"})
      texts.push_back(field(local, form));
  }
  for (const char* form :
       {"* {h} * * *", "*/15 {h} * * *", "*/30 {h},{g} * * *", "*/20,7 {h} {d} {o} *",
        "*,3 {h} * * *", "*/30 * * * *", "*/30 */3 * * *", "*/10 {h} * * {w}"})
    texts.push_back(field(first, form));
  return accepted_of(texts);
}

// The next change after `when`, a few hours on either side.
void compare_around(sys_seconds when, const TimeZone& zone, const std::string& zone_name) {
  const auto change = zone.next_change(when);
  ASSERT_TRUE(change) << zone_name;
  const Span span{std::chrono::floor<hours>(*change) - hours(4),
                  std::chrono::ceil<hours>(*change) + hours(6)};
  const auto texts = around(*change, zone);
  EXPECT_GE(texts.size(), 50u);
  const auto lines = differences(expected(texts, span, zone), recorded(texts, span, zone_name));
  EXPECT_TRUE(lines.empty()) << zone_name << ", " << written(*change) << ":\n" << joined(lines);
}

struct ZoneCase {
  const char* zone;
  std::vector<sys_seconds> changes_after;
};

class NextRunDaemonInZone : public NextRunDaemon, public testing::WithParamInterface<ZoneCase> {};

TEST_P(NextRunDaemonInZone, FollowsItsChangesOfOffset) {
  const auto zone = zone_named(GetParam().zone);
  if (!zone) GTEST_SKIP() << *cron_harness::why_zone_is_unknown(GetParam().zone);
  for (const sys_seconds when : GetParam().changes_after)
    compare_around(when, *zone, GetParam().zone);
}

INSTANTIATE_TEST_SUITE_P(
    Zones, NextRunDaemonInZone,
    testing::Values(ZoneCase{"Europe/Berlin", {at(2026, 1, 1), at(2026, 6, 1)}},
                    ZoneCase{"America/New_York", {at(2026, 1, 1), at(2026, 6, 1)}},
                    ZoneCase{"America/St_Johns", {at(1988, 1, 1), at(1988, 6, 1), at(2007, 1, 1)}},
                    ZoneCase{"Australia/Lord_Howe", {at(2026, 1, 1), at(2026, 6, 1)}},
                    ZoneCase{"Antarctica/Troll", {at(2026, 1, 1), at(2026, 6, 1)}},
                    ZoneCase{"Antarctica/Casey", {at(2016, 1, 1), at(2018, 1, 1)}},  // three hours
                    ZoneCase{"Africa/Casablanca", {at(2026, 1, 1), at(2026, 3, 1)}},
                    ZoneCase{"America/Nuuk", {at(2026, 1, 1)}},  // a rule before midnight
                    ZoneCase{"Asia/Pyongyang",
                             {at(2015, 1, 1), at(2018, 1, 1)}},    // no daylight saving flag
                    ZoneCase{"Asia/Kathmandu", {at(1980, 1, 1)}},  // a quarter of an hour
                    ZoneCase{"Pacific/Apia", {at(2011, 12, 1)}}),  // a day that was left out
    [](const auto& tested) {
      std::string name = tested.param.zone;
      std::replace(name.begin(), name.end(), '/', '_');
      return name;
    });

TEST_F(NextRunDaemon, AZoneWithoutChanges) {
  const std::string name = "Asia/Kolkata";
  const auto zone = zone_named(name);
  if (!zone) GTEST_SKIP() << *cron_harness::why_zone_is_unknown(name);
  const Span span{at(2026, 2, 28, 12), at(2026, 3, 2)};
  const std::vector<std::string> texts = {"0 0 * * *",     "30 5 1 * *", "29 5 1 3 *",
                                          "*/15 23 * * *", "0 * * * 6",  "59 23 28 2 *"};
  EXPECT_EQ(differences(expected(texts, span, *zone), recorded(texts, span, name)),
            std::vector<std::string>());
}

// A zone that changes by so many minutes, once, at 2026-06-01 12:00 UTC: where cron draws its
// lines.
class Jump : public NextRunDaemon, public testing::WithParamInterface<int> {
 protected:
  static std::string big_endian(std::int64_t value, int size) {
    std::string bytes;
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
      bytes += static_cast<char>(static_cast<std::uint64_t>(value) >> shift & 0xff);
    return bytes;
  }

  static std::string zone_bytes(minutes jump) {
    const std::string header = "TZif2" + std::string(15, '\0');
    const auto counts = [](int changes, int types, int characters) {
      return std::string(12, '\0') + big_endian(changes, 4) + big_endian(types, 4) +
             big_endian(characters, 4);
    };
    const std::int64_t offset = seconds(jump).count();
    const std::string type = std::string(2, '\0');  // standard time, the first abbreviation
    return header + counts(0, 1, 4) + big_endian(0, 4) + type + std::string("AAA\0", 4) + header +
           counts(1, 2, 4) + big_endian(at(2026, 6, 1, 12).time_since_epoch().count(), 8) + '\1' +
           big_endian(0, 4) + type + big_endian(offset, 4) + type + std::string("AAA\0", 4) +
           "\n\n";
  }
};

TEST_P(Jump, OfSoManyMinutes) {
  std::string folder = fs::temp_directory_path() / "next-run.XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  fs::permissions(folder, fs::perms(0755));
  std::ofstream(folder + "/zone", std::ios::binary) << zone_bytes(minutes(GetParam()));
  const auto zone = TimeZone::parse(zone_bytes(minutes(GetParam())));
  EXPECT_TRUE(zone);
  // The harness, as the C library, looks for zones below /usr/share/zoneinfo.
  const std::string name = "../../.." + folder + "/zone";
  if (cron_harness::why_zone_is_unknown(name)) {
    fs::remove_all(folder);
    GTEST_SKIP() << "there is no /usr/share/zoneinfo";
  }
  if (zone) compare_around(at(2026, 1, 1), *zone, name);
  fs::remove_all(folder);
}

INSTANTIATE_TEST_SUITE_P(Sizes, Jump,
                         testing::Values(1, 4, 5, 6, 90, 178, 179, 180, 181, -1, -4, -5, -90, -179,
                                         -180, -181),
                         [](const auto& tested) {
                           return (tested.param < 0 ? "Back" : "Forward") +
                                  std::to_string(std::abs(tested.param));
                         });

// What next_run.h leaves out: with more than a few minutes to catch up, cron takes its time.
TEST_F(NextRunDaemon, ACrowdOfSkippedMinutesIsCaughtUpOverSomeMinutes) {
  const std::string name = "Europe/Berlin";
  const auto zone = zone_named(name);
  if (!zone) GTEST_SKIP() << *cron_harness::why_zone_is_unknown(name);
  const Span span{at(2026, 3, 29), at(2026, 3, 29, 4)};
  const std::vector<std::string> texts = {"0-59 2 * * *"};
  const Runs ours = expected(texts, span, *zone);
  const Runs theirs = recorded(texts, span, name);
  const std::string command = "written: 0-59 2 * * *";
  EXPECT_EQ(ours.at(command), std::set<sys_seconds>{at(2026, 3, 29, 1)});
  EXPECT_EQ(*theirs.at(command).begin(), at(2026, 3, 29, 1));
  EXPECT_GT(theirs.at(command).size(), 5u);
}

// And why nothing here is later than 2037: cron multiplies minutes since 1970 by 60 in an int
// (find_jobs() in cron.c), so from 2^31 seconds on it takes the time for 1901.
TEST_F(NextRunDaemon, CronsOwnCalendarEndsIn2038) {
  const std::vector<std::string> texts = {"0 0 * * *"};
  const Span last{at(2038, 1, 18), at(2038, 1, 19, 3)};
  EXPECT_EQ(differences(expected(texts, last, TimeZone::utc()), recorded(texts, last)),
            std::vector<std::string>());
  const Span next{at(2038, 1, 20), at(2038, 1, 21)};
  const Runs theirs = recorded(texts, next);
  EXPECT_EQ(theirs.at("written: 0 0 * * *"),
            std::set<sys_seconds>{at(2038, 1, 20, 6) + minutes(29)});
}

}  // namespace
}  // namespace leader_cron
