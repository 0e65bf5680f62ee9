// A hook that finds everything as the last one left it does nothing; whatever is changed behind its
// back is mended by the next hook all the same.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <functional>

#include "charm_fixture.h"

namespace charm_test {
namespace {

using standin::Fault;
using standin::Fleet;
using testing::HasSubstr;
using testing::Not;

class Unchanged : public testing::Test {
 protected:
  Unchanged()
      : fleet_(deployed(fleet_options(folder_.path()), 2)), unit_(fleet_.leader().value()) {}

  fs::path root() const { return fleet_.root(unit_); }
  fs::path state() const { return root() / "var/lib/django-app-maintenance"; }

  fs::path jobs() const { return job_file(state(), "www-data"); }
  fs::path runs() const { return run_folder(state(), "x", "www-data").parent_path(); }

  // All that others see, and not what is remembered of it.
  std::map<std::string, std::pair<mode_t, std::string>> contents() const {
    std::map<std::string, std::pair<mode_t, std::string>> contents;
    for (const auto& [path, entry] : snapshot(root())) {
      if (!path.ends_with("/remembered")) contents[path] = {entry.mode, without_times(entry.text)};
    }
    return contents;
  }

  void hook(const std::string& name = "update-status") {
    const auto result = fleet_.run_hook(unit_, name);
    EXPECT_EQ(result.exit_status, 0) << result.err;
  }

