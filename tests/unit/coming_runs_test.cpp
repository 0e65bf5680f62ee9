#include "jobs/coming_runs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cron/schedule_warning.h"
#include "jobs/job_file.h"
#include "jobs/problem_json.h"
#include "jobs/run_table.h"
#include "system/zone_file.h"

namespace leader_cron {
namespace {

using namespace std::chrono;
using testing::HasSubstr;

constexpr sys_seconds kMonday = sys_days(year(2026) / 11 / 23);

std::vector<Job> jobs_of(std::string_view text) {
  const JobFile file = read_job_file(text);
  EXPECT_TRUE(file.problems.empty());
  return file.jobs;
}

std::vector<Job> some_jobs() {
  return jobs_of(
      "- {name: b, schedule: '0 */12 * * *', command: x}\n"
      "- {name: a, schedule: '0 12 * * *', command: x}\n"
      "- {name: off, schedule: '* * * * *', command: x, enabled: false}\n"
      "- {name: boot, schedule: '@reboot', command: x, run-on: all}\n");
}

TEST(ComingRuns, AreInOrderAndThoseOfAMinuteInTheOrderOfTheJobs) {
  EXPECT_EQ(coming_runs(some_jobs(), kMonday, TimeZone::utc(), 4),
            (std::vector<ComingRun>{{kMonday + hours(12), "b"},
                                    {kMonday + hours(12), "a"},
                                    {kMonday + hours(24), "b"},
                                    {kMonday + hours(36), "b"}}));
  EXPECT_TRUE(coming_runs({}, kMonday, TimeZone::utc(), 4).empty());
}

TEST(ComingRuns, AsATable) {
  const auto jobs = some_jobs();
  EXPECT_EQ(runs_as_text(coming_runs(jobs, kMonday, TimeZone::utc(), 2), jobs, TimeZone::utc()),
            "2026-11-23 12:00 +00:00  b  every day at 00:00 and 12:00\n"
            "2026-11-23 12:00 +00:00  a  every day at 12:00\n"
            "off is disabled\n"
            "boot runs when cron starts\n");
  EXPECT_EQ(runs_as_text({}, {}, TimeZone::utc()), "no job runs\n");
}

TEST(ComingRuns, AsJson) {
  EXPECT_EQ(runs_as_json(coming_runs(some_jobs(), kMonday, TimeZone::utc(), 1), TimeZone::utc()),
            "[\n  {\n    \"at\": \"2026-11-23T12:00:00Z\",\n    \"local\": \"2026-11-23 12:00 "
            "+00:00\",\n    \"job\": \"b\"\n  }\n]\n");
}

TEST(BusyHours, CountTheRunsOfAWeekFromTheMidnightBefore) {
  const auto jobs = jobs_of(
      "- {name: a, schedule: '*/15 3 * * *', command: x}\n- {name: b, schedule: '0 3 * * mon', "
      "command: x}\n");
  const BusyHours busy = busy_hours(jobs, kMonday + hours(17), TimeZone::utc());
  EXPECT_EQ(busy[3], (std::array<int, 7>{5, 4, 4, 4, 4, 4, 4}));
  EXPECT_EQ(busy[4], (std::array<int, 7>{}));
}

TEST(BusyHours, OfADayWithTwentyFiveHoursCountTheRepeatedOneTwice) {
  const auto berlin = zone_named("Europe/Berlin");
  if (!berlin) GTEST_SKIP() << "this machine has no tzdata";
  const auto jobs = jobs_of("- {name: a, schedule: '* * * * *', command: x}");
  const sys_seconds sunday = sys_days(year(2026) / 10 / 25);
  EXPECT_EQ(busy_hours(jobs, sunday, *berlin)[2][0], 120);
  EXPECT_EQ(busy_hours(jobs, sunday, *berlin)[3][0], 60);
}

TEST(BusyHours, AsAGrid) {
  const auto jobs = jobs_of("- {name: a, schedule: '*/15 3 * * 1', command: x}");
  const BusyHours busy = busy_hours(jobs, kMonday, TimeZone::utc());
  const std::string plain = week_as_text(busy, kMonday, TimeZone::utc(), false);
  EXPECT_THAT(plain, HasSubstr("        Mon   Tue   Wed   Thu   Fri   Sat   Sun\n"
                               "      11-23 11-24 11-25 11-26 11-27 11-28 11-29\n"
                               "00:00     .     .     .     .     .     .     .\n"));
  EXPECT_THAT(plain, HasSubstr("\n03:00     4     .     .     .     .     .     .\n"));
  EXPECT_EQ(plain.find('\033'), std::string::npos);
  EXPECT_THAT(week_as_text(busy, kMonday, TimeZone::utc(), true),
              HasSubstr("\033[31m     4\033[0m"));
}

TEST(ProblemJson, HoldsProblemsWarningsAndJobs) {
  EXPECT_EQ(
      job_file_as_json("f", read_job_file("- {name: A, schedule: '@daily', command: x}")),
      "{\n  \"file\": \"f\",\n  \"jobs\": [],\n  \"problems\": [\n    {\n      \"severity\": "
      "\"error\",\n"
      "      \"line\": 1,\n      \"column\": 10,\n"
      "      \"message\": \"name 'A' is not made of lowercase letters, digits and hyphens\",\n"
      "      \"instead\": \"a\"\n    }\n  ]\n}\n");
  const std::string good =
      job_file_as_json("\xff", read_job_file("- {name: a, schedule: '* * * * *', command: x}"));
  EXPECT_THAT(good, HasSubstr("\"words\": \"every minute\""));
  EXPECT_THAT(good, HasSubstr("\"severity\": \"warning\""));
}

TEST(Warning, NamesTheTimeThatDaylightSavingSkips) {
  const auto berlin = zone_named("Europe/Berlin");
  if (!berlin) GTEST_SKIP() << "this machine has no tzdata";
  const auto warning = [&berlin](const char* text) {
    return skipped_time_warning(*parse_schedule(text).schedule, *berlin, kMonday);
  };
  EXPECT_EQ(warning("30 2 * * *"),
            "on 2027-03-28 there is no 02:30, for daylight saving begins: cron starts that run "
            "when the clock has jumped");
  EXPECT_EQ(warning("*/20 2 * * sun"),
            "on 2027-03-28 there is no 02:00, for daylight saving begins: cron drops that run");
  for (const char* fine : {"30 3 * * *", "30 1 * * *", "30 2 * * mon", "30 2 1 * *", "30 * * * *",
                           "* * * * *", "@reboot"}) {
    EXPECT_EQ(warning(fine), "") << fine;
  }
  EXPECT_EQ(skipped_time_warning(*parse_schedule("30 2 * * *").schedule, TimeZone::utc(), kMonday),
            "");
}

}  // namespace
}  // namespace leader_cron
