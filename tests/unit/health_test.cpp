#include "run/health.h"

#include <gtest/gtest.h>

#include "cron/civil_time.h"
#include "jobs/job_file.h"
#include "run/metrics_text.h"

namespace leader_cron {
namespace {

using std::chrono::milliseconds;
using std::chrono::sys_seconds;
using Result = Record::Result;

sys_seconds at(const std::string& text) {
  return *parse_instant(text, TimeZone::utc());
}

const sys_seconds kLongAgo = at("2026-01-01T00:00:00Z");

// clearsessions daily at 03:17, rotate hourly on all units, off disabled.
std::vector<Job> some_jobs() {
  return read_job_file(
             "- {name: clearsessions, schedule: '17 3 * * *', command: x}\n"
             "- {name: rotate, schedule: '@hourly', command: x, run-on: all}\n"
             "- {name: off, schedule: '* * * * *', command: x, enabled: false}\n")
      .jobs;
}

Record run_at(const std::string& start, Result result = Result::success) {
  Record record;
  record.result = result;
  record.start = at(start);
  record.end = record.start + milliseconds(1500);
  record.exit_status = result == Result::success ? 0 : 2;
  record.totals = {3, 1, at("2026-11-20T03:17:02Z")};
  return record;
}

std::string trouble(const std::map<std::string, JobRuns>& runs, const std::string& now,
                    bool leader = true) {
  const auto found = newest_trouble(some_jobs(), runs, leader, at(now), TimeZone::utc());
  return found ? words_of(*found, TimeZone::utc()) : "";
}

TEST(Health, AFailureIsTroubleUntilASuccess) {
  const JobRuns failed{run_at("2026-11-24T03:17:01Z", Result::failure), kLongAgo};
  EXPECT_EQ(trouble({{"clearsessions", failed}}, "2026-11-24T04:00:00Z"),
            "clearsessions failed 03:17 (exit 2)");
  const JobRuns well{run_at("2026-11-24T03:17:01Z"), kLongAgo};
  EXPECT_EQ(trouble({{"clearsessions", well}}, "2026-11-24T04:00:00Z"), "");
}

TEST(Health, TheNewestTroubleIsTold) {
  EXPECT_EQ(trouble({{"clearsessions", {run_at("2026-11-24T03:17:01Z", Result::timeout), kLongAgo}},
                     {"rotate", {run_at("2026-11-24T03:00:01Z", Result::failure), kLongAgo}}},
                    "2026-11-24T03:30:00Z"),
            "clearsessions failed 03:17 (timed out) (and 1 more)");
}

TEST(Health, AJobIsOverdueAfterTwoPeriodsWithoutSuccess) {
  const JobRuns runs{run_at("2026-11-22T03:17:01Z"), kLongAgo};
  EXPECT_EQ(trouble({{"clearsessions", runs}}, "2026-11-24T03:17:59Z"), "");
  EXPECT_EQ(trouble({{"clearsessions", runs}}, "2026-11-24T03:18:00Z"),
            "clearsessions overdue since 03:17");
}

TEST(Health, WhatWasOnlyInstalledOrElectedIsNotOverdue) {
  EXPECT_EQ(trouble({{"clearsessions", {std::nullopt, at("2026-11-23T12:00:00Z")}}},
                    "2026-11-24T12:00:00Z"),
            "");
  EXPECT_EQ(trouble({{"clearsessions", {std::nullopt, at("2026-11-22T12:00:00Z")}}},
                    "2026-11-24T12:00:00Z"),
            "clearsessions overdue since 03:17");
  // An old run on a unit that has just become the leader again.
  EXPECT_EQ(
      trouble({{"clearsessions", {run_at("2026-11-01T03:17:01Z"), at("2026-11-24T00:00:00Z")}}},
              "2026-11-24T12:00:00Z"),
      "");
}

TEST(Health, OnlyJobsThatRunHereCount) {
  const JobRuns failed{run_at("2026-11-24T03:17:01Z", Result::failure), kLongAgo};
  const std::map<std::string, JobRuns> runs = {
      {"clearsessions", failed}, {"rotate", failed}, {"off", failed}};
  EXPECT_EQ(trouble(runs, "2026-11-24T03:30:00Z", false), "rotate failed 03:17 (exit 2)");
  EXPECT_EQ(trouble(runs, "2026-11-24T03:30:00Z", true),
            "clearsessions failed 03:17 (exit 2) (and 1 more)");
}

TEST(Metrics, AreAllThatIsKnown) {
  const std::map<std::string, JobRuns> runs = {
      {"clearsessions", {run_at("2026-11-24T03:17:01Z", Result::failure), kLongAgo}},
      {"rotate", {std::nullopt, kLongAgo}},
      {"off", {std::nullopt, kLongAgo}}};
  EXPECT_EQ(
      metrics_text("shop", true, some_jobs(), runs, at("2026-11-24T04:00:30Z"), TimeZone::utc()),
      "# HELP leader_cron_is_leader Whether this unit runs the jobs of the service.\n"
      "# TYPE leader_cron_is_leader gauge\n"
      "leader_cron_is_leader{service=\"shop\"} 1\n"
      "# HELP leader_cron_job_last_start_timestamp_seconds When the newest run started.\n"
      "# TYPE leader_cron_job_last_start_timestamp_seconds gauge\n"
      "leader_cron_job_last_start_timestamp_seconds{service=\"shop\",job=\"clearsessions\"} "
      "1795490221.000\n"
      "# HELP leader_cron_job_last_success_timestamp_seconds When the newest successful run "
      "ended.\n"
      "# TYPE leader_cron_job_last_success_timestamp_seconds gauge\n"
      "leader_cron_job_last_success_timestamp_seconds{service=\"shop\",job=\"clearsessions\"} "
      "1795144622.000\n"
      "# HELP leader_cron_job_last_duration_seconds How long the newest run took.\n"
      "# TYPE leader_cron_job_last_duration_seconds gauge\n"
      "leader_cron_job_last_duration_seconds{service=\"shop\",job=\"clearsessions\"} 1.500\n"
      "# HELP leader_cron_job_last_exit_status Exit status of the newest run: 124 timed out, 125 "
      "not started, 128 + n for signal n.\n"
      "# TYPE leader_cron_job_last_exit_status gauge\n"
      "leader_cron_job_last_exit_status{service=\"shop\",job=\"clearsessions\"} 2\n"
      "# HELP leader_cron_job_runs_total Runs on this unit.\n"
      "# TYPE leader_cron_job_runs_total counter\n"
      "leader_cron_job_runs_total{service=\"shop\",job=\"clearsessions\"} 3\n"
      "leader_cron_job_runs_total{service=\"shop\",job=\"rotate\"} 0\n"
      "leader_cron_job_runs_total{service=\"shop\",job=\"off\"} 0\n"
      "# HELP leader_cron_job_failures_total Runs on this unit that did not succeed.\n"
      "# TYPE leader_cron_job_failures_total counter\n"
      "leader_cron_job_failures_total{service=\"shop\",job=\"clearsessions\"} 1\n"
      "leader_cron_job_failures_total{service=\"shop\",job=\"rotate\"} 0\n"
      "leader_cron_job_failures_total{service=\"shop\",job=\"off\"} 0\n"
      "# HELP leader_cron_job_next_run_timestamp_seconds When the schedule is due next.\n"
      "# TYPE leader_cron_job_next_run_timestamp_seconds gauge\n"
      "leader_cron_job_next_run_timestamp_seconds{service=\"shop\",job=\"clearsessions\"} "
      "1795576620\n"
      "leader_cron_job_next_run_timestamp_seconds{service=\"shop\",job=\"rotate\"} 1795496400\n");
}

}  // namespace
}  // namespace leader_cron
