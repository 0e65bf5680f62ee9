// The commands an operator types, and the supervisor that cron starts.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <sstream>

#include "charm_fixture.h"

namespace charm_test {
namespace {

using standin::Fleet;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

class Command : public testing::Test {
 protected:
  ShellResult run(const std::string& words,
                  const std::map<std::string, std::string>& environment = {}) const {
    return shell(fmt::format("cd '{}' && exec '{}' {}", folder_.path().string(),
                             leader_cron().string(), words),
                 environment);
  }

  TemporaryFolder folder_;
};

TEST_F(Command, CheckAcceptsAGoodFile) {
  write(folder_.path() / "jobs.yaml", kJobs);
  const auto result = run("check jobs.yaml");
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out,
            "jobs.yaml: 2 jobs, no problems\n"
            "  clearsessions  every day at 03:17\n"
            "  rotate         every hour\n");
}

TEST_F(Command, CheckTellsAllProblemsWithTheirPlaces) {
  write(folder_.path() / "jobs.yaml", "- name: A\n  schedule: 17 25 * * *\n  command: x\n");
  const auto result = run("check jobs.yaml");
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(
      result.out,
      "jobs.yaml:1:9: name 'A' is not made of lowercase letters, digits and hyphens; write a\n"
      "jobs.yaml:2:16: hour 25 is out of range 0-23\n");
}

TEST_F(Command, OnATerminalCheckShowsTheLineAndACaret) {
  write(folder_.path() / "jobs.yaml", "- name: a\n  schedule: 17 25 * * *\n  command: x\n");
  const auto result = shell(fmt::format("cd '{}' && script -qec \"'{}' check jobs.yaml\" /dev/null",
                                        folder_.path().string(), leader_cron().string()));
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, HasSubstr("jobs.yaml:2:16: hour 25 is out of range 0-23\r\n"
                                    "    schedule: 17 25 * * *\r\n"
                                    "                 ^\r\n"));
}

TEST_F(Command, CheckWarnsAndStillAccepts) {
  write(folder_.path() / "jobs.yaml",
        "- {name: a, schedule: '* 3 1 * 1', command: x}\n- {name: b, schedule: '30 2 * * *', "
        "command: x}\n");
  const auto result = run("check jobs.yaml --zone UTC");
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(
      result.out,
      HasSubstr("jobs.yaml:1:23: warning: day of month and day of week are both restricted"));
  EXPECT_THAT(result.out, Not(HasSubstr("daylight")));
}

TEST_F(Command, CheckSpeaksJson) {
  write(folder_.path() / "jobs.yaml", "- {name: a, schedule: 0 25 * * *, command: x}\n");
  const auto result = run("check jobs.yaml --format json");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, HasSubstr("\"message\": \"hour 25 is out of range 0-23\""));
  EXPECT_EQ(result.err, "");
}

TEST_F(Command, NextTellsTheComingRunsInOrder) {
  write(folder_.path() / "jobs.yaml", kJobs);
  const auto result = run("next jobs.yaml --count 3 --from 2026-11-23T02:00:00Z --zone UTC");
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out,
            "2026-11-23 03:00 +00:00  rotate         every hour\n"
            "2026-11-23 03:17 +00:00  clearsessions  every day at 03:17\n"
            "2026-11-23 04:00 +00:00  rotate         every hour\n");
  EXPECT_THAT(run("next jobs.yaml --count 1 --from @0 --zone UTC --format json").out,
              HasSubstr("\"at\": \"1970-01-01T01:00:00Z\""));
  EXPECT_EQ(run("next jobs.yaml --zone UTC").status, 0);
}

TEST_F(Command, NextDrawsAWeekWithColoursOnATerminalOnly) {
  write(folder_.path() / "jobs.yaml", kJobs);
  const auto piped = run("next jobs.yaml --calendar --from 2026-11-23 --zone UTC");
  EXPECT_THAT(piped.out, HasSubstr("\n03:00     2     2     2     2     2     2     2\n"));
  const auto terminal = shell(
      fmt::format("cd '{}' && script -qec \"'{}' next jobs.yaml --calendar --zone UTC\" /dev/null",
                  folder_.path().string(), leader_cron().string()));
  EXPECT_THAT(terminal.out, HasSubstr("\033[31m"));
}

