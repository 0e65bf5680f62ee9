// A machine with and without a cron daemon: what the install hook does about it. The machine is
// this one, with /usr/sbin and the folders that the charm writes to replaced in a mount namespace,
// and with an apt-get of the test's.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "charm_fixture.h"

namespace charm_test {
namespace {

using testing::HasSubstr;
using testing::Not;

class CronDaemonOfTheMachine : public testing::Test {
 protected:
  void SetUp() override {
    // In a chroot "/" may be no mount point, and then its propagation cannot be changed; where
    // nothing is shared that does no harm.
    const auto can_mount = [](const std::string& unshare) {
      return shell(unshare + " mount -t tmpfs tmpfs /mnt").status == 0;
    };
    if (can_mount("unshare -m --propagation private")) {
      unshare_ = "unshare -m --propagation private";
    } else if (shell("grep -q shared: /proc/self/mountinfo").status != 0 &&
               can_mount("unshare -m --propagation unchanged")) {
      unshare_ = "unshare -m --propagation unchanged";
    } else {
      GTEST_SKIP() << "no mount namespace can be made here (not root?)";
    }
    const auto tool = [this](const std::string& name, const std::string& script) {
      write(folder_.path() / "tools" / name, "#!/bin/sh\n" + script, fs::perms(0755));
    };
    tool("is-leader", "echo true\n");
    tool("config-get", "echo '{}'\n");
    tool("juju-log", "exit 0\n");
    tool("status-set", fmt::format("echo \"$@\" >> {}/status\n", folder_.path().string()));
    // Says how it was called, and does what the test wants of it.
    write(folder_.path() / "apt-get",
          fmt::format("#!/bin/sh\necho \"$@\" >> {0}/apt\nwhile read -r command; do sh -c "
                      "\"$command\"; done < {0}/apt-does\n",
                      folder_.path().string()),
          fs::perms(0755));
    write(folder_.path() / "apt-does", "exit 100\n");
  }

  // Runs hooks one after the other on a machine that was prepared with `prepare`; what the unit
  // last said.
  std::string run_hooks(const std::string& hooks, const std::string& prepare) {
    const std::string script = fmt::format(
        "set -e\n"
        "for folder in /usr/sbin /etc/cron.d /usr/local/bin /run; do mount -t tmpfs tmpfs $folder; "
        "done\n"
        "mkdir {0}/lib; mount --bind {0}/lib /var/lib\n"
        "mount --bind {0}/apt-get /usr/bin/apt-get\n"
        "{1}\n"
        "export PATH={0}/tools:/usr/bin:/bin JUJU_UNIT_NAME=django-cron/0 "
        "JUJU_PRINCIPAL_UNIT=django-app/0 JUJU_MODEL_NAME=m\n"
        "for hook in {2}; do JUJU_DISPATCH_PATH=hooks/$hook {3}/hooks/$hook; done\n"
        "ls /etc/cron.d > {0}/crontabs\n",
        folder_.path().string(), prepare, hooks, staged_charm().string());
    write(folder_.path() / "script", script);
    const auto result = shell(fmt::format("{} sh {}/script", unshare_, folder_.path().string()));
    EXPECT_EQ(result.status, 0) << result.err;
    return read(folder_.path() / "status");
  }

  TemporaryFolder folder_;
  std::string unshare_;
};

TEST_F(CronDaemonOfTheMachine, IsUsedWhereThereIsOne) {
  for (const char* daemon : {"/usr/sbin/cron", "/usr/sbin/crond"}) {
    fs::remove_all(folder_.path() / "lib");
    fs::remove(folder_.path() / "status");
    EXPECT_EQ(run_hooks("install", fmt::format("touch {0}; chmod 755 {0}", daemon)),
              "active -- leader, 0 jobs\n")
        << daemon;
    EXPECT_EQ(read(folder_.path() / "apt"), "");
  }
  EXPECT_EQ(read(folder_.path() / "crontabs"), "django-app-maintenance\n");
}

TEST_F(CronDaemonOfTheMachine, IsInstalledWhereThereIsNone) {
  write(folder_.path() / "apt-does", "touch /usr/sbin/cron; chmod 755 /usr/sbin/cron\n");
  EXPECT_EQ(run_hooks("install", ""), "active -- leader, 0 jobs\n");
  EXPECT_THAT(read(folder_.path() / "apt"), HasSubstr(" install --no-install-recommends cron\n"));
}

TEST_F(CronDaemonOfTheMachine, ThatCannotBeInstalledBlocksTheUnitWithTheRemedy) {
  EXPECT_EQ(run_hooks("install config-changed start", ""),
            "blocked -- no cron daemon on this machine; run: apt-get install cron\n");
  // The crontab is there for the day the daemon is; only install tries to bring it.
  EXPECT_EQ(read(folder_.path() / "crontabs"), "django-app-maintenance\n");
  EXPECT_THAT(read(folder_.path() / "apt"), HasSubstr(" update\n"));
}

TEST_F(CronDaemonOfTheMachine, InstalledByHandClearsTheStatus) {
  run_hooks("install", "");
  fs::rename(folder_.path() / "lib", folder_.path() / "kept");
  const std::string said = run_hooks(
      "update-status",
      fmt::format("cp -a {0}/kept/. {0}/lib/; touch /usr/sbin/crond; chmod 755 /usr/sbin/crond",
                  folder_.path().string()));
  EXPECT_THAT(said, testing::EndsWith("active -- leader, 0 jobs\n"));
}

TEST_F(CronDaemonOfTheMachine, IsNeverInstalledUnderARoot) {
  EXPECT_THAT(
      run_hooks("install", fmt::format("export LEADER_CRON_ROOT={}/root", folder_.path().string())),
      Not(HasSubstr("blocked")));
  EXPECT_EQ(read(folder_.path() / "apt"), "");
}

}  // namespace
}  // namespace charm_test
