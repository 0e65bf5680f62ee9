#include "cron/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cron/in_words.h"
#include "cron/schedule_warning.h"

namespace leader_cron {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

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
  const Schedule later = accepted("1,* 0-23 1,3-31 * 0,2-6");
  EXPECT_FALSE(later.minute_star || later.hour_star || later.day_star || later.weekday_star);
}

TEST(Schedule, ADayFieldThatAllowsEveryDayIsDropped) {
  // With OR, every day comes through one of them.
  EXPECT_EQ(accepted("0 0 1,* * 1").text, "0 0 * * *");
  EXPECT_EQ(accepted("0 0 13 * 0-7").text, "0 0 * * *");
  // With AND, the other one decides.
  EXPECT_EQ(accepted("0 0 */2 * 1-7").text, "0 0 */2 * *");
  EXPECT_EQ(accepted("0 0 1-31 * */2").text, "0 0 * * */2");
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
        TextCase{"0 0 * * fri-7", "0 0 * * 0,5,6"}, TextCase{"0 0 * * 0-7", "0 0 * * *"},
        TextCase{"0 0 * * 1-7/2", "0 0 * * 0,1,3,5"},
        TextCase{"0 0 1 JAN,oct-dec *", "0 0 1 1,10-12 *"},
        TextCase{"30,0 5,1 * * *", "0,30 1,5 * * *"},
        TextCase{"0-30,20-40 0 * * *", "0-40 0 * * *"},
        TextCase{"0-59/10 0-0 * * *", "0-59/10 0-0 * * *"}, TextCase{"*/1 *,5 * * *", "* * * * *"},
        TextCase{"5-5/1 0 * * *", "5-5 0 * * *"}, TextCase{"*/20,5 0 * * *", "*/20,5 0 * * *"},
        TextCase{"0 0 1,* * 1", "0 0 * * *"}, TextCase{"@hourly", "0 * * * *"},
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

struct WordsCase {
  const char* schedule;
  const char* words;
};

class Words : public testing::TestWithParam<WordsCase> {};

TEST_P(Words, SayWhenItIsDue) {
  EXPECT_EQ(in_words(accepted(GetParam().schedule)), GetParam().words);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Words,
    testing::Values(
        WordsCase{"17 3 * * *", "every day at 03:17"},
        WordsCase{"*/15 9-17 * * 1-5", "every 15 minutes from 09:00 to 17:45 on weekdays"},
        WordsCase{"* * * * *", "every minute"}, WordsCase{"0 * * * *", "every hour"},
        WordsCase{"17 * * * *", "at minute 17 of every hour"},
        WordsCase{"*/5 * * * *", "every 5 minutes"},
        WordsCase{"*/7 * * * *", "at minutes 0, 7, 14, 21, 28, 35, 42, 49 and 56 of every hour"},
        WordsCase{"0 */2 * * *", "every 2 hours"},
        WordsCase{"17 */2 * * *", "every 2 hours at minute 17"},
        WordsCase{"0 0 * * 0", "at 00:00 on Sundays"},
        WordsCase{"0 0 1 * *", "at 00:00 on the 1st of every month"},
        WordsCase{"0 0 1 1 *", "at 00:00 on 1 January"},
        WordsCase{"0 0 1,15 jan,jul *", "at 00:00 on the 1st and the 15th of January and July"},
        WordsCase{"0 7 * * 1-5", "at 07:00 on weekdays"},
        WordsCase{"0 7 * * 6,0", "at 07:00 on weekends"},
        WordsCase{"0 7 * * 1,3,5", "at 07:00 on Mondays, Wednesdays and Fridays"},
        WordsCase{"0 0 1 * 1", "at 00:00 on the 1st of every month, and on Mondays"},
        WordsCase{"0 0 */2 * 1",
                  "at 00:00 on Mondays that are every 2nd day from the 1st of every month"},
        WordsCase{"0 0 31 * *", "at 00:00 on the 31st of every month"},
        WordsCase{"0 0 31 jan,apr *", "at 00:00 on the 31st of January and April"},
        WordsCase{"0 0 29 2 *", "at 00:00 on 29 February"},
        WordsCase{"* 9-17 * * *", "every minute from 09:00 to 17:59"},
        WordsCase{"5,40 9-17 * * *", "at minutes 5 and 40 of every hour from 09:05 to 17:40"},
        WordsCase{"5,40 * * jun-aug *", "at minutes 5 and 40 of every hour in June to August"},
        WordsCase{"0 3,15 * * *", "every day at 03:00 and 15:00"},
        WordsCase{"0 9-17 * * 1-5", "every hour from 09:00 to 17:00 on weekdays"},
        WordsCase{"*/10 3,5,9 * * *", "every 10 minutes of hours 3, 5 and 9"},
        WordsCase{"0 0 1-7 * *", "at 00:00 on the 1st to the 7th of every month"},
        WordsCase{"0 0 30 2 1", "at 00:00 on 30 February, and on Mondays in February"},
        WordsCase{"0 0 13 * fri", "at 00:00 on the 13th of every month, and on Fridays"},
        WordsCase{"*/20,5 * * * *", "at minutes 0, 5, 20 and 40 of every hour"},
        WordsCase{"30-59 23 * * *", "every minute from 23:30 to 23:59"},
        WordsCase{"@reboot", "when cron starts"},
        WordsCase{"0 22-23,0-2 * * *", "every day at 00:00, 01:00, 02:00, 22:00 and 23:00"},
        WordsCase{"0 0 * 2 *", "every day at 00:00 in February"},
        WordsCase{"0,1 3 * * *", "every day at 03:00 and 03:01"}));

std::vector<std::string> warnings_of(std::string_view text) {
  return schedule_warnings(accepted(text));
}

TEST(Warning, NamesWhatIsLegalAndPerhapsNotMeant) {
  EXPECT_THAT(warnings_of("0 0 1 * 1"),
              ElementsAre("day of month and day of week are both restricted, so either suffices: "
                          "at 00:00 on the 1st of "
                          "every month, and on Mondays (systemd-cron wants both)"));
  EXPECT_THAT(warnings_of("0 0 31 * *"),
              ElementsAre("day of month 31 does not come in feb, apr, jun, sep, nov"));
  EXPECT_THAT(warnings_of("0 0 31 jan,apr *"),
              ElementsAre("day of month 31 does not come in apr, though the schedule names it"));
  EXPECT_THAT(warnings_of("0 0 29 2 *"), ElementsAre("29 February comes in leap years only"));
  EXPECT_THAT(warnings_of("* * * * *"),
              ElementsAre("it starts every minute: see that no run lasts longer"));
}

TEST(Warning, IsNotGivenForWhatIsPlain) {
  for (const char* text : {"17 3 * * *", "0 0 1 * *", "0 0 28 2 *", "0 0 */2 * 1", "* 3 * * *",
                           "@weekly", "@reboot"}) {
    EXPECT_THAT(warnings_of(text), IsEmpty()) << text;
  }
}

}  // namespace
}  // namespace leader_cron