TEST_F(Command, NextRefusesWhatItCannotRead) {
  write(folder_.path() / "jobs.yaml", kJobs);
  EXPECT_EQ(run("next jobs.yaml --zone Mars/Olympus").status, 2);
  EXPECT_THAT(run("next jobs.yaml --zone ../../etc/passwd").err, HasSubstr("knows no time zone"));
  EXPECT_EQ(run("next jobs.yaml --from yesterday").status, 2);
  EXPECT_EQ(run("next jobs.yaml --count 0").status, 2);
  EXPECT_EQ(run("next jobs.yaml --format xml").status, 2);
  write(folder_.path() / "bad.yaml", "- {name: A}\n");
  EXPECT_EQ(run("next bad.yaml").status, 1);
}

TEST_F(Command, CheckReadsStandardInput) {
  write(folder_.path() / "jobs.yaml", "- name: A\n");
  const auto result = shell(fmt::format("'{}' check - < '{}'", leader_cron().string(),
                                        (folder_.path() / "jobs.yaml").string()));
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, HasSubstr("(standard input):1:9: name 'A'"));
  // A pipe will do, and so will a file that only its owner may open.
  EXPECT_THAT(shell(fmt::format("echo '- {{name: A}}' | '{}' check -", leader_cron().string())).out,
              HasSubstr("(standard input):1:10: name 'A'"));
}

TEST_F(Command, CheckSaysWhichFileItCannotRead) {
  const auto result = run("check nothing.yaml");
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, "leader-cron: cannot read 'nothing.yaml': No such file or directory\n");
}

TEST_F(Command, RenderGivesWhatAUnitGets) {
  write(folder_.path() / "jobs.yaml", kJobs);
  Fleet fleet = deployed(fleet_options(folder_.path()), 2);
  const std::string names = "--service django-app --application django-cron";
  for (const std::string& unit : fleet.units()) {
    const auto result =
        run("render jobs.yaml " + names + (unit == fleet.leader() ? " --leader" : ""));
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out, crontab(fleet, unit));
  }
}

TEST_F(Command, RenderOfABadFileGivesItsProblemsAndNoCrontab) {
  write(folder_.path() / "jobs.yaml", "- name: A\n");
  const auto result = run("render jobs.yaml");
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("jobs.yaml:1:9: name 'A'"));
}

TEST_F(Command, NonsenseIsAUsageError) {
  EXPECT_EQ(run("").status, 2);
  EXPECT_EQ(run("chekc x").status, 2);
  EXPECT_EQ(run("check").status, 2);
  EXPECT_EQ(run("render x --service 'Django App'").status, 2);
  EXPECT_EQ(run("--help").status, 0);
  EXPECT_THAT(run("--help").out, HasSubstr("check"));
  EXPECT_THAT(run("check --help").out, HasSubstr("FILE"));
  EXPECT_THAT(run("--version").out, HasSubstr("0."));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

class Supervisor : public testing::Test {
 protected:
  // As which the jobs of root run here: without root, as the caller's user.
  static std::string home() { return geteuid() == 0 ? "/root" : "/h"; }
  static std::string name() { return geteuid() == 0 ? "root" : "l"; }

  // The supervisor of a unit with these jobs, run on that unit.
  ShellResult run(const std::string& jobs, const std::string& words,
                  std::map<std::string, std::string> environment = {}) {
    standin::Options options = fleet_options(folder_.path());
    options.work = folder_.path() / fmt::format("model{}", ++models_);
    options.config = {{"jobs", jobs}};
    Fleet fleet = deployed(options, 1);
    const auto root = fleet.root("django-cron/0");
    environment["LEADER_CRON_ROOT"] = root;
    return shell(
        fmt::format("'{}' {}", (root / "usr/local/bin/django-app-maintenance").string(), words),
        environment);
  }

  TemporaryFolder folder_;
  int models_ = 0;
};

TEST_F(Supervisor, GivesTheJobsOwnStatusAndOutput) {
  const auto result =
      run("- {name: a, schedule: '@daily', command: 'echo out; echo err >&2; exit 7'}", "run a");
  EXPECT_EQ(result.status, 7);
  EXPECT_EQ(result.out, "out\nerr\n");
  EXPECT_EQ(result.err, "django-app-maintenance: a: failure: exit 7\n");
  EXPECT_EQ(run("- {name: a, schedule: '@daily', command: 'kill -TERM $$'}", "run a").status,
            128 + 15);
  EXPECT_EQ(run("- {name: a, schedule: '@daily', command: 'no-such-program'}", "run a").status,
            127);
}

TEST_F(Supervisor, GivesTheJobItsDirectoryAndEnvironmentOnTopOfCrons) {
  const std::string jobs =
      "- {name: a, schedule: '@daily', directory: /usr/share, environment: {A: 'b c', PATH: /bin},"
      " command: 'exec /usr/bin/env'}";
  // By hand, what the crontab says; what the caller's shell has besides is none of a job's
  // business.
  const auto by_hand = run(jobs, "run a", {{"CALLERS", "own"}, {"HOME", "/h"}, {"LOGNAME", "l"}});
  EXPECT_THAT(lines_of(by_hand.out),
              UnorderedElementsAre("IS_LEADER=True", "SHELL=/bin/sh", "HOME=" + home(),
                                   "LOGNAME=" + name(), "A=b c", "PATH=/bin", "PWD=/usr/share"));
}

TEST_F(Supervisor, ItsOwnFailureIs125) {
  const std::string jobs =
      "- {name: clearsessions, schedule: '@daily', directory: /no/such/folder, command: x}";
  EXPECT_EQ(run(jobs, "run clearsession").status, 125);
  EXPECT_EQ(run(jobs, "run clearsession").err,
            "django-app-maintenance: no job clearsession; did you mean clearsessions?\n");
  EXPECT_EQ(run(jobs, "run ../../owner").status, 125);
  EXPECT_EQ(run(jobs, "run clearsessions").status, 125);
  EXPECT_THAT(run(jobs, "run clearsessions").err,
              HasSubstr("cannot change to the directory '/no/such/folder'"));
  EXPECT_EQ(run(jobs, "").status, 125);
  EXPECT_EQ(run(jobs, "--help").status, 0);
}

TEST_F(Supervisor, StartedByRootItBecomesTheJobsUser) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  const auto result =
      run("- {name: a, schedule: '@daily', user: www-data, command: 'id -un; id -Gn; echo $LOGNAME "
          "$HOME'}",
          "run a");
  EXPECT_EQ(result.out, "www-data\nwww-data\nwww-data /var/www\n") << result.err;
}

