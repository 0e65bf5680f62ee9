// The main job: one crontab on every unit, the same but for IS_LEADER, and exactly one True.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "charm_fixture.h"

namespace charm_test {
namespace {

using standin::Fleet;
using standin::Mode;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAreArray;

class EachMode : public testing::TestWithParam<Mode> {
 protected:
  standin::Options options() const {
    standin::Options options = fleet_options(folder_.path());
    options.mode = GetParam();
    return options;
  }

  TemporaryFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Juju, EachMode, testing::Values(Mode::juju_3_6, Mode::juju_4_0),
                         [](const auto& mode) {
                           return mode.param == Mode::juju_3_6 ? "v3_6" : "v4_0";
                         });

TEST_P(EachMode, DeploymentGivesAlikeCrontabsAndOneTrue) {
  for (const int units : {1, 2, 3}) {
    standin::Options each = options();
    each.work = folder_.path() / std::to_string(units);
    const Fleet fleet = deployed(each, units);
    EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "") << units;
    EXPECT_THAT(crontab(fleet, "django-cron/0"),
                HasSubstr("\n17 3 * * *  root  [ \"$IS_LEADER\" = True ] || exit 0; "
                          "/usr/local/bin/django-app-maintenance run clearsessions\n"));
    EXPECT_THAT(
        crontab(fleet, "django-cron/0"),
        HasSubstr("\n0 * * * *  www-data  /usr/local/bin/django-app-maintenance run rotate\n"));
    for (const std::string& unit : fleet.units()) {
      EXPECT_EQ(fleet.status(unit).state, "active");
      EXPECT_EQ(fleet.status(unit).message,
                unit == fleet.leader() ? "leader, 2 jobs" : "standby, 2 jobs");
    }
  }
}

TEST_P(EachMode, FiftyUnitsAreAlike) {
  Fleet fleet = deployed(options(), 50);
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
  fleet.elect("django-cron/33");
  fleet.settle();
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
}

TEST_P(EachMode, ADemotedLeaderSaysFalseAsSoonAsItHearsOfTheNewOne) {
  Fleet fleet = deployed(options(), 3);
  const std::string old_leader = fleet.leader().value();
  const std::string new_leader = old_leader == "django-cron/1" ? "django-cron/2" : "django-cron/1";
  fleet.reset_counters();
  fleet.elect(new_leader);
  fleet.settle();
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
  for (const auto& run : fleet.history()) {
    EXPECT_NE(run.hook, "update-status");
    EXPECT_TRUE(run.unit != old_leader || run.hook == "replicas-relation-changed") << run.hook;
  }
  EXPECT_EQ(fleet.application_data().at("leader"), new_leader);
}

TEST_P(EachMode, AFailOverCostsOneHookAUnitAndOneMore) {
  Fleet fleet = deployed(options(), 5);
  const std::string next = fleet.leader() == "django-cron/1" ? "django-cron/2" : "django-cron/1";
  fleet.reset_counters();
  fleet.elect(next);
  fleet.settle();
  std::size_t hooks = 0;
  for (const std::string& unit : fleet.units()) hooks += fleet.hooks_run(unit);
  EXPECT_EQ(hooks, 6u);
}

TEST_P(EachMode, LifeGoesOn) {
  standin::Options each = options();
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    each.seed = seed;
    each.work = folder_.path() / ("seed" + std::to_string(seed));
    Fleet fleet = deployed(each, 3);
    const auto quiet = [&fleet](const char* what) {
      fleet.settle();
      EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "") << what;
    };
    quiet("deployed");
    const std::string added = fleet.add_unit();
    quiet("unit added");
    fleet.elect(added);
    quiet("new unit elected");
    fleet.set_config({{"jobs", "- {name: new, schedule: '@daily', command: x}"}});
    quiet("new jobs");
    EXPECT_THAT(crontab(fleet, added), HasSubstr("run new\n"));
    EXPECT_THAT(crontab(fleet, added), Not(HasSubstr("run rotate\n")));
    fleet.remove_unit(added);
    quiet("leader removed");
    fleet.kill(fleet.leader().value());
    quiet("leader killed");
    fleet.reboot(fleet.leader().value());
    quiet("leader rebooted");
    fleet.refresh(staged_charm());
    quiet("charm refreshed");
    fleet.depose();
    fleet.update_status();
    fleet.settle();
    EXPECT_THAT(units_that_say_true(fleet), IsEmpty());
    fleet.elect(fleet.units().front());
    quiet("elected again");
    fleet.remove_unit(fleet.units().back(), true);
    quiet("unit removed by force");
  }
}

