// The staged charm's files in the hands of Debian's own cron: what runs, where, and what cron gets
// to see.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <list>
#include <set>

#include "charm_fixture.h"
#include "cron_daemon.h"

namespace charm_test {
namespace {

using cron_harness::CronDaemon;
using standin::Fleet;
using testing::HasSubstr;
using testing::Not;

constexpr std::chrono::sys_seconds kStart =
    std::chrono::sys_days(std::chrono::year(2026) / 1 / 5) + std::chrono::hours(12);

class RealCron : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto reason = cron_harness::why_cron_cannot_run_here()) GTEST_SKIP() << *reason;
    fs::permissions(folder_.path(), fs::perms(0777));  // jobs of any user write here
  }

  Fleet fleet_with(const std::string& jobs, int units) {
    standin::Options options = fleet_options(folder_.path());
    options.config = {{"jobs", jobs}};
    return deployed(options, units);
  }

  CronDaemon& cron_on(const Fleet& fleet, const std::string& unit) {
    cron_harness::CronDaemonOptions options;
    options.root = fleet.root(unit);
    options.start = kStart;
    return daemons_.emplace_back(options);
  }

  std::string in_folder(const std::string& name) const { return folder_.path() / name; }

  std::string jobs_writing(const std::string& name) const {
    // The unit is told by the only thing that differs between them here: cron's view of
    // /etc/cron.d.
    return "- name: mark\n  schedule: '* * * * *'\n  command: cat /run/unit-name >> " +
           in_folder(name) + "\n";
  }

  // A name for each unit in its own /run, as jobs see it.
  static void name_units(const Fleet& fleet) {
    for (const std::string& unit : fleet.units())
      write(fleet.root(unit) / "run/unit-name", unit + "\n");
  }

  TemporaryFolder folder_;
  std::list<CronDaemon> daemons_;
};

std::size_t lines_in(const std::string& text, const std::string& line) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(line + "\n", at)) != std::string::npos; ++at) ++count;
  return count;
}

TEST_F(RealCron, TheJobRunsOnTheLeaderOnlyAndAfterAFailOverOnTheNewOne) {
  Fleet fleet = fleet_with(jobs_writing("ran"), 3);
  name_units(fleet);
  for (const std::string& unit : fleet.units()) cron_on(fleet, unit);
  const auto minutes = [this](int n) {
    for (CronDaemon& cron : daemons_) cron.run_minutes(n);
  };
  const std::string first = fleet.leader().value();
  minutes(5);
  EXPECT_EQ(read(in_folder("ran")),
            first + "\n" + first + "\n" + first + "\n" + first + "\n" + first + "\n");

  const std::string second = first == "django-cron/2" ? "django-cron/0" : "django-cron/2";
  fleet.elect(second);
  fleet.settle();
  fs::remove(in_folder("ran"));
  minutes(5);
  EXPECT_EQ(read(in_folder("ran")),
            second + "\n" + second + "\n" + second + "\n" + second + "\n" + second + "\n");

  fleet.kill(second);
  fleet.settle();
  const std::string third = fleet.leader().value();
  fs::remove(in_folder("ran"));
  std::size_t index = 0;
  for (CronDaemon& cron : daemons_) {
    if ("django-cron/" + std::to_string(index++) != second) cron.run_minutes(3);
  }
  EXPECT_EQ(read(in_folder("ran")), third + "\n" + third + "\n" + third + "\n");
}

TEST_F(RealCron, AJobForAllUnitsRunsOnAll) {
  Fleet fleet = fleet_with(jobs_writing("ran") + "  run-on: all\n", 3);
  name_units(fleet);
  for (const std::string& unit : fleet.units()) cron_on(fleet, unit).run_minutes(2);
  for (const std::string& unit : fleet.units())
    EXPECT_EQ(lines_in(read(in_folder("ran")), unit), 2u);
}

// A command that trips whoever passes it on: separators, both quotes, %, #, a backslash, lines,
// length.
std::string nasty_command(const std::string& file) {
  std::string command =
      "false && echo no || echo 'one  %d' \"two \\\" $HOME\"; printf '%s\\n' a#b 'c\\\\d' # rest\n";
  command += "cat <<'END'\n";
  command += std::string(4000, 'x') + "\n; rm -rf nothing || `echo no` $(echo no) %% \\% ' \"\n";
  command += "END\nfor i in 1 2 3; do echo \"$i\"; done\n";
  while (command.size() < 5000) command += "# " + std::string(70, 'y') + "\n";
  return "{\n" + command + "\necho end; } > " + file + " 2>&1\nexit 3";
}

