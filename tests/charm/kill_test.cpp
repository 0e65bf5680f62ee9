// A hook killed with SIGKILL before any system call that writes leaves the old crontab or the new
// one, never less, and the next hook repairs the rest. strace(1) does the killing.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <sstream>

#include "charm_fixture.h"

namespace charm_test {
namespace {

using standin::Fleet;
using testing::AnyOf;
using testing::Eq;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// All by which the program changes something on the machine.
constexpr const char* kWritingCalls[] = {
    "openat",    "write", "rename", "fsync",    "fchmod",    "fchown", "unlink",
    "mkdir",     "rmdir", "link",   "symlink",  "utimensat", "chmod",  "renameat2",
    "ftruncate", "chown", "execve", "sendfile", "vfork",     "clone3", "memfd_create"};

const char* const kUnit = "django-cron/0";

class Kill : public testing::Test {
 protected:
  void SetUp() override {
    if (shell("strace -qq -o /dev/null true").status != 0)
      GTEST_SKIP() << "strace cannot trace on this machine";
    // The charm, with hooks that kill themselves when asked to.
    fs::copy(staged_charm(), charm_, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    for (const auto& hook : fs::directory_iterator(charm_ / "hooks")) {
      fs::remove(hook.path());
      write(hook.path(),
            "#!/bin/sh\n"
            "export ASAN_OPTIONS=detect_leaks=0\n"  // LeakSanitizer cannot work in a traced process
            "[ -n \"$KILL_CALL\" ] || exec bin/leader-cron\n"
            "exec strace -qq -o /dev/null -e trace=\"$KILL_CALL\" "
            "-e inject=\"$KILL_CALL\":signal=SIGKILL:when=\"$KILL_WHEN\" bin/leader-cron\n",
            fs::perms(0755));
    }
  }

  // A fleet of one unit that has not run any hook.
  Fleet new_fleet() {
    standin::Options options = fleet_options(folder_.path());
    options.charm = charm_;
    Fleet fleet(options);
    fleet.deploy(1);
    return fleet;
  }

  // Runs `hook` from the state that `root` is in, killed at each call in turn; `look` looks at what
  // that left, and `look_again` after one more hook, which nobody kills. Gives the number of kills.
  template <typename Look, typename LookAgain>
  int kill_everywhere(Fleet& fleet, const std::string& hook, Look look, LookAgain look_again) {
    const auto root = fleet.root(kUnit);
    const auto kept = folder_.path() / "kept";
    shell(fmt::format("cp -a '{}' '{}'", root.string(), kept.string()));
    int kills = 0;
    for (const char* call : kWritingCalls) {
      for (int when = 1;; ++when) {
        shell(fmt::format("rm -rf '{0}' && cp -a '{1}' '{0}'", root.string(), kept.string()));
        const auto killed =
            fleet.run_hook(kUnit, hook, {{"KILL_CALL", call}, {"KILL_WHEN", std::to_string(when)}});
        if (killed.exit_status == 0) break;
        EXPECT_EQ(killed.exit_status, 128 + 9) << call << " " << when << killed.err;
        if (killed.exit_status != 128 + 9) break;
        ++kills;
        SCOPED_TRACE(fmt::format("killed at {} number {}", call, when));
        look();
        EXPECT_EQ(fleet.run_hook(kUnit, hook).exit_status, 0);
        look_again();
        if (testing::Test::HasFailure()) return kills;
      }
    }
    return kills;
  }

  static std::map<std::string, std::pair<mode_t, std::string>> contents(const fs::path& root) {
    std::map<std::string, std::pair<mode_t, std::string>> contents;
    for (const auto& [path, entry] : snapshot(root)) {
      // What is remembered is about these very files, by their inodes and times; what lies in run/
      // tells of this boot only.
      if (path.ends_with("/remembered") || path.starts_with("run/")) continue;
      // A job's mark is the minute in which the job was new.
      contents[path] = {entry.mode, path.ends_with("/marks") ? "" : without_times(entry.text)};
    }
    return contents;
  }

  TemporaryFolder folder_;
  fs::path charm_ = folder_.path() / "charm";
};

TEST_F(Kill, AChangeOfJobsAndLeadershipIsAllOrNothingToCron) {
  Fleet fleet = new_fleet();
  fleet.settle();
  const auto root = fleet.root(kUnit);
  const std::string old_text = crontab(fleet, kUnit);
  // What the hook is to do: new jobs, one gone, no longer leader.
  fleet.set_config({{"jobs",
                     "- {name: rotate, schedule: '@daily', command: z}\n- {name: new, schedule: "
                     "'@daily', command: n}\n"}});
  fleet.depose();
  shell(fmt::format("cp -a '{}' '{}'", root.string(), (folder_.path() / "before").string()));
  ASSERT_EQ(fleet.run_hook(kUnit, "config-changed").exit_status, 0);
  const std::string new_text = crontab(fleet, kUnit);
  const auto wanted = contents(root);
  ASSERT_NE(new_text, old_text);
  shell(fmt::format("rm -rf '{0}' && cp -a '{1}' '{0}'", root.string(),
                    (folder_.path() / "before").string()));

  const int kills = kill_everywhere(
      fleet, "config-changed",
      [&] { EXPECT_THAT(crontab(fleet, kUnit), AnyOf(Eq(old_text), Eq(new_text))); },
      [&] { EXPECT_EQ(contents(root), wanted); });
  EXPECT_GT(kills, 40);
}

// The jobs that a crontab starts and their users' files lack.
std::vector<std::string> jobs_not_found(const fs::path& root) {
  const fs::path state = root / "var/lib/django-app-maintenance";
  std::vector<std::string> lost;
  std::istringstream lines(read(crontab_path(root)));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t run = line.find("-maintenance run ");
    if (line.starts_with('#') || run == std::string::npos) continue;
    const std::string job = line.substr(run + 17);
    std::istringstream words(line);
    std::string user;
    for (int i = 0; i < 6; ++i) words >> user;
    const fs::path file = job_file(state, user);
    if (read(file).find(",\"name\":\"" + job + "\",") == std::string::npos ||
        fs::status(file).permissions() != fs::perms(0400)) {
      lost.push_back(job + " of " + user);
    }
  }
  return lost;
}

TEST_F(Kill, TheCrontabNeverNamesAJobThatRunCannotFind) {
  Fleet fleet = new_fleet();
  const auto job = [](const std::string& name, const std::string& user,
                      const std::string& command) {
    return fmt::format("- {{name: {}, schedule: '@daily', user: {}, command: {}}}\n", name, user,
                       command);
  };
  fleet.set_config({{"jobs", job("stays", "root", "x") + job("goes", "root", "x") +
                                 job("alone", "www-data", "x") + job("moves", "nobody", "x")}});
  fleet.settle();
  const auto root = fleet.root(kUnit);
  ASSERT_THAT(jobs_not_found(root), IsEmpty());
  // One changes, one is new, one goes, one goes with its user's file, one moves between users.
  fleet.set_config({{"jobs", job("stays", "root", "y") + job("fresh", "root", "x") +
                                 job("moves", "root", "x") + job("more", "nobody", "x")}});
  const int kills = kill_everywhere(
      fleet, "config-changed", [&] { EXPECT_THAT(jobs_not_found(root), IsEmpty()); },
      [&] {
        EXPECT_THAT(jobs_not_found(root), IsEmpty());
        EXPECT_THAT(read(job_file(root / "var/lib/django-app-maintenance")),
                    Not(HasSubstr("goes")));
      });
  EXPECT_GT(kills, 40);
}

TEST_F(Kill, AFirstInstallationIsAllOrNothingToCron) {
  Fleet fleet = new_fleet();
  const auto root = fleet.root(kUnit);
  fs::create_directories(root);
  shell(fmt::format("cp -a '{}' '{}'", root.string(), (folder_.path() / "before").string()));
  ASSERT_EQ(fleet.run_hook(kUnit, "config-changed").exit_status, 0);
  const std::string new_text = crontab(fleet, kUnit);
  const auto wanted = contents(root);
  shell(fmt::format("rm -rf '{0}' && cp -a '{1}' '{0}'", root.string(),
                    (folder_.path() / "before").string()));

  const int kills = kill_everywhere(
      fleet, "config-changed",
      [&] { EXPECT_THAT(crontab(fleet, kUnit), AnyOf(Eq(""), Eq(new_text))); },
      [&] { EXPECT_EQ(contents(root), wanted); });
  EXPECT_GT(kills, 40);
}

TEST_F(Kill, ARemovalCanBeTakenUpAnywhere) {
  Fleet fleet = new_fleet();
  fleet.settle();
  const auto root = fleet.root(kUnit);
  const std::string old_text = crontab(fleet, kUnit);
  const int kills = kill_everywhere(
      fleet, "remove", [&] { EXPECT_THAT(crontab(fleet, kUnit), AnyOf(Eq(old_text), Eq(""))); },
      [&] { EXPECT_THAT(files_below(root), IsEmpty()); });
  EXPECT_GT(kills, 10);
}

TEST_F(Kill, AMoveToAnotherServiceNameNeverLeavesNoCrontab) {
  Fleet fleet = new_fleet();
  fleet.settle();
  fleet.set_config({{"service-name", "shop"}});
  const auto root = fleet.root(kUnit);
  const int kills = kill_everywhere(
      fleet, "config-changed",
      [&] { EXPECT_FALSE(crontab(fleet, kUnit).empty() && crontab(fleet, kUnit, "shop").empty()); },
      [&] {
        EXPECT_EQ(crontab(fleet, kUnit), "");
        EXPECT_NE(crontab(fleet, kUnit, "shop"), "");
        EXPECT_EQ(lasting_files_below(root).size(), geteuid() == 0 ? 10u : 9u);
      });
  EXPECT_GT(kills, 40);
}

}  // namespace
}  // namespace charm_test