TEST_P(EachMode, APartitionedLeaderHearsOfItWhenItIsBack) {
  Fleet fleet = deployed(options(), 3);
  const std::string cut_off = fleet.leader().value();
  fleet.partition(cut_off);
  fleet.settle();
  EXPECT_NE(fleet.leader(), cut_off);
  fleet.heal(cut_off);
  fleet.settle();
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
}

TEST_P(EachMode, RemovalLeavesNothing) {
  Fleet fleet = deployed(options(), 2);
  // A dying unit may still be leader: is-leader is True in its stop and remove.
  const std::string unit = fleet.leader().value();
  const auto root = fleet.root(unit);
  ASSERT_THAT(files_below(root), Not(IsEmpty()));
  fleet.remove_unit(unit);
  fleet.settle();
  EXPECT_THAT(files_below(root), IsEmpty());
  EXPECT_FALSE(fs::exists(root / "var/lib/django-app-maintenance"));
  EXPECT_FALSE(fs::exists(root / "run/django-app-maintenance"));
}

TEST_P(EachMode, TheSameHookTwiceWritesNothingAndSetsNoStatus) {
  Fleet fleet = deployed(options(), 2);
  for (const std::string& unit : fleet.units()) {
    for (const char* hook :
         {"install", "config-changed", "leader-elected", "leader-settings-changed", "start",
          "update-status", "upgrade-charm", "replicas-relation-changed"}) {
      fleet.run_hook(unit, hook);
      const auto before = snapshot(fleet.root(unit));
      fleet.reset_counters();
      EXPECT_EQ(fleet.run_hook(unit, hook).exit_status, 0) << hook;
      EXPECT_EQ(snapshot(fleet.root(unit)), before) << unit << " " << hook;
      const auto calls = fleet.tool_calls_by_name(unit);
      EXPECT_FALSE(calls.contains("status-set")) << hook;
      EXPECT_FALSE(calls.contains("juju-log")) << hook;
      EXPECT_FALSE(calls.contains("relation-set")) << hook;
    }
  }
}

TEST_P(EachMode, ASteadyHookAsksNoMoreThanItMust) {
  Fleet fleet = deployed(options(), 2);
  for (const std::string& unit : fleet.units()) {
    fleet.reset_counters();
    fleet.run_hook(unit, "update-status");
    std::map<std::string, std::size_t> expected = {{"is-leader", 1}, {"config-get", 1}};
    if (unit == fleet.leader()) expected["relation-get"] = 1;
    EXPECT_EQ(fleet.tool_calls_by_name(unit), expected) << unit;
  }
}

TEST_P(EachMode, AChangeIsToldInOneLogCallALevel) {
  Fleet fleet = deployed(options(), 1);
  fleet.reset_counters();
  fleet.set_config({{"jobs",
                     "- {name: a, schedule: '@daily', command: x, user: nobody-has-this-name}\n"
                     "- {name: b, schedule: '@daily', command: x, user: nobody-has-that-name}\n"}});
  fleet.settle();
  EXPECT_EQ(fleet.tool_calls_by_name("django-cron/0").at("juju-log"), 2u);  // INFO and WARNING
}

