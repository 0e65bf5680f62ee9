// The hook tools, each driven from a shell script that runs as a hook.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fleet.h"
#include "shell_charm.h"

namespace standin {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Eq;
using testing::Field;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

constexpr char kLeader[] = "django-cron/0";
constexpr char kOther[] = "django-cron/1";

class HookTool : public testing::Test {
 protected:
  explicit HookTool(Mode mode = Mode::juju_4_0) {
    Options options = charm.options();
    options.mode = mode;
    fleet.emplace(options);
    fleet->deploy(2);
    fleet->settle();
  }
  HookResult run(const std::string& script, const std::string& unit = kLeader) {
    return charm.run(*fleet, unit, script);
  }
  std::string printed(const std::string& script, const std::string& unit = kLeader) {
    return run(script, unit).out;
  }

  ShellCharm charm;
  std::optional<Fleet> fleet;
};

class HookTool36 : public HookTool {
 protected:
  HookTool36() : HookTool(Mode::juju_3_6) {}
};

TEST_F(HookTool, IsLeader) {
  EXPECT_EQ(printed("is-leader"), "True\n");
  EXPECT_EQ(printed("is-leader --format=json"), "true\n");
  EXPECT_EQ(printed("is-leader", kOther), "False\n");
  EXPECT_EQ(printed("is-leader --format json", kOther), "false\n");
  fleet->depose();
  EXPECT_EQ(printed("is-leader"), "False\n");
}

TEST_F(HookTool, UnknownFlagsAndWrongUseExitTwo) {
  const auto result = run("is-leader --x; echo $?");
  EXPECT_EQ(result.out, "ERROR flag provided but not defined: --x\n2\n");
  EXPECT_EQ(printed("relation-get -z; echo $?"), "ERROR flag provided but not defined: -z\n2\n");
  EXPECT_EQ(printed("config-get --format; echo $?"), "ERROR flag needs an argument: --format\n2\n");
  EXPECT_THAT(printed("config-get --format xml; echo $?"),
              HasSubstr("unknown format \"xml\"\n2\n"));
  EXPECT_THAT(printed("status-set happy -- x; echo $?"), HasSubstr("\n2\n"));
  EXPECT_THAT(printed("is-leader a b; echo $?"),
              HasSubstr("unrecognized args: [\"a\",\"b\"]\n2\n"));
  // A message that looks like a flag needs the "--".
  EXPECT_THAT(printed("status-set active -oops; echo $?"), HasSubstr("\n2\n"));
  EXPECT_EQ(printed("status-set active -- -oops; echo $?"), "0\n");
  EXPECT_EQ(fleet->status(kLeader).message, "-oops");
}

TEST_F(HookTool, ConfigGet) {
  EXPECT_EQ(printed("config-get --format json"), "{\"jobs\":\"\",\"quick\":false,\"size\":15}\n");
  EXPECT_EQ(printed("config-get --all --format json"),
            "{\"jobs\":\"\",\"quick\":false,\"size\":15,\"unset\":null}\n");
  fleet->set_config({{"jobs", "a && b <c>\nd"}, {"size", "7"}});
  EXPECT_EQ(printed("config-get --format json jobs"),
            "\"a \\u0026\\u0026 b \\u003cc\\u003e\\nd\"\n");
  EXPECT_EQ(printed("config-get jobs"), "a && b <c>\nd\n");
  EXPECT_EQ(printed("config-get size"), "7\n");
  EXPECT_EQ(printed("config-get --format json nothing"), "null\n");
}

TEST(Config, NumbersAsFloats) {
  ShellCharm charm;
  Options options = charm.options();
  options.numbers_as_floats = true;
  Fleet fleet(options);
  fleet.deploy(1);
  fleet.settle();
  EXPECT_THAT(charm.run(fleet, kLeader, "config-get --format json").out,
              HasSubstr("\"size\":15.0"));
}

TEST_F(HookTool, RelationIdsAndList) {
  EXPECT_EQ(printed("relation-ids replicas"), "replicas:0\n");
  EXPECT_EQ(printed("relation-ids --format json replicas"), "[\"replicas:0\"]\n");
  EXPECT_EQ(printed("relation-ids --format json nosuch"), "[]\n");
  EXPECT_EQ(printed("relation-ids nosuch; echo $?"), "0\n");
  EXPECT_EQ(printed("relation-list -r replicas:0 --format json"), "[\"django-cron/1\"]\n");
  EXPECT_THAT(printed("relation-list -r replicas:7; echo $?"),
              HasSubstr("relation not found\n2\n"));
}

TEST_F(HookTool, RelationsAreNotUsableInInstall) {
  const auto result = charm.run(*fleet, kLeader,
                                "relation-ids --format json replicas\n"
                                "relation-get -r replicas:0 --app - django-cron; echo $?",
                                "install");
  EXPECT_THAT(result.out, testing::StartsWith("[]\nERROR "));
  EXPECT_THAT(result.out, testing::EndsWith("\n1\n"));
}

TEST_F(HookTool, RelationSetTrimsAndDeletes) {
  EXPECT_TRUE(run("relation-set -r replicas:0 ' a =  x y  ' 'b=1'").committed);
  EXPECT_THAT(fleet->unit_data(kLeader),
              AllOf(Contains(Pair("a", "x y")), Contains(Pair("b", "1"))));
  run("relation-set -r replicas:0 b=");
  EXPECT_THAT(fleet->unit_data(kLeader), Not(Contains(Pair("b", testing::_))));
  EXPECT_EQ(printed("relation-set -r replicas:0 novalue; echo $?"),
            "ERROR expected \"key=value\", got \"novalue\"\n2\n");
}

TEST_F(HookTool, RelationSetReadsAMap) {
  run("echo '{\"a\": \"  kept  \", \"n\": 3, \"b\": \"x=y\"}' | relation-set -r replicas:0 --file "
      "-");
  EXPECT_THAT(
      fleet->unit_data(kLeader),
      AllOf(Contains(Pair("a", "  kept  ")), Contains(Pair("n", "3")), Contains(Pair("b", "x=y"))));
  run("printf 'a: plain\\nb: \"x y\"\\nn:\\n' | relation-set -r replicas:0 --file - n=4");
  EXPECT_THAT(fleet->unit_data(kLeader), Contains(Pair("a", "plain")));
  EXPECT_THAT(fleet->unit_data(kLeader), Contains(Pair("n", "4")));
  EXPECT_THAT(printed("echo '{\"a\": [1]}' | relation-set -r replicas:0 --file -; echo $?"),
              HasSubstr("\n1\n"));
}

TEST_F(HookTool, AHookSeesItsOwnBufferedWrites) {
  EXPECT_EQ(printed("relation-set -r replicas:0 a=1\n"
                    "relation-get -r replicas:0 a django-cron/0\n"
                    "relation-set --app -r replicas:0 o=me\n"
                    "relation-get --app -r replicas:0 --format json - django-cron\n"
                    "exit 1"),
            "1\n{\"o\":\"me\"}\n");
  EXPECT_THAT(fleet->unit_data(kLeader), Not(Contains(Pair("a", "1"))));
  EXPECT_THAT(fleet->application_data(), testing::IsEmpty());
  EXPECT_EQ(printed("relation-get -r replicas:0 --format json a django-cron/0"), "null\n");
}

TEST_F(HookTool, ApplicationDataIsTheLeadersToWriteAndEveryonesToRead) {
  EXPECT_TRUE(run("relation-set --app -r replicas:0 owner=me").committed);
  EXPECT_EQ(printed("relation-get --app -r replicas:0 owner django-cron", kOther), "me\n");
  const auto refused = run("relation-set --app -r replicas:0 owner=mine", kOther);
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_THAT(refused.out, HasSubstr("ERROR cannot write relation settings"));
  EXPECT_THAT(fleet->application_data(), Contains(Pair("owner", "me")));
}

TEST_F(HookTool, RelationGetOfOthers) {
  run("relation-set -r replicas:0 a=1");
  EXPECT_EQ(printed("relation-get -r replicas:0 a django-cron/0", kOther), "1\n");
  EXPECT_THAT(printed("relation-get -r replicas:0 - django-cron/9; echo $?"), HasSubstr("\n1\n"));
  EXPECT_EQ(printed("relation-get -r replicas:0 - django-cron; echo $?"),
            "ERROR expected unit name, got application name \"django-cron\"\n2\n");
}

TEST_F(HookTool, StatusAndLogAreNotUndone) {
  run("status-set blocked 'a & b'; juju-log -l ERROR -- -x y; echo out; status-get; exit 3");
  EXPECT_EQ(fleet->status(kLeader).state, "blocked");
  EXPECT_EQ(fleet->status(kLeader).message, "a & b");
  EXPECT_THAT(fleet->log(),
              Contains(AllOf(Field(&LogLine::level, "ERROR"), Field(&LogLine::message, "-x y"))));
  EXPECT_THAT(fleet->log(), Contains(AllOf(Field(&LogLine::level, "DEBUG"),
                                           Field(&LogLine::message, "blocked"))));
  EXPECT_EQ(printed("juju-log; echo $?"), "ERROR no message specified\n2\n");
}

TEST_F(HookTool, State) {
  EXPECT_EQ(printed("state-get --format json"), "null\n");
  EXPECT_EQ(printed("state-set a=1 b=2; state-delete a; state-get --format json; exit 1"),
            "{\"b\":\"2\"}\n");
  EXPECT_THAT(fleet->state(kLeader), testing::IsEmpty());
  run("state-set a=1 b=2");
  run("state-delete a; state-set c=3");
  EXPECT_THAT(fleet->state(kLeader), testing::ElementsAre(Pair("b", "2"), Pair("c", "3")));
  EXPECT_EQ(printed("state-get --strict a; echo $?"), "ERROR \"a\" not found\n1\n");
}

TEST_F(HookTool36, StateOfNothingIsAMap) {
  EXPECT_EQ(printed("state-get --format json"), "{}\n");
}

TEST_F(HookTool, LeaderSettingsDoNotExistIn40) {
  EXPECT_EQ(printed("command -v leader-get leader-set; echo $?"), "127\n");
}

TEST_F(HookTool36, LeaderSettings) {
  EXPECT_TRUE(run("leader-set k=v").committed);
  EXPECT_EQ(printed("leader-get k", kOther), "v\n");
  EXPECT_THAT(printed("leader-set k=w; echo $?", kOther), HasSubstr("not the leader\n1\n"));
}

TEST_F(HookTool, SmallOnes) {
  EXPECT_EQ(printed("unit-get private-address"), "10.0.0.10\n");
  run("application-version-set 1.2");
  EXPECT_EQ(fleet->status(kLeader).version, "1.2");
  EXPECT_EQ(printed("action-get; echo $?"), "ERROR not running an action\n1\n");
}

TEST_F(HookTool, Actions) {
  charm.hook("greet",
             "action-get --format json; action-log working; action-set a.b-c='x=y' d=1\n"
             "action-set stdout=1; echo $?; action-set Bad=1; echo $?; echo \"[$JUJU_HOOK_NAME]\"\n"
             "relation-set -r replicas:0 ran=yes",
             "actions");
  const auto result = fleet->run_action(kLeader, "greet", {{"times", "3"}});
  EXPECT_EQ(result.out, "{\"name\":\"world\",\"times\":3}\n2\n2\n[]\n");
  EXPECT_THAT(result.results, testing::ElementsAre(Pair("a.b-c", "x=y"), Pair("d", "1")));
  EXPECT_THAT(result.progress, testing::ElementsAre("working"));
  EXPECT_EQ(result.failure, std::nullopt);
  EXPECT_THAT(fleet->unit_data(kLeader), Contains(Pair("ran", "yes")));

  charm.hook("greet", "action-fail 'no luck'; echo on", "actions");
  const auto failed = fleet->run_action(kLeader, "greet");
  EXPECT_EQ(failed.failure, "no luck");
  EXPECT_EQ(failed.out, "on\n");
  EXPECT_EQ(failed.exit_status, 0);

  charm.hook("greet", "exit 4", "actions");
  EXPECT_EQ(fleet->run_action(kLeader, "greet").failure, "exit status 4");
  EXPECT_THROW(fleet->run_action(kLeader, "greet", {{"nosuch", "1"}}), std::invalid_argument);
  EXPECT_THROW(fleet->run_action(kLeader, "nosuch"), std::invalid_argument);
}

TEST_F(HookTool, Faults) {
  fleet->set_fault(kLeader, "is-leader", {Fault::Kind::fail, {}, 0, {}});
  EXPECT_EQ(printed("is-leader; echo $?"), "ERROR leadership status unknown\n1\n");
  EXPECT_EQ(printed("is-leader", kOther), "False\n");
  fleet->set_fault(kLeader, "is-leader", {Fault::Kind::nonsense, {}, 0, {}});
  EXPECT_THAT(printed("is-leader --format json; echo $?"),
              AllOf(HasSubstr("nonsense"), testing::EndsWith("\n0\n")));
  fleet->set_fault(kLeader, "is-leader", {Fault::Kind::missing, {}, 0, {}});
  EXPECT_THAT(printed("is-leader; echo $?; relation-ids replicas"),
              testing::EndsWith("127\nreplicas:0\n"));
  fleet->set_fault(kLeader, "is-leader", {Fault::Kind::slow, std::chrono::milliseconds{50}, 0, {}});
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(printed("is-leader"), "True\n");
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds{50});
  fleet->clear_faults();
  // The second call of any tool fails.
  fleet->set_fault(kLeader, "*", {Fault::Kind::fail, {}, 1, "gone"});
  EXPECT_EQ(printed("is-leader; config-get size"), "True\nERROR gone\n");
  fleet->set_fault(kLeader, "*", {Fault::Kind::kill_hook, {}, 1, {}});
  const auto killed = run("is-leader; relation-set -r replicas:0 a=1; echo never");
  EXPECT_EQ(killed.exit_status, 128 + 9);
  EXPECT_EQ(killed.out, "True\n");
  EXPECT_FALSE(killed.committed);
}