std::string indented(const std::string& text) {
  std::string result = "    ";
  for (const char c : text) result += c == '\n' ? "\n    " : std::string(1, c);
  return result + "\n";
}

TEST_F(RealCron, ANastyCommandRunsAsTheShellWouldRunItAndNoPartOfItOnAFollower) {
  const std::string command = nasty_command(in_folder("out"));
  ASSERT_GE(command.size(), 5000u);
  Fleet fleet =
      fleet_with("- name: nasty\n  schedule: '* * * * *'\n  directory: /tmp\n  command: |-\n" +
                     indented(command),
                 2);
  ASSERT_EQ(fleet.status(fleet.leader().value()).message, "leader, 1 job");

  const std::string follower =
      fleet.leader() == "django-cron/0" ? "django-cron/1" : "django-cron/0";
  CronDaemon& follower_cron = cron_on(fleet, follower);
  follower_cron.run_minutes(2);
  EXPECT_FALSE(fs::exists(in_folder("out")));
  EXPECT_THAT(follower_cron.log(), HasSubstr("run nasty"));  // cron did start the guard

  cron_on(fleet, fleet.leader().value()).run_minutes(1);
  const std::string by_cron = read(in_folder("out"));
  write(in_folder("command"), command);
  shell("/bin/sh -c \"$(cat " + in_folder("command") + ")\"", {{"HOME", "/root"}});
  EXPECT_EQ(by_cron, read(in_folder("out")));
  EXPECT_THAT(by_cron, HasSubstr("one  %d two \" /root\n"));
}

TEST_F(RealCron, TheGuardExitsZeroOnFollowersAndTheJobsStatusIsCronsOnTheLeader) {
  Fleet fleet = fleet_with("- {name: fails, schedule: '* * * * *', command: exit 3}\n", 2);
  for (const std::string& unit : fleet.units()) {
    cron_harness::CronDaemonOptions options;
    options.root = fleet.root(unit);
    options.start = kStart;
    options.arguments = {"-L", "7"};  // 4: log what fails
    CronDaemon& cron = daemons_.emplace_back(options);
    cron.run_minutes(2);
    if (unit == fleet.leader()) {
      EXPECT_THAT(cron.log(), HasSubstr("status 3")) << cron.log();
    } else {
      EXPECT_THAT(cron.log(), Not(HasSubstr("FAILED"))) << cron.log();
    }
  }
}

TEST_F(RealCron, AJobRunsAsItsUserInItsDirectoryWithItsEnvironment) {
  Fleet fleet = fleet_with(
      "- name: whoami\n  schedule: '* * * * *'\n  user: www-data\n  directory: /usr/share\n"
      "  environment: {TOKEN: 'a \"b\" $c', PATH: '/opt:/usr/bin:/bin'}\n"
      "  command: '(id -un; pwd; echo \"$TOKEN\"; echo \"$PATH\"; echo \"$IS_LEADER $LOGNAME\") "
      "> " +
          in_folder("out") + "'\n",
      1);
  cron_on(fleet, "django-cron/0").run_minutes(1);
  EXPECT_EQ(read(in_folder("out")),
            "www-data\n/usr/share\na \"b\" $c\n/opt:/usr/bin:/bin\nTrue www-data\n");
}

TEST_F(RealCron, AJobWhoseUserIsMissingDoesNotStopTheOthers) {
  Fleet fleet =
      fleet_with(jobs_writing("ran") +
                     "- {name: x, schedule: '* * * * *', command: x, user: nobody-has-this-name}\n",
                 1);
  name_units(fleet);
  CronDaemon& cron = cron_on(fleet, "django-cron/0");
  cron.run_minutes(2);
  EXPECT_EQ(lines_in(read(in_folder("ran")), "django-cron/0"), 2u) << cron.log();
  EXPECT_EQ(fleet.status("django-cron/0").message,
            "leader, 2 jobs; no user nobody-has-this-name for x");
}

// Whole seconds of a path's modification time.
time_t second_of(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(lstat(path.c_str(), &status), 0) << path;
  return status.st_mtim.tv_sec;
}

