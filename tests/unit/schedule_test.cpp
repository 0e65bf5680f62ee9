#include "cron/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace leader_cron {
namespace {

using testing::ElementsAre;

std::uint64_t bits(const std::vector<int>& values) {
  std::uint64_t mask = 0;
  for (const int value : values) mask |= std::uint64_t{1} << value;
  return mask;
}

Schedule accepted(std::string_view text) {
  const ParsedSchedule parsed = parse_schedule(text);
  EXPECT_TRUE(parsed.schedule) << text << ": "
                               << (parsed.problems.empty() ? "" : parsed.problems.front().what);
  return parsed.schedule.value_or(Schedule{});
}

TEST(Schedule, ReadsEachFieldIntoItsMask) {
  const Schedule schedule = accepted("5,20-22 9-17/4 1,31 jan-mar MON-fri");
  EXPECT_EQ(schedule.minutes, bits({5, 20, 21, 22}));
  EXPECT_EQ(schedule.hours, bits({9, 13, 17}));
  EXPECT_EQ(schedule.days, bits({1, 31}));
  EXPECT_EQ(schedule.months, bits({1, 2, 3}));
  EXPECT_EQ(schedule.weekdays, bits({1, 2, 3, 4, 5}));
  EXPECT_FALSE(schedule.minute_star || schedule.hour_star || schedule.day_star ||
               schedule.weekday_star);
}

TEST(Schedule, StarBitsAreSetByAFirstStarWithAStepTooAndByNothingElse) {
  const Schedule first = accepted("*/15 *,1 */2 * */3");
  EXPECT_TRUE(first.minute_star && first.hour_star && first.day_star && first.weekday_star);
  const Schedule later = accepted("1,* 0-23 1,* * 0-6");
  EXPECT_FALSE(later.minute_star || later.hour_star || later.day_star || later.weekday_star);
  EXPECT_EQ(later.days, accepted("0 0 * * *").days);
}

struct TextCase {
  const char* written;
  const char* portable;
};

class PortableText : public testing::TestWithParam<TextCase> {};

TEST_P(PortableText, IsInNumbersAscendingWithoutSeven) {
  EXPECT_EQ(accepted(GetParam().written).text, GetParam().portable);
}

INSTANTIATE_TEST_SUITE_P(
    Table, PortableText,
    testing::Values(
        TextCase{"17 3 * * *", "17 3 * * *"}, TextCase{" \t17\t3  * * * ", "17 3 * * *"},
        TextCase{"*/15 9-17 * * 1-5", "*/15 9-17 * * 1-5"}, TextCase{"010 08 * * *", "10 8 * * *"},
        TextCase{"0 0 * * sun", "0 0 * * 0"}, TextCase{"0 0 * * 7", "0 0 * * 0"},
        TextCase{"0 0 * * fri-7", "0 0 * * 0,5,6"}, TextCase{"0 0 * * 0-7", "0 0 * * 0-6"},
        TextCase{"0 0 * * 1-7/2", "0 0 * * 0,1,3,5"},
        TextCase{"0 0 1 JAN,oct-dec *", "0 0 1 1,10-12 *"},
        TextCase{"30,0 5,1 * * *", "0,30 1,5 * * *"},
        TextCase{"0-30,20-40 0 * * *", "0-40 0 * * *"},
        TextCase{"0-59/10 0-0 * * *", "0-59/10 0-0 * * *"}, TextCase{"*/1 *,5 * * *", "* * * * *"},
        TextCase{"5-5/1 0 * * *", "5-5 0 * * *"}, TextCase{"*/20,5 0 * * *", "*/20,5 0 * * *"},
        TextCase{"0 0 1,* * 1", "0 0 1-31 * 1"}, TextCase{"@hourly", "0 * * * *"},
        TextCase{"@daily", "0 0 * * *"}, TextCase{"@midnight", "0 0 * * *"},
        TextCase{"@weekly", "0 0 * * 0"}, TextCase{"@monthly", "0 0 1 * *"},
        TextCase{"@yearly", "0 0 1 1 *"}, TextCase{"@annually", "0 0 1 1 *"},
        TextCase{"@reboot", "@reboot"}, TextCase{"0 0 29 2 *", "0 0 29 2 *"},
        TextCase{"0 0 30 2 1", "0 0 30 2 1"}));

TEST(Schedule, ThePortableTextReadsBackAsTheSameSchedule) {
  for (const char* text :
       {"*/15 9-17 * * 1-5", "0 0 * * fri-7", "30,0 5,1 1 jan *", "*/20,5 0 * * *", "@weekly"}) {
    const Schedule schedule = accepted(text);
    EXPECT_EQ(accepted(schedule.text), schedule) << text;
  }
}

struct MistakeCase {
  const char* text;
  ScheduleProblem problem;
};

class Mistake : public testing::TestWithParam<MistakeCase> {};

TEST_P(Mistake, IsToldWithItsPlace) {
  const ParsedSchedule parsed = parse_schedule(GetParam().text);
  EXPECT_FALSE(parsed.schedule);
  ASSERT_EQ(parsed.problems.size(), 1u);
  EXPECT_EQ(parsed.problems[0].offset, GetParam().problem.offset);
  EXPECT_EQ(parsed.problems[0].what, GetParam().problem.what);
  EXPECT_EQ(parsed.problems[0].instead, GetParam().problem.instead);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Mistake,
    testing::Values(
        MistakeCase{"", {0, "a schedule has five fields, but this one is empty", "17 3 * * *"}},
        MistakeCase{"17 25 * * *", {3, "hour 25 is out of range 0-23", ""}},
        MistakeCase{"60 0 * * *", {0, "minute 60 is out of range 0-59", ""}},
        MistakeCase{"0 0 0 * *", {4, "day of month 0 is out of range 1-31", ""}},
        MistakeCase{"0 0 * 13 *", {6, "month 13 is out of range 1-12", ""}},
        MistakeCase{"0 0 * * 8", {8, "day of week 8 is out of range 0-7", ""}},
        MistakeCase{"4294967301 0 * * *", {0, "minute 4294967301 is out of range 0-59", ""}},
        MistakeCase{"0 0 * *",
                    {7,
                     "a schedule has five fields (minute, hour, day of month, month, day of week), "
                     "but this one has 4",
                     ""}},
        MistakeCase{"0 0 0 * * *",
                    {10,
                     "a schedule has five fields (minute, hour, day of month, month, day of week), "
                     "but this one has 6",
                     ""}},
        MistakeCase{"5-2 * * * *",
                    {0, "minute range 5-2 runs backwards, so it never matches", "0-2,5-59"}},
        MistakeCase{"0 22-2 * * *",
                    {2, "hour range 22-2 runs backwards, so it never matches", "0-2,22-23"}},
        MistakeCase{
            "0 0 * * fri-mon",
            {8, "day of week range fri-mon runs backwards, so it never matches", "0-1,5-6"}},
        MistakeCase{"0 0 * * 7-1",
                    {8, "day of week range 7-1 runs backwards, so it never matches", "0-1"}},
        MistakeCase{
            "*/200 * * * *",
            {2, "minute step 200 is larger than its range 0-59, so only 0 would match", "0"}},
        MistakeCase{"0 8-10/5 * * *",
                    {7, "hour step 5 is larger than its range 8-10, so only 8 would match", "8"}},
        MistakeCase{"*/0 * * * *", {2, "minute has a step of 0", ""}},
        MistakeCase{"5/15 * * * *", {1, "minute 5/15 has a step on a single value", "5-59/15"}},
        MistakeCase{"*/ * * * *", {1, "minute has no step after '/'", ""}},
        MistakeCase{
            "5;10 * * * *",
            {1, "';' in minute 5;10 is not crontab syntax: cron would stop reading there", ""}},
        MistakeCase{
            "*5 * * * *",
            {1, "'5' in minute *5 is not crontab syntax: cron would stop reading there", ""}},
        MistakeCase{"? * * * *", {0, "'?' in minute is not crontab syntax", ""}},
        MistakeCase{"1,,2 * * * *", {2, "minute has an empty place in its list", ""}},
        MistakeCase{"1- * * * *", {2, "minute lacks a value at its end", ""}},
        MistakeCase{"0 0 * * monday",
                    {8, "'monday' is no day of week: names have three letters, sun to sat", "mon"}},
        MistakeCase{"0 noon * * *", {2, "hour takes numbers, not 'noon'", ""}},
        MistakeCase{"0 0 30 2 *",
                    {4, "day of month 30 never comes in month 2: the job would never run", ""}},
        MistakeCase{"0 0 31 4,6 *",
                    {4, "day of month 31 never comes in month 4,6: the job would never run", ""}},
        MistakeCase{"@daily 5", {7, "@daily stands alone: no field follows it", ""}},
        MistakeCase{"@Daily",
                    {0,
                     "@Daily is not known to cron: it reads @hourly, @daily, @midnight, @weekly, "
                     "@monthly, @yearly, "
                     "@annually and @reboot",
                     "@daily"}}));

TEST(Schedule, TellsTheMistakesOfAllFieldsAtOnce) {
  const ParsedSchedule parsed = parse_schedule("61,62 24 0 0 9");
  std::vector<std::size_t> offsets;
  for (const ScheduleProblem& problem : parsed.problems) offsets.push_back(problem.offset);
  EXPECT_THAT(offsets, ElementsAre(0, 3, 6, 9, 11, 13));
}

}  // namespace
}  // namespace leader_cron
