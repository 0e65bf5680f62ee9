// The charm's actions, and what juju status and Prometheus are told of runs, on the stand-in.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "charm_fixture.h"

namespace charm_test {
namespace {

using standin::Fleet;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Not;
using testing::Pair;
using testing::StartsWith;

const char* const kUnit = "django-cron/0";

class Actions : public testing::Test {
 protected:
  Fleet fleet_with(const std::string& jobs, int units = 1, const standin::StringMap& config = {}) {
    standin::Options options = fleet_options(folder_.path());
    options.config = config;
    options.config["jobs"] = jobs;
    return deployed(options, units);
  }

  static std::string message(const Fleet& fleet, const std::string& unit = kUnit) {
    return fleet.status(unit).message;
  }

  // `<service>-maintenance WORDS` on the unit, as its crontab line calls it.
  static ShellResult as_cron(const Fleet& fleet, const std::string& words) {
    const auto root = fleet.root(kUnit);
    return shell(
        fmt::format("'{}' {}", (root / "usr/local/bin/django-app-maintenance").string(), words),
        {{"LEADER_CRON_ROOT", root}, {"IS_LEADER", "True"}});
  }

  TemporaryFolder folder_;
};

TEST_F(Actions, RunJobGivesStatusAndTheEndOfTheOutput) {
  Fleet fleet = fleet_with(
      "- {name: hello, schedule: '@daily', command: 'echo \"out $A\"; echo err >&2', environment: "
      "{A: b}}");
  const auto result = fleet.run_action(kUnit, "run-job", {{"job", "hello"}});
  EXPECT_EQ(result.exit_status, 0);
  EXPECT_EQ(result.failure, std::nullopt);
  EXPECT_THAT(result.results,
              AllOf(Contains(Pair("result", "success")), Contains(Pair("exit-status", "0")),
                    Contains(Pair("output", "out b\nerr\n")), Contains(Pair("by", "hand")),
                    Contains(Key("start")), Contains(Key("took"))));
}

TEST_F(Actions, RunJobOfAFailingJobFailsAndStatusShowsItUntilItRecovers) {
  const std::string flag = folder_.path() / "mended";
  Fleet fleet = fleet_with(
      fmt::format("- {{name: purge, schedule: '@daily', command: 'test -e {} || exit 3'}}", flag));
  EXPECT_EQ(message(fleet), "leader, 1 job");
  const auto failed = fleet.run_action(kUnit, "run-job", {{"job", "purge"}});
  EXPECT_EQ(failed.exit_status, 0);
  ASSERT_TRUE(failed.failure);
  EXPECT_THAT(*failed.failure, AllOf(StartsWith("purge failed (exit 3); mend it and run it again."),
                                     HasSubstr("django-app-maintenance history purge")));
  EXPECT_THAT(failed.results, Contains(Pair("exit-status", "3")));
  fleet.update_status();
  fleet.settle();
  EXPECT_THAT(message(fleet), testing::MatchesRegex("leader, 1 job; purge failed ..:.. .exit 3."));

  write(flag, "");
  EXPECT_EQ(fleet.run_action(kUnit, "run-job", {{"job", "purge"}}).failure, std::nullopt);
  fleet.update_status();
  fleet.settle();
  EXPECT_EQ(message(fleet), "leader, 1 job");
}

TEST_F(Actions, RunJobRefusesOnAFollowerUnlessForced) {
  Fleet fleet = fleet_with(
      "- {name: one, schedule: '@daily', command: 'true'}\n"
      "- {name: every, schedule: '@daily', command: 'true', run-on: all}\n",
      2);
  const std::string follower = fleet.leader() == kUnit ? "django-cron/1" : kUnit;
  const auto refused = fleet.run_action(follower, "run-job", {{"job", "one"}});
  EXPECT_EQ(refused.failure,
            fmt::format("{} does not lead; run the job on django-cron/leader, or give force=true",
                        follower));
  EXPECT_EQ(fleet.run_action(follower, "run-job", {{"job", "every"}}).failure, std::nullopt);
  const auto forced = fleet.run_action(follower, "run-job", {{"job", "one"}, {"force", "true"}});
  EXPECT_EQ(forced.failure, std::nullopt);
  EXPECT_THAT(forced.results, Contains(Pair("result", "success")));
}

TEST_F(Actions, RunJobTellsWhatItDoesNotKnow) {
  Fleet fleet = fleet_with("- {name: purge, schedule: '@daily', command: 'true'}");
  EXPECT_EQ(fleet.run_action(kUnit, "run-job", {{"job", "purgee"}}).failure,
            "no job purgee; did you mean purge?; list-jobs names them");
  EXPECT_EQ(fleet.run_action(kUnit, "history", {{"job", "x"}}).failure,
            "no job x; list-jobs names them");
}

TEST_F(Actions, RunJobTakesTheSameLockAndLimitsAsCron) {
  Fleet fleet = fleet_with(
      fmt::format("- {{name: slow, schedule: '@daily', command: 'touch {0}/started; while test ! "
                  "-e {0}/stop; do "
                  "sleep 0.01; done'}}\n"
                  "- {{name: late, schedule: '@daily', command: 'sleep 1000', timeout: 1s}}\n",
                  folder_.path().string()));
  const auto root = fleet.root(kUnit);
  const auto started = shell(fmt::format(
      "IS_LEADER=True LEADER_CRON_ROOT='{0}' '{0}/usr/local/bin/django-app-maintenance' "
      "run slow & while test ! -e {1}/started; do sleep 0.01; done",
      root.string(), folder_.path().string()));
  ASSERT_EQ(started.status, 0) << started.err;
  const auto refused = fleet.run_action(kUnit, "run-job", {{"job", "slow"}});
  EXPECT_EQ(refused.failure, "slow was not run: the run before it goes on; try again later");
  write(folder_.path() / "stop", "");
  const auto late = fleet.run_action(kUnit, "run-job", {{"job", "late"}});
  EXPECT_THAT(late.failure.value_or(""), StartsWith("late failed (timed out)"));
  EXPECT_THAT(late.results, Contains(Pair("exit-status", "124")));
}

TEST_F(Actions, OddOutputIsFitForResults) {
  Fleet fleet = fleet_with(
      "- {name: odd, schedule: '@daily', command: \"printf 'a\\\\000b\\\\033[0m\\\\377\\\\n'\"}");
  const auto result = fleet.run_action(kUnit, "run-job", {{"job", "odd"}});
  EXPECT_EQ(result.failure, std::nullopt);
  EXPECT_THAT(result.results, Contains(Pair("output", "a?b?[0m\xef\xbf\xbd\n")));
}

TEST_F(Actions, MuchOutputGivesItsEnd) {
  Fleet fleet = fleet_with("- {name: much, schedule: '@daily', command: 'seq 1 100000'}");
  const auto result = fleet.run_action(kUnit, "run-job", {{"job", "much"}});
  const std::string output = result.results.at("output");
  EXPECT_LT(output.size(), 10'000u);
  EXPECT_THAT(output, testing::EndsWith("99999\n100000\n"));
}

TEST_F(Actions, ListJobsTellsHowTheyStand) {
  Fleet fleet = fleet_with(
      "- {name: purge, schedule: '17 3 * * *', command: 'exit 2'}\n"
      "- {name: odd-, schedule: '@hourly', command: 'true', run-on: all}\n"
      "- {name: off, schedule: '@hourly', command: 'true', enabled: false}\n");
  fleet.run_action(kUnit, "run-job", {{"job", "purge"}});
  const auto result = fleet.run_action(kUnit, "list-jobs");
  EXPECT_EQ(result.failure, std::nullopt);
  EXPECT_THAT(result.results,
              AllOf(Contains(Pair("leader", "true")), Contains(Pair("jobs.purge.user", "root")),
                    Contains(Pair("jobs.purge.schedule", "17 3 * * *")),
                    Contains(Pair("jobs.purge.when", "every day at 03:17")),
                    Contains(Pair("jobs.purge.last-result", "failure: exit 2")),
                    Contains(Pair("jobs.odd-0.run-on", "all")),
                    Contains(Pair("jobs.off.runs-here", "false"))));
}

TEST_F(Actions, NextRunsAndHistoryCountAsTheyAreAsked) {
  Fleet fleet = fleet_with("- {name: purge, schedule: '*/5 * * * *', command: 'true'}");
  const auto next = fleet.run_action(kUnit, "next-runs", {{"count", "12"}});
  EXPECT_THAT(next.results, AllOf(Contains(Pair("runs.01.job", "purge")),
                                  Contains(Key("runs.12.at")), Not(Contains(Key("runs.13.at")))));
  EXPECT_THAT(fleet.run_action(kUnit, "history", {{"job", "purge"}}).results,
              Contains(Pair("count", "0")));
  for (int i = 0; i < 3; ++i) as_cron(fleet, "run purge");
  const auto history = fleet.run_action(kUnit, "history", {{"job", "purge"}, {"count", "2"}});
  EXPECT_THAT(history.results,
              AllOf(Contains(Pair("count", "2")), Contains(Pair("runs.1.result", "success")),
                    Contains(Pair("runs.2.by", "cron")), Not(Contains(Key("runs.3.result")))));
}

TEST_F(Actions, OfAUnitWithoutAServiceSayWhy) {
  Fleet fleet = fleet_with("[]");
  fs::remove_all(fleet.root(kUnit) / "var/lib/django-app-maintenance");
  EXPECT_EQ(fleet.run_action(kUnit, "list-jobs").failure,
            "this unit maintains no service; juju status says why");
}

class Overdue : public Actions {};

TEST_F(Overdue, AJobThatDidNotRunIsTold) {
  Fleet fleet = fleet_with("- {name: tick, schedule: '* * * * *', command: 'true'}");
  EXPECT_EQ(message(fleet), "leader, 1 job");
  // As if the job and the leadership were an hour old.
  const auto state = fleet.root(kUnit) / "var/lib/django-app-maintenance";
  const auto hour_ago = fs::file_time_type::clock::now() - std::chrono::hours(1);
  std::string jobs = read(job_file(state));
  const std::size_t since = jobs.find(':') + 1;
  jobs.replace(since, jobs.find(',') - since, std::to_string(std::time(nullptr) - 3600));
  fs::remove(job_file(state));
  write(job_file(state), jobs, fs::perms(0400));
  fleet.update_status();
  fleet.settle();
  EXPECT_EQ(message(fleet), "leader, 1 job");  // this unit has led for a moment only
  fs::last_write_time(state / "leader", hour_ago);
  fleet.update_status();
  fleet.settle();
  EXPECT_THAT(message(fleet), StartsWith("leader, 1 job; tick overdue since "));
  as_cron(fleet, "run tick");
  fleet.update_status();
  fleet.settle();
  EXPECT_EQ(message(fleet), "leader, 1 job");
}

class Metrics : public Actions {};

TEST_F(Metrics, AreWrittenWhereTheOptionSaysAndGoWithIt) {
  Fleet fleet = fleet_with("- {name: tick, schedule: '* * * * *', command: 'exit 4'}", 1,
                           {{"metrics-directory", "/var/lib/prometheus"}});
  EXPECT_EQ(message(fleet), "leader, 1 job; metrics-directory /var/lib/prometheus is not there");
  const auto folder = fleet.root(kUnit) / "var/lib/prometheus";
  const auto file = folder / "django-app-maintenance.prom";
  fs::create_directories(folder);
  fleet.update_status();
  fleet.settle();
  EXPECT_EQ(message(fleet), "leader, 1 job");
  EXPECT_THAT(read(file), HasSubstr("leader_cron_is_leader{service=\"django-app\"} 1\n"));
  as_cron(fleet, "run tick");
  fleet.update_status();
  fleet.settle();
  EXPECT_THAT(
      read(file),
      AllOf(HasSubstr("leader_cron_job_last_exit_status{service=\"django-app\",job=\"tick\"} 4\n"),
            HasSubstr("leader_cron_job_failures_total{service=\"django-app\",job=\"tick\"} 1\n")));

  const auto other = fleet.root(kUnit) / "var/lib/other";
  fs::create_directories(other);
  fleet.set_config({{"metrics-directory", "/var/lib/other/"}});
  fleet.settle();
  EXPECT_FALSE(fs::exists(file));
  EXPECT_TRUE(fs::exists(other / "django-app-maintenance.prom"));
  fleet.set_config({{"metrics-directory", "relative"}});
  fleet.settle();
  EXPECT_FALSE(fs::exists(other / "django-app-maintenance.prom"));
  // The failed job is the graver news for juju status; the log has both.
  EXPECT_THAT(message(fleet), HasSubstr("tick failed"));
  const auto log = fleet.log();
  EXPECT_TRUE(std::any_of(log.begin(), log.end(), [](const auto& line) {
    return line.message.find("metrics-directory relative is no absolute path") != std::string::npos;
  }));
  fleet.set_config({{"metrics-directory", "/var/lib/other"}});
  fleet.settle();
  EXPECT_TRUE(fs::exists(other / "django-app-maintenance.prom"));
  fleet.remove_unit(kUnit);
  fleet.settle();
  EXPECT_FALSE(fs::exists(other / "django-app-maintenance.prom"));
}

TEST_F(Metrics, WhereTheyCannotBeWrittenThatIsLoggedAndNothingElseFails) {
  Fleet fleet = fleet_with("- {name: tick, schedule: '* * * * *', command: 'exit 4'}", 1);
  // Root may do as it likes elsewhere, but makes no file here.
  fs::create_directory_symlink("/proc/sys", fleet.root(kUnit) / "metrics");
  fleet.set_config({{"metrics-directory", "/metrics"}});
  fleet.settle();
  EXPECT_EQ(message(fleet), "leader, 1 job");
  const auto log = fleet.log();
  EXPECT_TRUE(std::any_of(log.begin(), log.end(), [](const auto& line) {
    return line.message.find("django-app-maintenance.prom") != std::string::npos;
  }));
  fleet.remove_unit(kUnit);
  fleet.settle();
  EXPECT_TRUE(fleet.units().empty());
}

}  // namespace
}  // namespace charm_test