TEST_F(RealCron, LeadershipThatFlipsWithinASecondIsSeenInItsLastState) {
  Fleet fleet = fleet_with(jobs_writing("ran"), 2);
  name_units(fleet);
  const std::string unit = "django-cron/0";
  const std::string other = "django-cron/1";
  const fs::path path = crontab_path(fleet.root(unit));
  fleet.elect(unit);
  fleet.settle();
  CronDaemon& cron = cron_on(fleet, unit);
  std::set<time_t> seconds = {second_of(path)};
  // Each state lasts one of cron's minutes, all of them within a second or two of real time.
  for (int flip = 1; flip <= 20; ++flip) {
    const bool leads = flip % 2 == 0;
    fleet.elect(leads ? unit : other);
    fleet.settle();
    EXPECT_TRUE(seconds.insert(second_of(path)).second) << "two versions in one second";
    fs::remove(in_folder("ran"));
    cron.run_minutes(1);
    EXPECT_EQ(lines_in(read(in_folder("ran")), unit), leads ? 1u : 0u) << "flip " << flip;
  }
  // Two changes between two of cron's looks.
  fleet.elect(other);
  fleet.settle();
  fleet.elect(unit);
  fleet.settle();
  fs::remove(in_folder("ran"));
  cron.run_minutes(1);
  EXPECT_EQ(lines_in(read(in_folder("ran")), unit), 1u);
}

// The same, with files replaced as any program would: the harness can fail.
TEST_F(RealCron, WithoutTheCureAChangeWithinASecondIsNotSeen) {
  Fleet fleet = fleet_with(jobs_writing("ran"), 1);
  name_units(fleet);
  const fs::path path = crontab_path(fleet.root("django-cron/0"));
  CronDaemon& cron = cron_on(fleet, "django-cron/0");
  std::string text = read(path);
  // Not IS_LEADER, which a run looks up for itself: the job is to run no more.
  text.replace(text.find("\n* * * * *"), 10, "\n0 0 1 1 *");
  const fs::path temporary = path.parent_path() / ".naive";
  write(temporary, text);
  const timespec times[2] = {{0, UTIME_OMIT},
                             {second_of(path), 0}};  // as if within the same second
  ASSERT_EQ(utimensat(AT_FDCWD, temporary.c_str(), times, 0), 0);
  fs::rename(temporary, path);
  cron.run_minutes(1);
  EXPECT_EQ(lines_in(read(in_folder("ran")), "django-cron/0"),
            1u);  // it still runs: cron has not looked
}

// A crontab that appears in the very second in which cron looked at a folder that had changed in
// that second.
class CreatedAsCronLooks : public RealCron {
 protected:
  // Gives the folder's time the second that cron then has seen, creates the crontab, and says
  // whether cron runs it.
  template <typename Create>
  bool is_seen(const Fleet& fleet, Create create) {
    const fs::path folder = crontab_path(fleet.root("django-cron/0")).parent_path();
    fs::create_directories(folder);
    fs::create_directories(fleet.root("django-cron/0") / "run");
    write(fleet.root("django-cron/0") / "run/unit-name", "django-cron/0\n");
    CronDaemon& cron = cron_on(fleet, "django-cron/0");
    // Within one second of real time: something else changes the folder, cron looks, the crontab
    // appears.
    for (int attempt = 0; attempt < 20; ++attempt) {
      fs::remove(crontab_path(fleet.root("django-cron/0")));
      write(folder / ".something-else", "");
      fs::remove(folder / ".something-else");
      const time_t changed = second_of(folder);
      cron.run_minutes(1);
      const time_t created = create();
      if (created != changed) continue;  // a second ended in between: again
      fs::remove(in_folder("ran"));
      cron.run_minutes(2);
      return !read(in_folder("ran")).empty();
    }
    ADD_FAILURE() << "this machine is too slow to do all that within one second";
    return false;
  }

  static time_t now() {
    return std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  }
};

TEST_F(CreatedAsCronLooks, ItIsNotLost) {
  standin::Options options = fleet_options(folder_.path());
  options.config = {{"jobs", jobs_writing("ran")}};
  Fleet fleet(options);
  fleet.deploy(1);
  EXPECT_TRUE(is_seen(fleet, [&fleet] {
    fleet.run_hook("django-cron/0", "update-status");
    struct stat status {};
    lstat(crontab_path(fleet.root("django-cron/0")).c_str(), &status);
    return status.st_ctim.tv_sec;
  }));
}

TEST_F(CreatedAsCronLooks, WithoutTheCureItIsLost) {
  standin::Options options = fleet_options(folder_.path());
  Fleet fleet(options);
  fleet.deploy(1);
  EXPECT_FALSE(is_seen(fleet, [this, &fleet] {
    const fs::path path = crontab_path(fleet.root("django-cron/0"));
    write(path.parent_path() / ".naive", "* * * * * root echo x >> " + in_folder("ran") + "\n");
    fs::rename(path.parent_path() / ".naive", path);
    return second_of(path.parent_path());
  }));
}

}  // namespace
}  // namespace charm_test
