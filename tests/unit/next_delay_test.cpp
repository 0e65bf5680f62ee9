#include <gtest/gtest.h>

#include "run/health.h"

namespace leader_cron {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;

const sys_seconds kNow = sys_days(year(2026) / 11 / 24) + hours(10);

Job job_with(const std::string& name, const char* schedule) {
  Job job;
  job.name = name;
  job.schedule = parse_schedule(schedule).schedule.value();
  return job;
}

Record run_of(Record::Result result) {
  Record record;
  record.result = result;
  record.start = kNow - hours(1);
  record.end = record.start;
  return record;
}

std::optional<sys_seconds> delay(const std::vector<Job>& jobs,
                                 const std::map<std::string, JobRuns>& runs, bool leader = true) {
  return next_delay(jobs, runs, leader, kNow, TimeZone::utc());
}

TEST(NextDelay, IsWhenTheFirstJobWillBeOverdue) {
  const std::vector<Job> jobs = {job_with("daily", "0 12 * * *"), job_with("hourly", "30 * * * *")};
  const std::map<std::string, JobRuns> runs = {{"daily", {{}, kNow}}, {"hourly", {{}, kNow}}};
  const auto next = delay(jobs, runs);
  ASSERT_EQ(next, kNow + hours(1) + minutes(31));
  // It is what newest_trouble() says.
  EXPECT_FALSE(newest_trouble(jobs, runs, true, *next - seconds(1), TimeZone::utc()));
  EXPECT_EQ(newest_trouble(jobs, runs, true, *next, TimeZone::utc())->job, "hourly");
}

TEST(NextDelay, OfAJobThatIsOverdueIsNoNews) {
  const std::vector<Job> jobs = {job_with("daily", "0 12 * * *"), job_with("hourly", "30 * * * *")};
  const auto next = delay(jobs, {{"daily", {{}, kNow}}, {"hourly", {{}, kNow - hours(24)}}});
  EXPECT_EQ(next, kNow + hours(26) + minutes(1));
}

TEST(NextDelay, IsNeverForWhatCannotBeOverdue) {
  Job disabled = job_with("disabled", "* * * * *");
  disabled.enabled = false;
  Job reboot = job_with("reboot", "@reboot");
  reboot.run_on = RunOn::all;
  const Job failed = job_with("failed", "* * * * *");
  const Job unknown = job_with("unknown", "* * * * *");
  EXPECT_EQ(delay({disabled, reboot, failed, unknown},
                  {{"disabled", {{}, kNow}},
                   {"reboot", {{}, kNow}},
                   {"failed", {run_of(Record::Result::failure), kNow}}}),
            std::nullopt);
  EXPECT_EQ(delay({failed}, {{"failed", {{}, kNow}}}, false), std::nullopt);
}

}  // namespace
}  // namespace leader_cron