TEST_F(HookTool, ToolsOutsideAHookFail) {
  run("cp \"$(command -v is-leader)\" .; echo \"$JUJU_AGENT_SOCKET_ADDRESS\" > addr");
  const auto result = run("JUJU_AGENT_SOCKET_ADDRESS=$(cat addr) is-leader; echo $?");
  EXPECT_THAT(result.out, AllOf(HasSubstr("connection refused"), testing::EndsWith("\n1\n")));
}

TEST_F(HookTool, ConcurrentCallsAreAllRecorded) {
  fleet->reset_counters();
  run("i=0; while [ $i -lt 40 ]; do relation-set -r replicas:0 k$i=$i & i=$((i+1)); done; wait");
  EXPECT_EQ(fleet->tool_calls(kLeader), 40U);
  EXPECT_EQ(fleet->unit_data(kLeader).size(), 40U + 3U);
}

TEST_F(HookTool, CallsAreRecordedWithTheirArgumentsAndInput) {
  fleet->reset_counters();
  run("juju-log -- s3cret; echo '{\"a\":\"b\"}' | relation-set -r replicas:0 --file -; is-leader "
      "--x");
  EXPECT_THAT(
      fleet->calls(),
      testing::ElementsAre(
          AllOf(Field(&ToolCall::tool, "juju-log"),
                Field(&ToolCall::arguments, testing::ElementsAre("--", "s3cret")),
                Field(&ToolCall::hook, "config-changed"), Field(&ToolCall::unit, kLeader)),
          AllOf(Field(&ToolCall::tool, "relation-set"),
                Field(&ToolCall::input, HasSubstr("\"b\""))),
          AllOf(Field(&ToolCall::tool, "is-leader"), Field(&ToolCall::exit_status, Eq(2)))));
  EXPECT_THAT(fleet->tool_calls_by_name(kLeader), Contains(Pair("juju-log", 1U)));
}

}  // namespace
}  // namespace standin