TEST_P(EachMode, NoSecretReachesAnArgumentALogOrAFileThatOthersRead) {
  Fleet fleet = deployed(options(), 2);
  fleet.set_config({{"jobs", std::string(kJobs) +
                                 "- {name: clearsessions, environment: {TOKEN: [hunter2]}}\n"}});
  fleet.settle();
  for (const auto& call : fleet.calls()) {
    for (const std::string& argument : call.arguments)
      EXPECT_THAT(argument, Not(HasSubstr("hunter2")));
    EXPECT_THAT(call.input, Not(HasSubstr("hunter2")));
  }
  for (const auto& line : fleet.log()) EXPECT_THAT(line.message, Not(HasSubstr("hunter2")));
  int kept = 0;
  for (const auto& [path, entry] : snapshot(fleet.root("django-cron/0"))) {
    if (entry.text.find("hunter2") == std::string::npos) continue;
    ++kept;
    EXPECT_EQ(entry.mode & 0077, 0u) << path;
  }
  EXPECT_EQ(kept, 2);  // the job's own file, and the last good jobs
}

TEST_P(EachMode, FilesHaveTheModesThatCronAndUsersNeed) {
  Fleet fleet = deployed(options(), 1);
  const auto files = snapshot(fleet.root("django-cron/0"));
  EXPECT_EQ(files.at("etc/cron.d/django-app-maintenance").mode & 07777, 0644u);
  EXPECT_EQ(files.at("usr/local/bin/django-app-maintenance").mode & 07777, 0755u);
  EXPECT_EQ(files.at("var/lib/django-app-maintenance").mode & 07777, 0755u);
  const auto user_file = [](const std::string& user) {
    return job_file("var/lib/django-app-maintenance", user).string();
  };
  EXPECT_EQ(files.at(user_file("root")).mode & 07777, 0400u);
  EXPECT_EQ(files.at(user_file("www-data")).mode & 07777, 0400u);
  EXPECT_EQ(files.at("var/lib/django-app-maintenance/jobs.json").mode & 07777, 0600u);
  const uid_t user = geteuid() == 0 ? 33 : geteuid();  // www-data of Debian's base-passwd
  EXPECT_EQ(files.at(user_file("www-data")).owner, user);
  const auto runs = run_folder("var/lib/django-app-maintenance", "", "www-data").parent_path();
  EXPECT_EQ(files.at(runs).mode & 07777, 0700u);
  EXPECT_EQ(files.at(runs).owner, user);
}

TEST_P(EachMode, AServiceNameMovesTheFiles) {
  Fleet fleet = deployed(options(), 2);
  fleet.set_config({{"service-name", "shop"}});
  fleet.settle();
  for (const std::string& unit : fleet.units()) {
    EXPECT_THAT(crontab(fleet, unit, "shop"),
                HasSubstr("/usr/local/bin/shop-maintenance run rotate\n"));
    std::vector<std::string> files = {
        "etc/cron.d/shop-maintenance",        "usr/local/bin/shop-maintenance",
        "var/lib/shop-maintenance/jobs.json", job_file("var/lib/shop-maintenance", "root"),
        "var/lib/shop-maintenance/marks",     "var/lib/shop-maintenance/owner",
        "var/lib/shop-maintenance/status"};
    if (geteuid() == 0) files.push_back(job_file("var/lib/shop-maintenance", "www-data"));
    if (unit == fleet.leader()) {
      files.emplace_back("var/lib/shop-maintenance/leader");
      files.emplace_back("var/lib/shop-maintenance/leadership-ttl");
    }
    EXPECT_THAT(lasting_files_below(fleet.root(unit)), UnorderedElementsAreArray(files));
  }
}

TEST_P(EachMode, WorksInACharmOfOnesOwnWithoutThePeerRelation) {
  standin::Options own = options();
  own.application = "django-app";
  own.principal = "";
  own.peer_relation = false;
  Fleet fleet = deployed(own, 3);
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
  EXPECT_THAT(crontab(fleet, "django-app/0"),
              HasSubstr("of django-app, written by the Juju application django-app."));
  const std::string old_leader = fleet.leader().value();
  fleet.reset_counters();
  fleet.run_hook(old_leader, "update-status");
  EXPECT_EQ(fleet.tool_calls(old_leader), 2u);
  fleet.elect(old_leader == "django-app/1" ? "django-app/2" : "django-app/1");
  fleet.settle();
  // What is lost: nobody tells the old leader. Its next hook does.
  EXPECT_EQ(units_that_say_true(fleet).size(), 2u);
  fleet.update_status(old_leader);
  fleet.settle();
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
}

}  // namespace
}  // namespace charm_test
