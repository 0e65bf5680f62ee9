// What fate does to units: leadership that moves, removal, loss, partition, reboot, upgrade.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "fleet_fixture.h"

namespace standin {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

TEST_F(FleetTest, ACommitFailsWhenLeadershipMovedBeforeIt) {
  Fleet& fleet = deploy(2);
  charm.hook(
      "config-changed",
      "[ \"$(is-leader)\" = False ] || relation-set -r replicas:0 --app owner=$JUJU_UNIT_NAME");
  fleet.before_commit([&](const std::string& unit, const std::string& hook) {
    if (unit == kZero && hook == "config-changed" && fleet.leader() == kZero) fleet.elect(kOne);
  });
  const auto result = fleet.run_hook(kZero, "config-changed");
  EXPECT_EQ(result.exit_status, 0);
  EXPECT_FALSE(result.committed);
  EXPECT_THAT(fleet.application_data(), IsEmpty());

  fleet.elect(kZero);
  fleet.reset_counters();
  fleet.set_config({{"jobs", "x"}});
  fleet.settle();
  EXPECT_EQ(fleet.hooks_run_by_name(kZero).at("config-changed"), 2U) << "failed, then a follower";
  EXPECT_FALSE(fleet.status(kZero).in_error);
}

TEST_F(FleetTest, ALeaseCanBeLostWithinAHook) {
  Fleet& fleet = deploy(1);
  fleet.set_fault(kZero, "is-leader", {Fault::Kind::lose_lease, {}, 0, {}});
  const auto result = charm.run(fleet, kZero, "is-leader; relation-set -r replicas:0 --app a=1");
  EXPECT_THAT(result.out, testing::StartsWith("True\nERROR cannot write relation settings"));
  EXPECT_EQ(fleet.leader(), std::nullopt);
}

TEST_F(FleetTest, NobodyTellsTheOldLeaderIn40) {
  Fleet& fleet = deploy(3);
  fleet.elect(kOne);
  fleet.settle();
  EXPECT_THAT(ran(fleet, kOne), ElementsAre("leader-elected"));
  EXPECT_THAT(ran(fleet, kZero), IsEmpty());
  EXPECT_THAT(ran(fleet, kTwo), IsEmpty());
  fleet.depose();
  fleet.settle();
  EXPECT_EQ(fleet.history().size(), 1U);
}

TEST_F(FleetTest, LeaderSettingsChangedOnlyIn36AndOnlyOnFollowers) {
  Fleet& fleet = deploy(2, Mode::juju_3_6);
  fleet.elect(kOne);
  fleet.settle();
  EXPECT_THAT(ran(fleet, kZero), IsEmpty());
  charm.run(fleet, kOne, "leader-set a=1");
  fleet.reset_counters();
  fleet.settle();
  EXPECT_THAT(ran(fleet, kZero), ElementsAre("leader-settings-changed"));
  EXPECT_THAT(ran(fleet, kOne), IsEmpty());
}

TEST_F(FleetTest, LeaderElectedIsSkippedWhenLeadershipMovedOn) {
  Fleet& fleet = deploy(3);
  fleet.elect(kOne);
  fleet.elect(kTwo);
  fleet.settle();
  EXPECT_THAT(ran(fleet, kOne), IsEmpty());
  EXPECT_THAT(ran(fleet, kTwo), ElementsAre("leader-elected"));
}

TEST_F(FleetTest, RemovingTheLeader) {
  Fleet& fleet = deploy(3);
  charm.hook("stop", "is-leader");
  charm.hook("replicas-relation-departed", "echo \"$JUJU_REMOTE_UNIT $JUJU_DEPARTING_UNIT\"");
  fleet.remove_unit(kZero);
  fleet.settle();
  EXPECT_THAT(ran(fleet, kZero), ElementsAre("replicas-relation-departed:django-cron/1",
                                             "replicas-relation-departed:django-cron/2",
                                             "replicas-relation-broken", "stop", "remove"));
  EXPECT_THAT(ran(fleet, kOne), Contains("replicas-relation-departed:django-cron/0"));
  EXPECT_THAT(fleet.units(), ElementsAre(kOne, kTwo));
  ASSERT_TRUE(fleet.leader());
  EXPECT_THAT(ran(fleet, *fleet.leader()), Contains("leader-elected"));
  std::vector<std::string> said;
  for (const auto& line : fleet.log()) {
    if (line.unit == kZero && line.hook != "is-leader") said.push_back(line.message);
  }
  EXPECT_THAT(said,
              ElementsAre("django-cron/1 django-cron/0", "django-cron/2 django-cron/0", "True"))
      << "a dying unit may still be leader in stop";
}

TEST_F(FleetTest, ForcedRemovalRunsNothingAndLeavesFiles) {
  Fleet& fleet = deploy(2);
  std::ofstream(fleet.root(kZero) / "etc/cron.d/left") << "x";
  fleet.remove_unit(kZero, true);
  fleet.settle();
  EXPECT_THAT(ran(fleet, kZero), IsEmpty());
  EXPECT_TRUE(std::filesystem::exists(fleet.root(kZero) / "etc/cron.d/left"));
  EXPECT_EQ(fleet.leader(), kOne);
  EXPECT_THAT(ran(fleet, kOne), testing::UnorderedElementsAre(
                                    "leader-elected", "replicas-relation-departed:django-cron/0"));
  EXPECT_THROW(fleet.run_hook(kZero, "start"), std::invalid_argument);
}

TEST_F(FleetTest, KillMovesTheLease) {
  Fleet& fleet = deploy(2);
  fleet.set_config({{"jobs", "x"}});
  fleet.kill(kZero);
  fleet.settle();
  EXPECT_THAT(ran(fleet, kZero), IsEmpty());
  EXPECT_EQ(fleet.leader(), kOne);
  EXPECT_THAT(ran(fleet, kOne), Contains("replicas-relation-departed:django-cron/0"));
  EXPECT_TRUE(fleet.status(kZero).gone);
}

TEST_F(FleetTest, PartitionAndHeal) {
  Fleet& fleet = deploy(2);
  fleet.partition(kZero);
  EXPECT_EQ(fleet.leader(), kOne);
  fleet.set_config({{"jobs", "x"}});
  fleet.settle();
  EXPECT_THAT(ran(fleet, kZero), IsEmpty());
  EXPECT_THAT(ran(fleet, kOne), ElementsAre("leader-elected", "config-changed"));
  // A hook that was under way when the line broke.
  const auto result = charm.run(fleet, kZero, "is-leader; relation-set -r replicas:0 a=1");
  EXPECT_EQ(result.out, "False\n");
  EXPECT_FALSE(result.committed);
  fleet.reset_counters();
  fleet.heal(kZero);
  fleet.settle();
  EXPECT_THAT(ran(fleet, kZero), ElementsAre("config-changed"));
  EXPECT_EQ(fleet.leader(), kOne);
}

TEST_F(FleetTest, ALoneUnitGetsItsLeaseBackWhenHealed) {
  Fleet& fleet = deploy(1);
  fleet.partition(kZero);
  EXPECT_EQ(fleet.leader(), std::nullopt);
  fleet.heal(kZero);
  fleet.settle();
  EXPECT_THAT(ran(fleet, kZero), ElementsAre("leader-elected"));
}

TEST_F(FleetTest, RebootEmptiesRun) {
  Fleet& fleet = deploy(1);
  std::ofstream(fleet.root(kZero) / "run/stamp") << "x";
  std::ofstream(fleet.root(kZero) / "var/lib/kept") << "x";
  fleet.reboot(kZero);
  EXPECT_FALSE(std::filesystem::exists(fleet.root(kZero) / "run/stamp"));
  EXPECT_TRUE(std::filesystem::exists(fleet.root(kZero) / "var/lib/kept"));
  fleet.settle();
  EXPECT_THAT(ran(fleet, kZero), ElementsAre("start"));
}

TEST_F(FleetTest, Refresh) {
  Fleet& fleet = deploy(2);
  ShellCharm next;
  next.hook("upgrade-charm", "pwd -P");
  fleet.refresh(next.folder());
  fleet.settle();
  EXPECT_THAT(ran(fleet, kOne), ElementsAre("upgrade-charm"));
  EXPECT_EQ(fleet.hooks_skipped(kOne), 1U) << "the new charm has no config-changed";
  EXPECT_EQ(fleet.log().back().message, next.folder().string());
}

TEST_F(FleetTest, APeerThatLeavesBeforeItWasJoinedNeverWasThere) {
  Fleet& fleet = deploy(1);
  fleet.partition(kZero);
  fleet.add_unit();
  fleet.settle();
  fleet.kill(kOne);
  fleet.heal(kZero);
  fleet.settle();
  EXPECT_THAT(ran(fleet, kZero), Not(Contains(testing::HasSubstr("joined"))));
  EXPECT_THAT(ran(fleet, kZero), Not(Contains(testing::HasSubstr("departed"))));
}

}  // namespace
}  // namespace standin
