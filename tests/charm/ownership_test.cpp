// What is not ours is not touched: other applications, files of the same name, what is left of
// removed units.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "charm_fixture.h"

namespace charm_test {
namespace {

using standin::Fleet;
using testing::HasSubstr;
using testing::IsEmpty;

class Ownership : public testing::Test {
 protected:
  standin::Options on_machine_of(const Fleet& other, const std::string& application) {
    standin::Options options = fleet_options(folder_.path());
    options.work = folder_.path() / application;
    options.application = application;
    options.environment = {{"LEADER_CRON_ROOT", other.root("django-cron/0")}};
    return options;
  }

  // A fleet of one unit before its first hook, and its root.
  Fleet undeployed() {
    Fleet fleet(fleet_options(folder_.path()));
    fleet.deploy(1);
    return fleet;
  }

  TemporaryFolder folder_;
};

TEST_F(Ownership, TheSecondApplicationForAServiceIsBlockedAndTouchesNothing) {
  Fleet first = deployed(fleet_options(folder_.path()), 1);
  const auto root = first.root("django-cron/0");
  const auto before = snapshot(root);
  Fleet second = deployed(on_machine_of(first, "other-cron"), 1);
  EXPECT_EQ(snapshot(root), before);
  EXPECT_EQ(second.status("other-cron/0").state, "blocked");
  EXPECT_THAT(second.status("other-cron/0").message,
              HasSubstr("django-app is maintained here by django-cron"));
  // Told once, and its removal takes nothing along.
  second.reset_counters();
  second.update_status();
  second.settle();
  EXPECT_FALSE(second.tool_calls_by_name("other-cron/0").contains("status-set"));
  second.remove_unit("other-cron/0");
  second.settle();
  EXPECT_EQ(snapshot(root), before);
}

TEST_F(Ownership, TheSecondApplicationTakesOverWhenTheFirstIsRemoved) {
  Fleet first = deployed(fleet_options(folder_.path()), 1);
  const auto root = first.root("django-cron/0");
  Fleet second = deployed(on_machine_of(first, "other-cron"), 1);
  first.remove_unit("django-cron/0");
  first.settle();
  EXPECT_THAT(files_below(root), IsEmpty());
  second.update_status();
  second.settle();
  EXPECT_THAT(read(crontab_path(root)), HasSubstr("written by the Juju application other-cron."));
  EXPECT_EQ(second.status("other-cron/0").message, "leader, 2 jobs");
}

// Removed by force in this boot: no hook of its own has cleared away what it knew.
TEST_F(Ownership, WhoTakesOverKnowsNothingOfWhatTheUnitBeforeKnewOfLeadership) {
  Fleet fleet = deployed(fleet_options(folder_.path()), 1);
  const auto root = fleet.root("django-cron/0");
  const auto known = root / "run/django-app-maintenance/leadership";
  write(root / "var/lib/django-app-maintenance/owner", "django-cron/7\n");
  std::istringstream words(read(known));
  constexpr int kYielded = 8;  // the word of it, see local_leadership.h
  std::string text;
  int number = 0;
  for (std::string word; words >> word; text += ' ')
    text += ++number == kYielded ? "987654321" : word;
  text.back() = '\n';
  write(known, text);
  fleet.update_status();
  fleet.settle();
  EXPECT_EQ(read(root / "var/lib/django-app-maintenance/owner"), "django-cron/0\n");
  EXPECT_EQ(fleet.status("django-cron/0").message, "leader, 2 jobs");
  EXPECT_NE(read(known), "");
  EXPECT_EQ(read(known).find("987654321"), std::string::npos);
}

TEST_F(Ownership, ARefusedServiceNameKeepsTheOldServiceAliveAndLed) {
  Fleet first = deployed(fleet_options(folder_.path()), 1);
  const auto root = first.root("django-cron/0");
  standin::Options other = on_machine_of(first, "other-cron");
  other.config["service-name"] = "other";
  Fleet second = deployed(other, 1);
  first.set_config({{"service-name", "other"}});
  first.settle();
  EXPECT_EQ(first.status("django-cron/0").state, "blocked");
  EXPECT_THAT(read(crontab_path(root)), HasSubstr("\nIS_LEADER=True\n"));
  first.depose();
  first.update_status();
  first.settle();
  EXPECT_THAT(read(crontab_path(root)), HasSubstr("\nIS_LEADER=False\n"));
  EXPECT_THAT(read(crontab_path(root, "other")),
              HasSubstr("written by the Juju application other-cron."));
}

TEST_F(Ownership, ForeignThingsBesideOurStateAreNoConcern) {
  standin::Options options = fleet_options(folder_.path());
  options.config["jobs"] += "# " + std::string(200'000, 'x') + "\n";  // more than a pipe holds
  Fleet fleet(options);
  fleet.deploy(1);
  const auto root = fleet.root("django-cron/0");
  fs::create_directories(root / "var/lib/foo-maintenance/owner");
  fs::create_directories(root / "var/lib/fifo-maintenance");
  shell("mkfifo '" + (root / "var/lib/fifo-maintenance/owner").string() + "'");
  write(root / "var/lib/.db-maintenance.gone/keep", "me\n");
  fleet.settle();
  EXPECT_EQ(fleet.status("django-cron/0").message, "leader, 2 jobs");
  fleet.remove_unit("django-cron/0");
  fleet.settle();
  EXPECT_THAT(files_below(root), testing::ElementsAre("var/lib/.db-maintenance.gone/keep",
                                                      "var/lib/fifo-maintenance/owner"));
}

TEST_F(Ownership, AFolderInOurPlaceBlocksAndDoesNotStopTheRemoval) {
  for (const char* place :
       {"etc/cron.d/django-app-maintenance", "usr/local/bin/django-app-maintenance"}) {
    const TemporaryFolder folder;
    Fleet fleet = deployed(fleet_options(folder.path()), 1);
    const auto root = fleet.root("django-cron/0");
    fs::remove(root / place);
    write(root / place / "keep", "me\n");
    fleet.update_status();
    fleet.settle();
    EXPECT_EQ(fleet.status("django-cron/0").state, "blocked") << place;
    fleet.remove_unit("django-cron/0");
    fleet.settle();
    EXPECT_THAT(files_below(root), testing::ElementsAre(std::string(place) + "/keep"));
  }
}

TEST_F(Ownership, ALongApplicationNameWorksAndIsRemoved) {
  standin::Options options = fleet_options(folder_.path());
  options.principal = std::string(150, 'a');
  Fleet fleet = deployed(options, 1);
  const auto root = fleet.root("django-cron/0");
  EXPECT_EQ(fleet.status("django-cron/0").message, "leader, 2 jobs");
  const auto before = snapshot(root);
  fleet.update_status();
  fleet.settle();
  EXPECT_EQ(snapshot(root), before);
  fleet.remove_unit("django-cron/0");
  fleet.settle();
  EXPECT_THAT(files_below(root), IsEmpty());
}

TEST_F(Ownership, AServiceNameOfItsOwnLetsBothWork) {
  Fleet first = deployed(fleet_options(folder_.path()), 1);
  const auto root = first.root("django-cron/0");
  Fleet second = deployed(on_machine_of(first, "other-cron"), 1);
  second.set_config({{"service-name", "other"}});
  second.settle();
  EXPECT_EQ(second.status("other-cron/0").message, "leader, 2 jobs");
  EXPECT_THAT(read(crontab_path(root, "other")), HasSubstr("application other-cron."));
  EXPECT_THAT(read(crontab_path(root)), HasSubstr("application django-cron."));
}

TEST_F(Ownership, AFileOfTheSameNameIsNotTouched) {
  struct Case {
    const char* path;
    const char* text;
  };
  for (const Case& foreign :
       {Case{"etc/cron.d/django-app-maintenance", "# by hand\n17 3 * * * root true\n"},
        Case{"etc/cron.d/django-app-maintenance", ""},
        Case{"usr/local/bin/django-app-maintenance", "#!/bin/sh\n"},
        Case{"var/lib/django-app-maintenance/notes", "keep me\n"}}) {
    const TemporaryFolder folder;
    Fleet fleet(fleet_options(folder.path()));
    fleet.deploy(1);
    const auto root = fleet.root("django-cron/0");
    write(root / foreign.path, foreign.text);
    const auto before = snapshot(root);
    fleet.settle();
    EXPECT_EQ(snapshot(root), before) << foreign.path;
    EXPECT_EQ(fleet.status("django-cron/0").state, "blocked") << foreign.path;
    EXPECT_THAT(fleet.status("django-cron/0").message, HasSubstr("not ours")) << foreign.path;
    // Moved away, it is mended by the next hook.
    fs::remove(root / foreign.path);
    fleet.update_status();
    fleet.settle();
    EXPECT_EQ(fleet.status("django-cron/0").message, "leader, 2 jobs") << foreign.path;
  }
}

TEST_F(Ownership, RemovalLeavesAFileOfTheSameNameAlone) {
  Fleet fleet = undeployed();
  const auto root = fleet.root("django-cron/0");
  write(crontab_path(root), "# by hand\n");
  fleet.settle();
  fleet.remove_unit("django-cron/0");
  fleet.settle();
  EXPECT_EQ(read(crontab_path(root)), "# by hand\n");
}

TEST_F(Ownership, ALinkOrAFolderInTheWayIsNotFollowed) {
  Fleet fleet = undeployed();
  const auto root = fleet.root("django-cron/0");
  write(root / "precious", "keep me\n");
  fs::create_directories(root / "etc/cron.d");
  fs::create_symlink(root / "precious", crontab_path(root));
  fleet.settle();
  EXPECT_TRUE(fs::is_symlink(crontab_path(root)));
  EXPECT_EQ(read(root / "precious"), "keep me\n");
  EXPECT_EQ(fleet.status("django-cron/0").state, "blocked");
}

TEST_F(Ownership, EditsAreOverwritten) {
  Fleet fleet = deployed(fleet_options(folder_.path()), 1);
  const auto path = crontab_path(fleet.root("django-cron/0"));
  const std::string text = read(path);
  write(path, "# edited\n");
  fleet.update_status();
  fleet.settle();
  EXPECT_EQ(read(path), text);
  fs::permissions(path, fs::perms(0666));  // cron refuses a file that others can write
  fleet.update_status();
  fleet.settle();
  EXPECT_EQ(fs::status(path).permissions(), fs::perms(0644));
}

TEST_F(Ownership, WhatAUnitRemovedByForceLeftIsTakenOver) {
  Fleet fleet = deployed(fleet_options(folder_.path()), 1);
  const auto root = fleet.root("django-cron/0");
  fleet.remove_unit("django-cron/0", true);
  fleet.settle();
  ASSERT_NE(read(crontab_path(root)), "");
  standin::Options again = on_machine_of(fleet, "django-cron");
  again.config = {{"jobs", "- {name: only, schedule: '@daily', command: x}"}};
  again.model = "new";
  Fleet next = deployed(again, 1);
  EXPECT_EQ(next.status("django-cron/0").message, "leader, 1 job");
  EXPECT_THAT(read(crontab_path(root)), HasSubstr("run only\n"));
  EXPECT_FALSE(fs::exists(root / "var/lib/django-app-maintenance/jobs/rotate.json"));
}

}  // namespace
}  // namespace charm_test
