// Which hooks run, in which order, with which environment, and what their end commits.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <sstream>

#include "fleet_fixture.h"

namespace standin {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

TEST_F(FleetTest, OrderAtDeploy) {
  Fleet fleet(charm.options());
  fleet.deploy(2);
  fleet.settle();
  EXPECT_THAT(ran(fleet, kZero),
              ElementsAre("install", "replicas-relation-created", "leader-elected",
                          "config-changed", "start", "replicas-relation-joined:django-cron/1",
                          "replicas-relation-changed:django-cron/1"));
  EXPECT_THAT(ran(fleet, kOne),
              ElementsAre("install", "replicas-relation-created", "config-changed", "start",
                          "replicas-relation-joined:django-cron/0",
                          "replicas-relation-changed:django-cron/0"));
  EXPECT_EQ(fleet.leader(), kZero);
}

TEST_F(FleetTest, WithoutPeerRelationThereAreNoRelationHooks) {
  Options options = charm.options();
  options.peer_relation = false;
  Fleet fleet(options);
  fleet.deploy(2);
  fleet.settle();
  EXPECT_THAT(ran(fleet, kOne), ElementsAre("install", "config-changed", "start"));
}

TEST_F(FleetTest, TheSchedulerIsSeeded) {
  const auto order = [&](std::uint64_t seed) {
    ShellCharm own;
    own.all_hooks("exit 0");
    Options options = own.options();
    options.seed = seed;
    Fleet fleet(options);
    fleet.deploy(3);
    fleet.settle();
    std::string text;
    for (const auto& run : fleet.history()) text += run.unit + " " + run.hook + "\n";
    return text;
  };
  EXPECT_EQ(order(1), order(1));
  EXPECT_NE(order(1), order(2));
}

TEST_F(FleetTest, TheEnvironmentIsExactlyJujus) {
  Fleet& fleet = deploy(2);
  const auto names = [&](const HookResult& result) {
    std::set<std::string> all;
    std::istringstream lines(result.out);
    for (std::string line; std::getline(lines, line);) all.insert(line.substr(0, line.find('=')));
    return all;
  };
  std::set<std::string> expected = {"PATH",
                                    "LEADER_CRON_ROOT",
                                    "JUJU_DISPATCH_PATH",
                                    "JUJU_HOOK_NAME",
                                    "JUJU_UNIT_NAME",
                                    "JUJU_PRINCIPAL_UNIT",
                                    "JUJU_CHARM_DIR",
                                    "CHARM_DIR",
                                    "JUJU_MODEL_NAME",
                                    "JUJU_MODEL_UUID",
                                    "JUJU_VERSION",
                                    "JUJU_CONTEXT_ID",
                                    "JUJU_AGENT_SOCKET_ADDRESS"};
  // Not env(1): the shell adds PWD to what it hands on.
  const std::string script = "tr '\\0' '\\n' < /proc/$$/environ";
  EXPECT_EQ(names(charm.run(fleet, kOne, script)), expected);
  expected.insert({"JUJU_RELATION", "JUJU_RELATION_ID", "JUJU_REMOTE_UNIT", "JUJU_REMOTE_APP"});
  EXPECT_EQ(names(charm.run(fleet, kOne, script, "replicas-relation-changed")), expected);

  const auto result = charm.run(
      fleet, kOne,
      "echo \"$JUJU_DISPATCH_PATH $JUJU_HOOK_NAME $JUJU_UNIT_NAME $JUJU_PRINCIPAL_UNIT\"\n"
      "echo \"$JUJU_VERSION $LEADER_CRON_ROOT $PATH\"\necho \"$0\"; pwd -P; readlink "
      "/proc/$$/fd/0");
  const auto folder = charm.folder().string();
  EXPECT_EQ(result.out, "hooks/config-changed config-changed django-cron/1 django-app/1\n4.0.0 " +
                            fleet.root(kOne).string() + " " + charm.top().string() +
                            "/model/tools/all:/usr/sbin:/usr/bin:/sbin:/bin\n" + folder +
                            "/hooks/config-changed\n" + folder + "\n/dev/null\n");
}

TEST_F(FleetTest, APrincipalHasNoPrincipal) {
  Options options = charm.options();
  options.principal.clear();
  Fleet fleet(options);
  fleet.deploy(1);
  EXPECT_EQ(charm.run(fleet, kZero, "echo \"${JUJU_PRINCIPAL_UNIT-unset}\"").out, "\n");
}

TEST_F(FleetTest, ApplicationDataWakesEveryUnitTheWriterIncluded) {
  Fleet& fleet = deploy(3);
  charm.hook("replicas-relation-changed", "echo \"[$JUJU_REMOTE_UNIT] $JUJU_REMOTE_APP\"");
  charm.run(fleet, kZero, "relation-set -r replicas:0 --app owner=0");
  fleet.reset_counters();
  fleet.settle();
  for (const auto& unit : fleet.units()) {
    EXPECT_THAT(ran(fleet, unit), ElementsAre("replicas-relation-changed:django-cron"));
  }
  EXPECT_EQ(fleet.log().back().message, "[] django-cron");
  charm.run(fleet, kZero, "relation-set -r replicas:0 --app owner=0");
  for (const auto& unit : fleet.units()) EXPECT_THAT(fleet.queued(unit), IsEmpty());
}

TEST_F(FleetTest, UnitDataWakesTheOthersOnly) {
  Fleet& fleet = deploy(3);
  charm.run(fleet, kOne, "relation-set -r replicas:0 a=1");
  charm.run(fleet, kOne, "relation-set -r replicas:0 a=2");
  EXPECT_THAT(fleet.queued(kOne), IsEmpty());
  EXPECT_THAT(fleet.queued(kZero), ElementsAre("replicas-relation-changed"));
  charm.run(fleet, kTwo, "relation-set -r replicas:0 a=2");
  EXPECT_THAT(fleet.queued(kZero).size(), 2U);
}

TEST_F(FleetTest, ALateUnitHearsOfApplicationDataFirst) {
  Fleet& fleet = deploy(1);
  charm.run(fleet, kZero, "relation-set -r replicas:0 --app owner=0");
  fleet.settle();
  fleet.add_unit();
  fleet.settle();
  EXPECT_THAT(
      ran(fleet, kOne),
      ElementsAre("install", "replicas-relation-created", "config-changed", "start",
                  "replicas-relation-changed:django-cron", "replicas-relation-joined:django-cron/0",
                  "replicas-relation-changed:django-cron/0"));
}

TEST_F(FleetTest, AFailedHookIsRetriedThenTheUnitIsInError) {
  Fleet& fleet = deploy(1);
  charm.hook("config-changed",
             "relation-set -r replicas:0 a=1; [ -e \"$LEADER_CRON_ROOT/ok\" ] || exit 1");
  fleet.set_config({{"jobs", "x"}});
  fleet.update_status();
  fleet.settle();
  EXPECT_EQ(fleet.hooks_run(kZero), 3U);
  EXPECT_TRUE(fleet.status(kZero).in_error);
  EXPECT_EQ(fleet.status(kZero).failed_hook, "config-changed");
  EXPECT_THAT(fleet.unit_data(kZero), Not(Contains(Pair("a", "1"))));
  EXPECT_EQ(fleet.leader(), kZero) << "a unit in error keeps its lease";
  charm.hook("greet", "echo hello", "actions");
  EXPECT_EQ(fleet.run_action(kZero, "greet").out, "hello\n");

  std::ofstream(fleet.root(kZero) / "ok") << "";
  fleet.resolve(kZero);
  fleet.settle();
  EXPECT_FALSE(fleet.status(kZero).in_error);
  EXPECT_THAT(fleet.unit_data(kZero), Contains(Pair("a", "1")));
  EXPECT_EQ(ran(fleet, kZero).back(), "update-status");
}

TEST_F(FleetTest, AKilledHookIsRetriedWithNothingCommitted) {
  Fleet& fleet = deploy(1);
  charm.hook("config-changed",
             "relation-set -r replicas:0 n=1\n"
             "[ -e \"$LEADER_CRON_ROOT/again\" ] && exit 0\n"
             ": > \"$LEADER_CRON_ROOT/again\"; kill -9 $$");
  fleet.set_config({{"jobs", "x"}});
  EXPECT_TRUE(fleet.step());
  EXPECT_EQ(fleet.history().back().exit_status, 128 + 9);
  EXPECT_THAT(fleet.unit_data(kZero), Not(Contains(Pair("n", "1"))));
  fleet.settle();
  EXPECT_THAT(fleet.unit_data(kZero), Contains(Pair("n", "1")));
}

TEST_F(FleetTest, Configuration) {
  Fleet& fleet = deploy(1);
  EXPECT_THROW(fleet.set_config({{"nosuch", "1"}}), std::invalid_argument);
  EXPECT_THROW(fleet.set_config({{"jobs", "x"}, {"size", "many"}}), std::invalid_argument);
  fleet.set_config({{"size", "15"}, {"jobs", ""}});
  EXPECT_THAT(fleet.queued(kZero), IsEmpty()) << "the defaults, set";
  fleet.set_config({{"size", "16"}});
  fleet.set_config({{"size", "17"}});
  EXPECT_THAT(fleet.queued(kZero), ElementsAre("config-changed"));
  fleet.settle();
  fleet.reset_config("size");
  EXPECT_THAT(fleet.queued(kZero), ElementsAre("config-changed"));
  EXPECT_EQ(charm.run(fleet, kZero, "config-get size").out, "15\n");
}

TEST_F(FleetTest, AHookThatCannotBeExecutedFails) {
  Fleet& fleet = deploy(1);
  std::filesystem::permissions(charm.folder() / "hooks/start", std::filesystem::perms::owner_read);
  EXPECT_EQ(fleet.run_hook(kZero, "start").exit_status, 126);
  EXPECT_FALSE(fleet.run_hook(kZero, "start").committed);
  EXPECT_TRUE(fleet.run_hook(kZero, "no-such-hook").skipped);
}

TEST_F(FleetTest, AHangingHookIsKilled) {
  Options options = charm.options();
  options.hook_timeout = std::chrono::milliseconds{100};
  Fleet fleet(options);
  fleet.deploy(1);
  EXPECT_EQ(charm.run(fleet, kZero, "sleep 1000 & sleep 1000").exit_status, 128 + 9);
}

TEST_F(FleetTest, WhatHooksLeaveRunningEndsWithTheFleet) {
  std::string pid;
  {
    Fleet fleet(charm.options());
    fleet.deploy(1);
    pid = charm.run(fleet, kZero, "setsid sleep 1000 >/dev/null & sleep 0.05; echo $!").out;
    pid.pop_back();
    EXPECT_TRUE(std::filesystem::exists("/proc/" + pid));
  }
  for (int i = 0; i < 200; ++i) {  // gone, or a zombie that init has not yet reaped
    std::ifstream stat("/proc/" + pid + "/stat");
    std::string text;
    if (!std::getline(stat, text) || text.find(") Z") != std::string::npos) return;
    ::usleep(10'000);
  }
  FAIL() << pid << " still runs";
}

TEST_F(FleetTest, CountsAndTheirReset) {
  Fleet& fleet = deploy(2);
  charm.hook("update-status", "is-leader; is-leader; config-get");
  fleet.update_status();
  fleet.update_status(kZero);
  fleet.settle();
  EXPECT_EQ(fleet.hooks_run(kZero), 1U);
  EXPECT_EQ(fleet.tool_calls(kZero), 3U);
  EXPECT_THAT(fleet.tool_calls_by_name(kOne),
              ElementsAre(Pair("config-get", 1U), Pair("is-leader", 2U)));
  EXPECT_EQ(fleet.calls().size(), 6U);
  fleet.reset_counters();
  EXPECT_EQ(fleet.tool_calls(kZero), 0U);
  EXPECT_THAT(fleet.calls(), IsEmpty());
}

TEST_F(FleetTest, AModelIsKeptBetweenOpenings) {
  charm.hook("config-changed", "relation-set -r replicas:0 a=1; juju-log hi; state-set s=1");
  {
    Fleet fleet(charm.options());
    fleet.deploy(2);
    for (int i = 0; i < 7; ++i) fleet.step();
    fleet.set_fault(kZero, "is-leader", {Fault::Kind::fail, {}, 0, {}});
    fleet.save();
  }
  EXPECT_THROW(Fleet{charm.options()}, std::invalid_argument);
  Fleet fleet = Fleet::open(charm.top() / "model");
  fleet.settle();
  EXPECT_EQ(fleet.leader(), kZero);
  EXPECT_THAT(fleet.unit_data(kOne), Contains(Pair("a", "1")));
  EXPECT_THAT(fleet.state(kOne), Contains(Pair("s", "1")));
  EXPECT_EQ(fleet.hooks_run_by_name(kOne).at("start"), 1U);
  EXPECT_EQ(charm.run(fleet, kZero, "is-leader; exit 0").out, "ERROR leadership status unknown\n");
  EXPECT_THAT(fleet.log(), Contains(testing::Field(&LogLine::message, "hi")));
}

}  // namespace
}  // namespace standin