TEST_F(Supervisor, AnotherUserCannotReadAJob) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  standin::Options options = fleet_options(folder_.path());
  options.config = {
      {"jobs", "- {name: a, schedule: '@daily', user: www-data, command: 'echo secret'}"}};
  Fleet fleet = deployed(options, 1);
  const auto root = fleet.root("django-cron/0");
  const std::string run_it =
      fmt::format("'{}' run a", (root / "usr/local/bin/django-app-maintenance").string());
  const auto as = [&](const std::string& user) {
    return shell(
        fmt::format("exec setpriv --reuid={} --regid=nogroup --clear-groups {}", user, run_it),
        {{"LEADER_CRON_ROOT", root}});
  };
  EXPECT_EQ(as("www-data").out, "secret\n");
  EXPECT_EQ(as("nobody").status, 125);
  EXPECT_THAT(as("nobody").err, HasSubstr("no job a"));
}

TEST_F(Supervisor, RootDoesNotBecomeWhomAJobsUserWroteIntoItsFile) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  standin::Options options = fleet_options(folder_.path());
  options.config = {{"jobs", "- {name: a, schedule: '@daily', user: www-data, command: id}"}};
  Fleet fleet = deployed(options, 1);
  const auto root = fleet.root("django-cron/0");
  const auto path = job_file(root / "var/lib/django-app-maintenance", "www-data");
  for (const char* user : {"root", "nobody"}) {
    std::string text = read(path);
    text.replace(text.find("\"www-data\""), 10, fmt::format("\"{}\"", user));
    // As www-data may do with its own file.
    write(folder_.path() / "forged", text);
    ASSERT_EQ(shell(fmt::format("chmod 644 '{0}'; setpriv --reuid=www-data --regid=www-data "
                                "--clear-groups sh -c 'chmod u+w \"{1}\" && cat \"{0}\" > \"{1}\"'",
                                (folder_.path() / "forged").string(), path.string()))
                  .status,
              0);
    const auto result =
        shell(fmt::format("'{}' run a", (root / "usr/local/bin/django-app-maintenance").string()),
              {{"LEADER_CRON_ROOT", root}});
    EXPECT_EQ(result.status, 125) << result.out;
    EXPECT_EQ(result.out, "");
    fleet.run_hook("django-cron/0", "update-status");
    EXPECT_THAT(read(path), HasSubstr("\"www-data\""));
    EXPECT_THAT(read(path), Not(HasSubstr(user)));
  }
}

}  // namespace
}  // namespace charm_test