  TemporaryFolder folder_;
  Fleet fleet_;
  std::string unit_;
};

// Same size, same modification time, same mode: only the file's change time tells.
void edit_in_secret(const fs::path& path, int at = 12) {
  const auto permissions = fs::status(path).permissions();
  const auto time = fs::last_write_time(path);
  fs::permissions(path, fs::perms(0600));
  {
    std::fstream file(path);
    file.seekp(at);
    file.put('#');
  }
  fs::permissions(path, permissions);
  fs::last_write_time(path, time);
}

TEST_F(Unchanged, WhatIsEditedOrDeletedIsMendedByTheNextHook) {
  const auto before = contents();
  struct Change {
    const char* what;
    std::function<void()> make;
  };
  const std::vector<Change> changes = {
      {"nothing", [] {}},
      {"a user's jobs edited", [this] { edit_in_secret(jobs(), 40); }},
      {"a user's jobs deleted", [this] { fs::remove(jobs()); }},
      {"a user's jobs readable by all", [this] { fs::permissions(jobs(), fs::perms(0444)); }},
      {"a user's jobs a link",
       [this] {
         fs::rename(jobs(), folder_.path() / "moved");
         fs::create_symlink(folder_.path() / "moved", jobs());
       }},
      {"a user's jobs a folder",
       [this] {
         fs::remove(jobs());
         fs::create_directories(jobs() / "x");
       }},
      {"jobs of a user that has none", [this] { write(state() / "jobs/7.jsonl", "{}"); }},
      {"a file that holds no jobs", [this] { write(state() / "jobs/foreign.json", "{}"); }},
      {"the file of one job, as there once were",
       [this] { write(state() / "jobs/rotate.json", "{}"); }},
      {"all jobs' files deleted", [this] { fs::remove_all(state() / "jobs"); }},
      {"the crontab edited", [this] { edit_in_secret(crontab_path(root())); }},
      {"the crontab deleted", [this] { fs::remove(crontab_path(root())); }},
      {"the crontab writable by all",
       [this] { fs::permissions(crontab_path(root()), fs::perms(0666)); }},
      {"the last good jobs edited", [this] { edit_in_secret(state() / "jobs.json"); }},
      {"the last good jobs deleted", [this] { fs::remove(state() / "jobs.json"); }},
      {"the status deleted", [this] { fs::remove(state() / "status"); }},
      {"the supervisor edited",
       [this] { write(root() / "usr/local/bin/django-app-maintenance", "x", fs::perms(0755)); }},
      {"the supervisor deleted",
       [this] { fs::remove(root() / "usr/local/bin/django-app-maintenance"); }},
      {"the leader's mark deleted", [this] { fs::remove(state() / "leader"); }},
      {"all run folders deleted", [this] { fs::remove_all(state() / "runs"); }},
      {"a user's run folders deleted", [this] { fs::remove_all(runs()); }},
      {"a user's run folders open to all", [this] { fs::permissions(runs(), fs::perms(0755)); }},
      {"a user's run folders a link",
       [this] {
         fs::remove(runs());
         fs::create_directories(folder_.path() / "elsewhere");
         fs::create_symlink(folder_.path() / "elsewhere", runs());
       }},
      {"a run folder of no job", [this] { fs::create_directories(runs() / "none"); }},
      {"a run folder of no user", [this] { fs::create_directories(state() / "runs/none/rotate"); }},
      {"run folders of a user that has no jobs",
       [this] { fs::create_directories(state() / "runs/7/rotate"); }},
      {"a file among the run folders", [this] { write(state() / "runs/7", "x"); }},
      {"left over by a hook that was killed", [this] { write(state() / ".status.new", "x"); }},
      {"left over beside the crontab",
       [this] { write(root() / "etc/cron.d/.django-app-maintenance.new", "x"); }},
      {"left over beside the state",
       [this] { fs::create_directories(root() / "var/lib/.django-app-maintenance.gone"); }},
      {"what is remembered deleted", [this] { fs::remove(state() / "remembered"); }},
      {"what is remembered damaged",
       [this] { write(state() / "remembered", "relation \nsight 0\n", fs::perms(0600)); }},
      {"what is remembered is nonsense",
       [this] { write(state() / "remembered", std::string(5000, '\xff'), fs::perms(0600)); }},
      {"what is remembered cannot be kept",
       [this] {
         fs::remove(state() / "remembered");
         fs::create_directories(state() / "remembered");
       }},
  };
  for (const Change& change : changes) {
    SCOPED_TRACE(change.what);
    hook();
    change.make();
    hook();
    auto after = contents();
    EXPECT_EQ(after, before);
    if (fs::is_directory(state() / "remembered")) fs::remove(state() / "remembered");
  }
}

TEST_F(Unchanged, ChangedAnswersOfJujuAreTakenUp) {
  const std::string text = crontab(fleet_, unit_);
  fleet_.set_config({{"jobs", "- {name: new, schedule: '@daily', command: x}"}});
  hook();
  EXPECT_THAT(crontab(fleet_, unit_), HasSubstr("run new\n"));
  fleet_.set_config({{"jobs", kJobs}});
  hook();
  EXPECT_EQ(crontab(fleet_, unit_), text);
  fleet_.depose();
  hook();
  EXPECT_THAT(crontab(fleet_, unit_), HasSubstr("\nIS_LEADER=False\n"));
  fleet_.elect(unit_);
  hook();
  EXPECT_EQ(crontab(fleet_, unit_), text);
}

TEST_F(Unchanged, AnotherNameInThePeerRelationIsReplaced) {
  // Leadership lost and won again while no hook of this unit ran.
  const std::string other = unit_ == "django-cron/0" ? "django-cron/1" : "django-cron/0";
  fleet_.partition(unit_);
  fleet_.settle();
  fleet_.heal(unit_);
  fleet_.elect(unit_);
  ASSERT_EQ(fleet_.application_data().at("leader"), other);
  hook();
  EXPECT_EQ(fleet_.application_data().at("leader"), unit_);
}

TEST_F(Unchanged, ARunThatFailedIsToldByTheNextHook) {
  fleet_.set_config({{"jobs", "- {name: bad, schedule: '@yearly', command: exit 3}"}});
  fleet_.settle();
  hook();
  const auto supervisor = root() / "usr/local/bin/django-app-maintenance";
  EXPECT_EQ(shell(supervisor.string() + " run bad", {{"LEADER_CRON_ROOT", root().string()}}).status,
            3);
  hook();
  EXPECT_THAT(fleet_.status(unit_).message, HasSubstr("bad failed"));
  hook();
  EXPECT_THAT(fleet_.status(unit_).message, HasSubstr("bad failed"));
}

TEST_F(Unchanged, AJobThatWillBeOverdueEndsWhatIsRemembered) {
  fleet_.set_config({{"jobs", "- {name: often, schedule: '* * * * *', command: x}"}});
  fleet_.settle();
  hook();
  const std::string text = read(state() / "remembered");
  const std::size_t until = text.find("until ");
  ASSERT_NE(until, std::string::npos) << text;
  const long when = std::stol(text.substr(until + 6));
  EXPECT_GT(when, std::time(nullptr));
  EXPECT_LE(when, std::time(nullptr) + 180);
  // As if it had been then.
  write(state() / "remembered",
        text.substr(0, until) + "until 1" + text.substr(text.find('\n', until)), fs::perms(0600));
  hook();
  EXPECT_THAT(read(state() / "remembered"), Not(HasSubstr("until 1\n")));
}

TEST_F(Unchanged, WithMetricsEachHookWritesThem) {
  const std::string folder = "/var/lib/metrics";
  fs::create_directories(root() / folder.substr(1));
  fleet_.set_config({{"metrics-directory", folder}});
  hook();
  fs::path written;
  for (const auto& entry : fs::directory_iterator(root() / folder.substr(1)))
    written = entry.path();
  ASSERT_FALSE(written.empty());
  fs::remove(written);
  hook();
  EXPECT_TRUE(fs::exists(written));
}

TEST_F(Unchanged, ATemplateOfAnotherKindIsTakenUp) {
  const fs::path charm = folder_.path() / "charm";
  fs::copy(staged_charm(), charm, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  fleet_.refresh(charm);
  fleet_.settle();
  hook();
  // Juju unpacks the charm for each unit; what counts is the one that the hook lies in.
  fs::path unpacked;
  for (const auto& entry : fs::recursive_directory_iterator(folder_.path() / "model")) {
    if (entry.path().filename() == "crontab.mustache" &&
        entry.path().string().find(unit_.substr(unit_.find('/') + 1)) != std::string::npos) {
      unpacked = entry.path();
    }
  }
  if (unpacked.empty()) unpacked = charm / "templates/crontab.mustache";
  write(unpacked, read(unpacked) + "# More.\n");
  hook();
  EXPECT_THAT(crontab(fleet_, unit_), HasSubstr("# More.\n"));
}

TEST_F(Unchanged, NothingIsRememberedOfAHookThatDidNotKnow) {
  fleet_.set_fault(unit_, "status-set", Fault{});
  fleet_.set_config({{"jobs", "[]"}});
  hook();
  hook();
  fleet_.clear_faults();
  hook();
  EXPECT_EQ(fleet_.status(unit_).message, "leader, 0 jobs");
}

TEST_F(Unchanged, ALeadersStampIsRenewedAllTheSame) {
  const auto stamp = root() / "run/django-app-maintenance/stamp";
  hook();
  fs::remove(stamp);
  fleet_.reset_counters();
  hook();
  EXPECT_NE(read(stamp), "");
  EXPECT_EQ(fleet_.tool_calls(unit_), 3u);
}

// Hooks of our own making, for they have to run where /etc is another: with a job of user
// www-data.
class UsersOfTheMachine : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto reason = why_no_namespace()) GTEST_SKIP() << *reason;
    write(tools_ / "is-leader", "#!/bin/sh\necho true\n", fs::perms(0755));
    answer_with_command("x");
    write(tools_ / "relation-ids", "#!/bin/sh\necho '[]'\n", fs::perms(0755));
    for (const char* name : {"status-set", "juju-log"})
      write(tools_ / name, "#!/bin/sh\n", fs::perms(0755));
    fs::copy("/etc/passwd", all());
    shell(fmt::format("grep -v '^www-data:' /etc/passwd > '{}'", less().string()));
  }

