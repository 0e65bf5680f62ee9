// Every kind of mistake in a schedule, with its whole message, its place, and what to write
// instead.

#include <gtest/gtest.h>

#include "cron/schedule.h"

namespace leader_cron {
namespace {

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

TEST_P(Mistake, IsNotReplacedByAnother) {
  for (const ScheduleProblem& problem : parse_schedule(GetParam().text).problems) {
    EXPECT_TRUE(problem.instead.empty() || parse_schedule(problem.instead).schedule)
        << problem.instead;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, Mistake,
    testing::Values(
        MistakeCase{"", {0, "a schedule has five fields, but this one is empty", "17 3 * * *"}},
        MistakeCase{"17 25 * * *", {3, "hour 25 is out of range 0-23", ""}},
        MistakeCase{"0 24 * * *", {2, "hour 24 is out of range 0-23", "0 0 * * *"}},
        MistakeCase{"60 0 * * *", {0, "minute 60 is out of range 0-59", "0 0 * * *"}},
        MistakeCase{"0 0 0 * *", {4, "day of month 0 is out of range 1-31", ""}},
        MistakeCase{"0 0 * 13 *", {6, "month 13 is out of range 1-12", ""}},
        MistakeCase{"0 0 * * 8", {8, "day of week 8 is out of range 0-7", ""}},
        MistakeCase{"4294967301 0 * * *", {0, "minute 4294967301 is out of range 0-59", ""}},
        MistakeCase{"0 0 * *",
                    {7,
                     "a schedule has five fields (minute, hour, day of month, month, day of week), "
                     "but this one has 4",
                     ""}},
        MistakeCase{
            "5-2 * * * *",
            {0, "minute range 5-2 runs backwards, so it never matches", "0-2,5-59 * * * *"}},
        MistakeCase{
            "0 22-2 * * *",
            {2, "hour range 22-2 runs backwards, so it never matches", "0 0-2,22-23 * * *"}},
        MistakeCase{"0 0 * * fri-mon",
                    {8, "day of week range fri-mon runs backwards, so it never matches",
                     "0 0 * * 0-1,5-6"}},
        MistakeCase{
            "0 0 * * sat-sun",
            {8, "day of week range sat-sun runs backwards, so it never matches", "0 0 * * 0,6"}},
        MistakeCase{
            "0 0 * * 7-1",
            {8, "day of week range 7-1 runs backwards, so it never matches", "0 0 * * 0-1"}},
        MistakeCase{
            "0 0 * nov-feb *",
            {6, "month range nov-feb runs backwards, so it never matches", "0 0 * 1-2,11-12 *"}},
        MistakeCase{"30-10/5 * * * *",
                    {0, "minute range 30-10/5 runs backwards, so it never matches", ""}},
        MistakeCase{"*/200 * * * *",
                    {2, "minute step 200 is larger than its range 0-59, so only 0 would match",
                     "0 * * * *"}},
        MistakeCase{
            "0 8-10/5 * * *",
            {7, "hour step 5 is larger than its range 8-10, so only 8 would match", "0 8 * * *"}},
        MistakeCase{
            "0 */24 * * *",
            {4, "hour step 24 is larger than its range 0-23, so only 0 would match", "0 0 * * *"}},
        MistakeCase{"*/0 * * * *", {2, "minute */0 has a step of 0", "* * * * *"}},
        MistakeCase{"5/15 * * * *",
                    {1, "minute 5/15 has a step on a single value", "5-59/15 * * * *"}},
        MistakeCase{"0 22/5 * * *", {4, "hour 22/5 has a step on a single value", "0 22 * * *"}},
        MistakeCase{"*/ * * * *", {1, "minute */ has no step after '/'", ""}},
        MistakeCase{"5;10 * * * *",
                    {0, "minute 5;10 has ';' where a list has ',': cron would stop reading there",
                     "5,10 * * * *"}},
        MistakeCase{"*5 * * * *",
                    {0, "minute *5 is not crontab syntax: cron would read it as *", "*/5 * * * *"}},
        MistakeCase{
            "*foo * * * *",
            {1, "'f' in minute *foo is not crontab syntax: cron would stop reading there", ""}},
        MistakeCase{
            "1.5 * * * *",
            {1, "'.' in minute 1.5 is not crontab syntax: cron would stop reading there", ""}},
        MistakeCase{
            "12:00 * * * *",
            {0, "minute 12:00 is a time of day: minute and hour are fields of their own", ""}},
        MistakeCase{
            "5? * * * *",
            {1, "'?' in minute 5? is not crontab syntax: cron would stop reading there", ""}},
        MistakeCase{
            "0~59 * * * *",
            {0, "~, a value that is drawn, is cronie's: Debian's cron would stop reading there",
             "0 * * * *"}},
        MistakeCase{
            "~ * * * *",
            {0, "~, a value that is drawn, is cronie's: Debian's cron would stop reading there",
             "17 * * * *"}},
        MistakeCase{"? * * * *",
                    {0, "? is Quartz's and AWS': cron writes * for any value", "* * * * *"}},
        MistakeCase{"0 12 ? * MON-FRI",
                    {5, "? is Quartz's and AWS': cron writes * for any value", "0 12 * * MON-FRI"}},
        MistakeCase{"0 0 L * *",
                    {4,
                     "L, the last day of the month, is Quartz's: for cron, name the days it may be "
                     "and begin the command with [ \"$(date -d tomorrow +%d)\" = 01 ] || exit 0",
                     "0 0 28-31 * *"}},
        MistakeCase{"0 0 LW * *",
                    {4,
                     "L, the last day of the month, is Quartz's: for cron, name the days it may be "
                     "and begin the command with [ \"$(date -d tomorrow +%d)\" = 01 ] || exit 0",
                     "0 0 28-31 * *"}},
        MistakeCase{
            "0 0 L-3 * *",
            {4,
             "L-n, days before the end of the month, is Quartz's: cron counts days from the first",
             "0 0 27 * *"}},
        MistakeCase{
            "0 0 15W * *",
            {4, "15W, the weekday nearest the 15., is Quartz's: cron knows dates as they are",
             "0 0 15 * *"}},
        MistakeCase{"0 0 * * 5L",
                    {8,
                     "5L, the last such day of a month, is Quartz's: for cron, name the day and "
                     "test the date in the command",
                     "0 0 * * 5"}},
        MistakeCase{"0 0 * * friL",
                    {8,
                     "friL, the last such day of a month, is Quartz's: for cron, name the day and "
                     "test the date in the command",
                     "0 0 * * fri"}},
        MistakeCase{"0 0 * * L",
                    {8, "L, the last day of the week, is Quartz's: cron names it", "0 0 * * 6"}},
        MistakeCase{"0 0 * * MON#2",
                    {8,
                     "MON#2, the n-th such day of a month, is Quartz's: for cron, name the day and "
                     "test the date in the command",
                     "0 0 * * mon"}},
        MistakeCase{"H * * * *",
                    {0, "H, a value that is drawn, is Jenkins': cron takes the value itself",
                     "17 * * * *"}},
        MistakeCase{"H/15 * * * *",
                    {0, "H, a value that is drawn, is Jenkins': cron takes the value itself",
                     "*/15 * * * *"}},
        MistakeCase{"1,,2 * * * *", {2, "minute has an empty place in its list", "1,2 * * * *"}},
        MistakeCase{"1, * * * *", {2, "minute has an empty place in its list", "1 * * * *"}},
        MistakeCase{"1- * * * *", {2, "minute 1- lacks a value at its end", ""}},
        MistakeCase{"-5 * * * *", {0, "'-' in minute is not crontab syntax", ""}},
        MistakeCase{
            "1–5 * * * *",
            {0, "minute 1–5 has a typographic character that only looks like crontab syntax",
             "1-5 * * * *"}},
        MistakeCase{
            "0 0 * * monday",
            {8, "'monday' is no day of week: names have three letters, sun to sat", "0 0 * * mon"}},
        MistakeCase{
            "0 0 * january-march *",
            {6, "'january' is no month: names have three letters, jan to dec", "0 0 * jan-mar *"}},
        MistakeCase{"0 noon * * *", {2, "hour takes numbers, not 'noon'", ""}},
        MistakeCase{"0 0 * * xyz",
                    {8, "'xyz' is no day of week: names have three letters, sun to sat", ""}},
        MistakeCase{
            "0 0 30 2 *",
            {4, "day of month 30 never comes in month 2: the job would never run", "0 0 29 2 *"}},
        MistakeCase{"0 0 31 4,6 *",
                    {4, "day of month 31 never comes in month 4,6: the job would never run",
                     "0 0 30 4,6 *"}},
        MistakeCase{"0 0 30 feb */2",
                    {4, "day of month 30 never comes in month 2: the job would never run",
                     "0 0 29 feb */2"}},
        MistakeCase{"@daily 5", {7, "@daily stands alone: no field follows it", "@daily"}},
        MistakeCase{"@Daily",
                    {0,
                     "@Daily is not known to cron: cron reads @hourly, @daily, @midnight, @weekly, "
                     "@monthly, @yearly, @annually and @reboot",
                     "@daily"}},
        MistakeCase{"@noon",
                    {0,
                     "@noon is not known to cron: cron reads @hourly, @daily, @midnight, @weekly, "
                     "@monthly, @yearly, @annually and @reboot",
                     "0 12 * * *"}},
        MistakeCase{"@every 5m",
                    {0, "@every, an interval, is that of Go's schedulers: cron wants the times",
                     "*/5 * * * *"}},
        MistakeCase{
            "@every 7m",
            {0, "@every, an interval, is that of Go's schedulers: cron wants the times", ""}},
        MistakeCase{"@fortnightly",
                    {0,
                     "@fortnightly is not known to cron: cron reads @hourly, @daily, @midnight, "
                     "@weekly, @monthly, @yearly, @annually and @reboot",
                     ""}},
        MistakeCase{
            "0 0 12 * * ?",
            {0, "six fields are Quartz's or Spring's, with seconds first: cron counts minutes",
             "0 12 * * *"}},
        MistakeCase{
            "0 */5 * * * *",
            {0, "six fields are Quartz's or Spring's, with seconds first: cron counts minutes",
             "*/5 * * * *"}},
        MistakeCase{
            "0 15 10 * * ? 2026",
            {0, "seven fields are Quartz's, with seconds first and a year last: cron has neither",
             "15 10 * * *"}},
        MistakeCase{"15 10 * * ? 2026",
                    {12, "a sixth field with a year is Quartz's or AWS': cron runs every year",
                     "15 10 * * *"}},
        MistakeCase{
            "0 0 12 1 1 ? *",
            {0, "seven fields are Quartz's, with seconds first and a year last: cron has neither",
             "0 12 1 1 *"}},
        MistakeCase{"cron(0 12 * * ? *)",
                    {0, "cron() is AWS', with six fields: cron takes the first five without it",
                     "0 12 * * *"}},
        MistakeCase{"rate(5 minutes)",
                    {0, "rate(), an interval, is AWS': cron wants the times", "*/5 * * * *"}},
        MistakeCase{"rate(1 hour)",
                    {0, "rate(), an interval, is AWS': cron wants the times", "0 * * * *"}},
        MistakeCase{
            "every 5 minutes",
            {0, "an interval in words is not crontab syntax: cron wants the times", "*/5 * * * *"}},
        MistakeCase{"every day",
                    {0, "an interval in words is not crontab syntax: cron wants the times", ""}},
        MistakeCase{"daily", {0, "daily is written with an @", "@daily"}},
        MistakeCase{
            "3:17",
            {0, "3:17 is a time of day: cron wants the minute, then the hour", "17 3 * * *"}},
        MistakeCase{
            "03:17:00",
            {0, "03:17:00 is a time of day: cron wants the minute, then the hour", "17 3 * * *"}},
        MistakeCase{"Mon *-*-* 03:00:00",
                    {0, "this is a calendar event of systemd: cron has five fields", ""}},
        MistakeCase{
            "CRON_TZ=UTC 0 3 * * *",
            {0, "a schedule has no time zone or other setting: cron runs in the machine's zone",
             "0 3 * * *"}},
        MistakeCase{"17 3 * * * root /bin/true",
                    {11,
                     "a schedule ends after its five fields: the user and the command have keys of "
                     "their own",
                     "17 3 * * *"}},
        MistakeCase{"17 3 * * * /usr/bin/foo",
                    {11,
                     "a schedule ends after its five fields: the user and the command have keys of "
                     "their own",
                     "17 3 * * *"}},
        MistakeCase{"17 3 * * * root",
                    {11,
                     "a schedule ends after its five fields: the user and the command have keys of "
                     "their own",
                     "17 3 * * *"}},
        MistakeCase{
            "* * * * * *",
            {0, "six fields are Quartz's or Spring's, with seconds first: cron counts minutes",
             "* * * * *"}},
        MistakeCase{"0 0 1 1 * 2030",
                    {10, "a sixth field with a year is Quartz's or AWS': cron runs every year",
                     "0 0 1 1 *"}},
        MistakeCase{"1 2 3",
                    {5,
                     "a schedule has five fields (minute, hour, day of month, month, day of week), "
                     "but this one has 3",
                     ""}},
        MistakeCase{"0 0 * * 1,2,monday",
                    {12, "'monday' is no day of week: names have three letters, sun to sat",
                     "0 0 * * 1,2,mon"}}));

TEST(Mistakes, OfAllFieldsAreToldAtOnce) {
  std::vector<std::size_t> offsets;
  for (const ScheduleProblem& problem : parse_schedule("61,62 24 0 0 9").problems)
    offsets.push_back(problem.offset);
  EXPECT_EQ(offsets, (std::vector<std::size_t>{0, 3, 6, 9, 11, 13}));
}

TEST(Mistakes, OfOneScheduleAreMendedTogether) {
  const ParsedSchedule parsed = parse_schedule("*/90 22-6 ? january *");
  ASSERT_EQ(parsed.problems.size(), 4u);
  for (const ScheduleProblem& problem : parsed.problems)
    EXPECT_EQ(problem.instead, "0 0-6,22-23 * jan *");
}

TEST(Mistakes, OfEnormousLengthGiveShortMessages) {
  for (const std::string& piece : {std::string("9"), std::string("a"), std::string("*/"),
                                   std::string("\xc3\xa4"), std::string("1;")}) {
    std::string text;
    while (text.size() < 100'000) text += piece;
    for (const ScheduleProblem& problem : parse_schedule(text + " * * * *").problems)
      EXPECT_LT(problem.what.size(), 300u);
  }
}

}  // namespace
}  // namespace leader_cron
