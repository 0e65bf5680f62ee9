#include "commands/identity.h"

#include <gtest/gtest.h>

namespace leader_cron {
namespace {

using Role = Identity::Role;

TEST(Identity, JujuSaysWhichHookItIs) {
  EXPECT_EQ(identify("/charm/hooks/start", false, "hooks/start"), (Identity{Role::hook, "start"}));
  EXPECT_EQ(identify("/charm/dispatch", false, "hooks/db-relation-changed"),
            (Identity{Role::hook, "db-relation-changed"}));
  EXPECT_EQ(identify("/charm/actions/run-job", false, "actions/run-job"),
            (Identity{Role::action, "run-job"}));
}

TEST(Identity, TheLinkSaysItWhereJujuDoesNot) {
  EXPECT_EQ(identify("/charm/hooks/config-changed", false, ""),
            (Identity{Role::hook, "config-changed"}));
  EXPECT_EQ(identify("hooks/install", false, ""), (Identity{Role::hook, "install"}));
  EXPECT_EQ(identify("./update-status", false, ""), (Identity{Role::hook, "update-status"}));
  EXPECT_EQ(identify("actions/history", false, ""), (Identity{Role::action, "history"}));
}

TEST(Identity, TheSupervisorIsNamedAfterItsService) {
  EXPECT_EQ(identify("/usr/local/bin/django-app-maintenance", true, ""),
            (Identity{Role::supervisor, "django-app"}));
  EXPECT_EQ(identify("django-app-maintenance", false, ""),
            (Identity{Role::supervisor, "django-app"}));
}

TEST(Identity, WhatAHookStartsIsNotThatHook) {
  EXPECT_EQ(identify("bin/leader-cron", true, "hooks/start"), (Identity{Role::command, ""}));
  EXPECT_EQ(identify("/usr/local/bin/app-maintenance", true, "hooks/start"),
            (Identity{Role::supervisor, "app"}));
}

TEST(Identity, AllElseIsTheCommand) {
  EXPECT_EQ(identify("leader-cron", true, ""), (Identity{Role::command, ""}));
  EXPECT_EQ(identify("./build/leader-cron", false, ""), (Identity{Role::command, ""}));
  EXPECT_EQ(identify("-maintenance", true, ""), (Identity{Role::command, ""}));
  EXPECT_EQ(identify("", false, ""), (Identity{Role::command, ""}));
}

}  // namespace
}  // namespace leader_cron