  static std::optional<std::string> why_no_namespace() {
    if (geteuid() != 0) return "needs root, for a mount namespace";
    const auto result = shell("exec unshare -m mount --bind /tmp /mnt");
    if (result.status != 0) return "this machine has no mount namespaces: " + result.err;
    return std::nullopt;
  }

  void answer_with_command(const std::string& command) const {
    write(tools_ / "config-get",
          fmt::format("#!/bin/sh\necho '{{\"jobs\": \"- {{name: a, schedule: \\\"@daily\\\", "
                      "command: {}, user: www-data}}\"}}'\n",
                      command),
          fs::perms(0755));
  }

  fs::path all() const { return folder_.path() / "all"; }
  fs::path less() const { return folder_.path() / "less"; }
  std::string installed() const { return read(crontab_path(place_)); }

  std::string hook() const {
    return fmt::format(
        "PATH='{}':$PATH LEADER_CRON_ROOT='{}' JUJU_DISPATCH_PATH=hooks/update-status "
        "JUJU_UNIT_NAME=django-cron/0 JUJU_PRINCIPAL_UNIT=django-app/0 '{}'",
        tools_.string(), place_.string(), leader_cron().string());
  }

  // Where /etc/passwd is another file.
  void hook_with(const fs::path& passwd) const {
    run_apart(fmt::format("mount --bind '{}' /etc/passwd && {}", passwd.string(), hook()));
  }

  static void run_apart(const std::string& script) {
    const auto result = shell(fmt::format("unshare -m sh -ec \"{}\"", script));
    EXPECT_EQ(result.status, 0) << result.err;
  }

  TemporaryFolder folder_;
  fs::path tools_ = folder_.path() / "tools";
  fs::path place_ = folder_.path() / "place";
};

// It would make cron drop the whole file.
TEST_F(UsersOfTheMachine, OneThatVanishesLosesItsLinesAtOnce) {
  hook_with(all());
  hook_with(all());
  EXPECT_THAT(installed(), HasSubstr("run a\n"));
  hook_with(less());
  EXPECT_THAT(installed(), HasSubstr("this machine has no user www-data"));
  EXPECT_THAT(installed(), Not(HasSubstr("run a\n")));
  hook_with(all());
  EXPECT_THAT(installed(), HasSubstr("run a\n"));
}

TEST_F(UsersOfTheMachine, OneThatComesWhileAHookRunsGetsItsLinesWithTheNext) {
  hook_with(less());
  hook_with(less());
  answer_with_command("other");
  write(tools_ / "juju-log", fmt::format("#!/bin/sh\ncat '{}' > /etc/passwd\n", all().string()),
        fs::perms(0755));
  hook_with(less());
  EXPECT_THAT(installed(), HasSubstr("this machine has no user www-data"));
  hook_with(less());
  EXPECT_THAT(installed(), HasSubstr("run a\n"));
}

TEST_F(UsersOfTheMachine, BehindALinkAreLookedAtToo) {
  const fs::path etc = folder_.path() / "etc";
  run_apart(
      fmt::format("cp -a /etc '{0}'; mv '{0}/passwd' '{0}/real'; ln -s real '{0}/passwd'; "
                  "mount --bind '{0}' /etc; {1}; {1}; cat '{2}' > /etc/real; {1}",
                  etc.string(), hook(), less().string()));
  EXPECT_THAT(installed(), HasSubstr("this machine has no user www-data"));
}

}  // namespace
}  // namespace charm_test
