// Leadership in the hands of Debian's own cron: who runs the leader's jobs while nobody can be
// told, after a reboot, and on a stamp that does not count.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <list>
#include <map>
#include <sstream>

#include "charm_fixture.h"
#include "cron_daemon.h"
#include "leadership_fixture.h"

namespace charm_test {
namespace {

using cron_harness::CronDaemon;
using standin::Fleet;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::chrono::sys_seconds kStart =
    std::chrono::sys_days(std::chrono::year(2026) / 1 / 5) + std::chrono::hours(12);

class LeadershipUnderCron : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto reason = cron_harness::why_cron_cannot_run_here()) GTEST_SKIP() << *reason;
    if (const auto reason = why_machine_is_too_young()) GTEST_SKIP() << *reason;
  }

  // Two units, cron on neither yet. Job `mark` is the leader's, `everywhere` all units'.
  Fleet fleet_with(const std::string& ttl) {
    standin::Options options = leadership_options(folder_.path(), "immediate");
    options.config["jobs"] = job("mark") + job("everywhere") + "  run-on: all\n";
    options.config["leadership-ttl"] = ttl;
    Fleet fleet = deployed(options, 2);
    for (const std::string& unit : fleet.units()) name_unit(fleet, unit);
    return fleet;
  }

  Fleet fleet() { return fleet_with(std::to_string(kTtl.count())); }

  std::string job(const std::string& name) const {
    return "- name: " + name + "\n  schedule: '* * * * *'\n  command: cat /run/unit-name >> " +
           file(name) + "\n";
  }

  static void name_unit(const Fleet& fleet, const std::string& unit) {
    write(fleet.root(unit) / "run/unit-name", unit + "\n");
  }

  void start_cron(const Fleet& fleet, const std::string& unit) {
    cron_harness::CronDaemonOptions options;
    options.root = fleet.root(unit);
    options.start = kStart;
    daemons_.emplace_back(options);
  }

  // How often a job has run on each unit since the last call.
  std::map<std::string, int> runs(const std::string& job) const {
    std::istringstream lines(read(file(job)));
    std::map<std::string, int> counts;
    for (std::string line; std::getline(lines, line);) ++counts[line];
    fs::remove(file(job));
    return counts;
  }

  void pass_minutes(int count) {
    for (CronDaemon& cron : daemons_) cron.run_minutes(count);
  }

  std::string file(const std::string& name) const { return folder_.path() / name; }

  using Counts = std::map<std::string, int>;

  TemporaryFolder folder_;
  std::list<CronDaemon> daemons_;
};

TEST_F(LeadershipUnderCron, ALeaderThatIsCutOffRunsJobsBesideItsSuccessorUntilItsTtlIsOver) {
  Fleet fleet = this->fleet();
  for (const std::string& unit : fleet.units()) start_cron(fleet, unit);
  const std::string first = fleet.leader().value();
  fleet.partition(first);
  fleet.settle();
  const std::string second = fleet.leader().value();
  ASSERT_NE(first, second);
  pass_minutes(2);
  EXPECT_EQ(runs("mark"), (Counts{{first, 2}, {second, 2}}));

  age_stamp(fleet.root(first), kTtl);
  pass_minutes(2);
  EXPECT_EQ(runs("mark"), (Counts{{second, 2}}));
  EXPECT_EQ(runs("everywhere"), (Counts{{first, 4}, {second, 4}}));
  EXPECT_THAT(
      last_reason(fleet.root(first), "mark"),
      testing::MatchesRegex("leadership was last confirmed [0-9]+m ago; leadership-ttl is 5m"));
  EXPECT_THAT(crontab(fleet, first), HasSubstr("\nIS_LEADER=True\n"));  // nobody could tell it

  fleet.heal(first);
  fleet.settle();
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
  EXPECT_THAT(units_that_say_true(fleet), ElementsAre(second));
  EXPECT_FALSE(fs::exists(stamp_path(fleet.root(first))));
  pass_minutes(2);
  EXPECT_EQ(runs("mark"), (Counts{{second, 2}}));
}

TEST_F(LeadershipUnderCron, AfterARebootTheLeadersJobsWaitForTheFirstHook) {
  Fleet fleet = this->fleet();
  const std::string leader = fleet.leader().value();
  fleet.reboot(leader);
  name_unit(fleet, leader);
  start_cron(fleet, leader);
  pass_minutes(3);
  EXPECT_THAT(runs("mark"), IsEmpty());
  EXPECT_EQ(runs("everywhere"), (Counts{{leader, 3}}));
  EXPECT_THAT(crontab(fleet, leader), HasSubstr("\nIS_LEADER=True\n"));
  EXPECT_EQ(last_reason(fleet.root(leader), "mark"),
            "leadership was not confirmed since this machine started");

  ASSERT_THAT(fleet.queued(leader), ElementsAre("start"));
  fleet.settle();
  pass_minutes(2);
  EXPECT_EQ(runs("mark"), (Counts{{leader, 2}}));
  EXPECT_EQ(last_reason(fleet.root(leader), "mark"), "");
}

