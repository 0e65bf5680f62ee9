// Juju runs one hook of a unit at a time, but one whose agent was killed goes on. Here two of them
// are started at once, with hook tools that answer when they are told to.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "charm_fixture.h"
#include "supervised_service.h"

namespace charm_test {
namespace {

using standin::Fleet;
using testing::HasSubstr;

const char* const kUnit = "django-cron/0";

class HookLock : public testing::Test {
 protected:
  // Hook tools of a hook of this name, whose is-leader says this when it may answer.
  void make_tools(const std::string& name, const std::string& leader) {
    const fs::path tools = folder_.path() / name;
    const auto program = fs::perms(0755);
    write(tools / "is-leader",
          "#!/bin/sh\n: > '" + asked(name).string() + "'\nuntil [ -e '" + go(name).string() +
              "' ]; do sleep 0.01; done\necho " + leader + "\n",
          program);
    write(folder_.path() / "jobs.json",
          "{\"jobs\": \"- {name: a, schedule: '@daily', command: 'true'}\", \"handover\": "
          "\"immediate\", \"leadership-ttl\": 15, \"log-level\": \"info\", \"service-name\": \"\", "
          "\"metrics-directory\": \"\"}\n");
    write(tools / "config-get",
          "#!/bin/sh\nexec cat '" + (folder_.path() / "jobs.json").string() + "'\n", program);
    write(tools / "relation-ids", "#!/bin/sh\necho '[]'\n", program);
    for (const char* tool : {"status-set", "juju-log", "relation-set", "relation-get"})
      write(tools / tool, "#!/bin/sh\necho '{}'\n", program);
  }

  Started start_hook(const std::string& name, const fs::path& root) const {
    return Started({staged_charm() / "hooks/update-status"},
                   {{"PATH", (folder_.path() / name).string() + ":/usr/bin:/bin"},
                    {"LEADER_CRON_ROOT", root},
                    {"JUJU_DISPATCH_PATH", "hooks/update-status"},
                    {"JUJU_HOOK_NAME", "update-status"},
                    {"JUJU_UNIT_NAME", kUnit},
                    {"JUJU_PRINCIPAL_UNIT", "django-app/0"},
                    {"JUJU_MODEL_NAME", "prod"}});
  }

  fs::path asked(const std::string& name) const { return folder_.path() / (name + "-asked"); }
  fs::path go(const std::string& name) const { return folder_.path() / (name + "-go"); }

  // Whether it has come to the lock.
  static bool has_opened_lock(const Started& hook) {
    std::error_code ignored;
    const fs::path folder = fs::path("/proc") / std::to_string(hook.id()) / "fd";
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      if (fs::read_symlink(entry.path(), ignored).filename() == "hook.lock") return true;
    }
    return false;
  }

  // One that was told that it leads hangs; another is told that it does not. The last word counts.
  void expect_one_after_the_other(const fs::path& root) {
    make_tools("stuck", "true");
    make_tools("later", "false");
    write(go("later"), "");
    Started stuck = start_hook("stuck", root);
    ASSERT_TRUE(becomes_true([this] { return fs::exists(asked("stuck")); }));
    Started later = start_hook("later", root);
    ASSERT_TRUE(becomes_true([&] { return has_opened_lock(later) || later.has_ended(); }));
    // One that does not wait would ask in this time.
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    EXPECT_FALSE(fs::exists(asked("later")));
    EXPECT_FALSE(later.has_ended());

    write(go("stuck"), "");
    const ShellResult first = stuck.wait();
    EXPECT_EQ(first.status, 0) << first.err;
    const ShellResult second = later.wait();
    EXPECT_EQ(second.status, 0) << second.err;
    EXPECT_TRUE(fs::exists(asked("later")));
    EXPECT_THAT(read(crontab_path(root)), HasSubstr("\nIS_LEADER=False\n"));
    EXPECT_FALSE(fs::exists(root / "run/django-app-maintenance/stamp"));
  }

  TemporaryFolder folder_;
};

TEST_F(HookLock, AHookWaitsForOneThatIsStuck) {
  const Fleet fleet = deployed(fleet_options(folder_.path()), 1);
  expect_one_after_the_other(fleet.root(kUnit));
}

TEST_F(HookLock, TheFirstHookAfterARebootHoldsTheLockToo) {
  Fleet fleet = deployed(fleet_options(folder_.path()), 1);
  fleet.reboot(kUnit);
  expect_one_after_the_other(fleet.root(kUnit));
}

TEST_F(HookLock, AHookThatWasKilledLeavesNoLock) {
  Fleet fleet = deployed(fleet_options(folder_.path()), 1);
  fleet.set_fault(kUnit, "is-leader",
                  {standin::Fault::Kind::kill_hook, std::chrono::milliseconds(0), 0, ""});
  EXPECT_NE(fleet.run_hook(kUnit, "update-status").exit_status, 0);
  fleet.clear_faults();
  EXPECT_EQ(fleet.run_hook(kUnit, "update-status").exit_status, 0);
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
}

}  // namespace
}  // namespace charm_test