TEST_F(LeadershipUnderCron, ALeaderThatWasDeposedWhileItWasDownRunsNothingAfterItsReboot) {
  Fleet fleet = this->fleet();
  const std::string first = fleet.leader().value();
  fleet.partition(first);
  fleet.settle();
  fleet.reboot(first);
  name_unit(fleet, first);
  for (const std::string& unit : fleet.units()) start_cron(fleet, unit);
  const std::string second = fleet.leader().value();
  pass_minutes(2);
  EXPECT_EQ(runs("mark"), (Counts{{second, 2}}));
  fleet.heal(first);
  fleet.settle();
  pass_minutes(2);
  EXPECT_EQ(runs("mark"), (Counts{{second, 2}}));
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
}

TEST_F(LeadershipUnderCron, AStampThatDoesNotCountIsRefusedWithItsReasonAndMendedByAnyHook) {
  Fleet fleet = this->fleet();
  const std::string leader = fleet.leader().value();
  const fs::path root = fleet.root(leader);
  const std::string good = read(stamp_path(root));
  const std::string boot = good.substr(2, good.find(' ', 2) - 2);
  start_cron(fleet, leader);
  const std::string other_boot = "1 0b1d6c1e-0000-4000-8000-000000000000 1 5\n";
  const std::string future = "1 " + boot + " 3999999999 5\n";
  const std::string before = "leadership was last confirmed before this machine restarted";
  const std::string unreadable = "the leadership stamp is unreadable";
  const std::vector<std::pair<std::string, std::string>> stamps = {
      {other_boot, before},
      {future, "the leadership stamp is from the future"},
      {"", unreadable},
      {"\n", unreadable},
      {"True\n", unreadable},
      {good.substr(0, good.size() - 1), unreadable},
      {"2" + good.substr(1), unreadable},
      {std::string(1000, 'x') + "\n", unreadable},
      {"1 " + boot + " -1 5\n", unreadable},
      {"1 " + boot + " 1 99999999999999999999\n", unreadable}};
  for (const auto& [stamp, reason] : stamps) {
    SCOPED_TRACE(stamp);
    write(stamp_path(root), stamp);
    pass_minutes(1);
    EXPECT_THAT(runs("mark"), IsEmpty());
    EXPECT_EQ(last_reason(root, "mark"), reason);
    EXPECT_EQ(fleet.run_hook(leader, "update-status").exit_status, 0);
    pass_minutes(1);
    EXPECT_EQ(runs("mark"), (Counts{{leader, 1}}));
  }
  EXPECT_EQ(runs("everywhere"), (Counts{{leader, 2 * static_cast<int>(stamps.size())}}));
}

// A longer ttl in the stamp than the last hook allowed does not count.
TEST_F(LeadershipUnderCron, OfTwoBoundsTheShorterOneCounts) {
  Fleet fleet = this->fleet();
  const std::string leader = fleet.leader().value();
  const fs::path root = fleet.root(leader);
  start_cron(fleet, leader);
  std::string stamp = read(stamp_path(root));
  stamp.replace(stamp.rfind(' '), std::string::npos, " 1440\n");
  write(stamp_path(root), stamp);
  pass_minutes(1);
  EXPECT_EQ(runs("mark"), (Counts{{leader, 1}}));
  age_stamp(root, kTtl);
  pass_minutes(1);
  EXPECT_THAT(runs("mark"), IsEmpty());
  EXPECT_THAT(last_reason(root, "mark"), HasSubstr("leadership-ttl is 5m"));
}

TEST_F(LeadershipUnderCron, WithATtlOfZeroALeaderActsForEverAndAfterARebootToo) {
  Fleet fleet = fleet_with("0");
  const std::string leader = fleet.leader().value();
  const fs::path root = fleet.root(leader);
  start_cron(fleet, leader);
  fleet.partition(leader);
  std::string stamp = read(stamp_path(root));
  ASSERT_THAT(stamp, testing::EndsWith(" 0\n"));
  stamp.replace(stamp.find(' ', 2), std::string::npos, " 0 0\n");
  write(stamp_path(root), stamp);  // as old as it can be
  pass_minutes(1);
  EXPECT_EQ(runs("mark"), (Counts{{leader, 1}}));

  fleet.reboot(leader);
  name_unit(fleet, leader);
  ASSERT_FALSE(fs::exists(stamp_path(root)));
  pass_minutes(3);
  EXPECT_EQ(runs("mark"), (Counts{{leader, 3}}));

  fleet.heal(leader);
  fleet.settle();
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
  pass_minutes(1);
  EXPECT_THAT(runs("mark"), IsEmpty());  // another leads by now
}

}  // namespace
}  // namespace charm_test
