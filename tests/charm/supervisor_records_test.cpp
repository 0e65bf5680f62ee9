// What runs leave on record: kept whole, bounded, each user's own, and safe from what a job's user
// puts in its place.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>

#include "supervised_service.h"

namespace charm_test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// As a user other than root, in root's place a program's caller.
ShellResult as(const std::string& user, const std::string& command,
               const std::map<std::string, std::string>& environment = {}) {
  const std::string group = user == "nobody" ? "nogroup" : user;
  auto with = environment;
  with["COMMAND"] = command;
  return shell(fmt::format("exec setpriv --reuid={} --regid={} --clear-groups sh -c \"$COMMAND\"",
                           user, group),
               with);
}

uid_t owner_of(const fs::path& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0 ? status.st_uid : static_cast<uid_t>(-1);
}

// Records as if a job had run so often, `count` of them, from a real one.
std::string many_records(const nlohmann::json& real, int count) {
  std::string text;
  for (int i = 1; i <= count; ++i) {
    nlohmann::json record = real;
    record["start"] =
        fmt::format("2026-01-{:02}T{:02}:{:02}:00.000Z", i / 1440 + 1, i / 60 % 24, i % 60);
    record["end"] = record["start"];
    record["runs"] = i;
    record["failures"] = i / 2;
    text += record.dump() + "\n";
  }
  return text;
}

class SupervisorRecords : public SupervisedService {
 protected:
  // Into the file as it is, with its owner.
  void put_records(const std::string& job, const std::string& text) const {
    std::ofstream(record_file(job), std::ios::binary | std::ios::trunc) << text;
  }

  std::map<std::string, std::string> rooted() const { return {{"LEADER_CRON_ROOT", root()}}; }
};

TEST_F(SupervisorRecords, ATornEndIsMendedAndWhatIsBeforeItStays) {
  install();
  const std::map<std::string, std::string> ends = {
      {"half a line", R"({"result":"success","trigger":"sched)"},
      {"one byte", "{"},
      {"NULs", std::string(300, '\0')},
      {"a page of NULs", std::string(4096, '\0')},
      {"many NULs", std::string(100'000, '\0')},
      {"half a line and NULs", R"({"result":)" + std::string(200, '\0')},
      {"a long half", "{\"result\":\"" + std::string(40'000, 'x')},
  };
  for (const auto& [name, end] : ends) {
    SCOPED_TRACE(name);
    fs::remove(record_file("a"));
    for (const int status : {0, 2, 0}) by_cron("a", fmt::format("exit {}", status));
    const std::string before = read(record_file("a"));
    put_records("a", before + end);
    EXPECT_EQ(history("a").size(), 3u);
    EXPECT_EQ(by_cron("a", "exit 4").status, 4);
    EXPECT_THAT(read(record_file("a")), StartsWith(before));
    EXPECT_EQ(what_is_wrong_with_records(record_file("a")), "");
    EXPECT_EQ(results("a").size(), 4u);
    EXPECT_EQ(last_record("a").value("runs", 0), 4);
    EXPECT_EQ(last_record("a").value("failures", 0), 2);
    EXPECT_EQ(history("a").size(), 4u);
  }
}

TEST_F(SupervisorRecords, LinesThatAreNoRecordsAreForgottenByReaders) {
  install();
  by_cron("a", "exit 2");
  const std::string one = read(record_file("a"));
  put_records("a", "garbage\n\n" + one + "{}\n[1]\n{\"result\":3}\n\"x\"\n");
  EXPECT_EQ(history("a").size(), 1u);
  EXPECT_EQ(by_cron("a", "exit 0").status, 0);
  EXPECT_EQ(history("a").size(), 2u);
  EXPECT_EQ(last_record("a").value("runs", 0), 2);
  fs::remove(record_file("a"));
}

TEST_F(SupervisorRecords, TheNewestThousandAreKeptAndTotalsCountOn) {
  install();
  by_cron("a", "exit 3");
  const auto real = last_record("a");
  put_records("a", many_records(real, 1300));
  const auto before = history("a");
  ASSERT_EQ(before.size(), 1000u);
  EXPECT_EQ(before.front().value("runs", 0), 301);
  EXPECT_EQ(before.back().value("runs", 0), 1300);
  for (int i = 0; i < 3; ++i) by_cron("a", "exit 3");
  const auto after = history("a");
  ASSERT_EQ(after.size(), 1000u);
  EXPECT_EQ(after.front().value("runs", 0), 304);
  EXPECT_EQ(after.back().value("runs", 0), 1303);
  EXPECT_EQ(after.back().value("failures", 0), 653);
  EXPECT_LE(records("a").size(), 1100u);
  EXPECT_EQ(history("a --count 5").size(), 5u);
  // Skipped ones do not push them out of the totals.
  EXPECT_EQ(owner_of(record_file("a")), 0u);
  EXPECT_EQ(fs::status(record_file("a")).permissions(), fs::perms(0600));
}

TEST_F(SupervisorRecords, SkippedRunsDoNotPushOutTheLastThatRan) {
  install();
  by_cron("a", "exit 3");
  const std::string failed = read(record_file("a"));
  auto skipped = last_record("a");
  skipped["result"] = "skipped";
  skipped["reason"] = "this unit has not been confirmed as leader for 20 minutes";
  std::string text = failed;
  for (int i = 0; i < 1200; ++i) text += skipped.dump() + "\n";
  put_records("a", text);
  fs::remove(root() / "run/django-app-maintenance/stamp");
  by_cron("a", "exit 0");
  EXPECT_LT(records("a").size(), 1100u);
  EXPECT_EQ(results("a").front(), "failure");
  EXPECT_EQ(results("a").back(), "skipped");
  hook();
  EXPECT_THAT(juju_status(), HasSubstr("a failed"));
  EXPECT_THAT(by_hand("list").out, HasSubstr("exit 3"));
}

TEST_F(SupervisorRecords, WhatAJobsUserWritesThereIsShownInPlainLines) {
  install();
  by_cron("nob", "exit 3");
  auto record = last_record("nob");
  record["result"] = "lost";
  record["reason"] = "x\033]0;title\007\nroot  forged";
  record["last-line"] = "\033[31mred\nroot  forged";
  put_records("nob", record.dump() + "\n");
  hook();
  for (const std::string& text :
       {by_hand("history nob").out, by_hand("list").out, by_hand("status").out, juju_status()}) {
    EXPECT_EQ(text.find('\033'), std::string::npos) << text;
    EXPECT_EQ(text.find("\nroot  forged"), std::string::npos) << text;
  }
}

TEST_F(SupervisorRecords, EachUserReadsItsOwnAndRootAll) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  install();
  const std::map<std::string, std::string> users = {{"www-data", "www"}, {"nobody", "nob"}};
  for (const char* job : {"a", "www", "nob"}) {
    by_cron(job, "echo ran");
    const auto real = last_record(job);
    put_records(job, many_records(real, 1000));
  }
  EXPECT_EQ(history("").size(), 3000u);
  for (const auto& [user, own] : users) {
    SCOPED_TRACE(user);
    const auto result = as(user, "'" + program().string() + "' history --format json", rooted());
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("are not shown"));
    const auto shown = nlohmann::json::parse(result.out, nullptr, false);
    ASSERT_EQ(shown.size(), 1000u);
    for (const auto& record : shown) EXPECT_EQ(record.value("job", ""), own);
    EXPECT_EQ(as(user, "cat '" + record_file(own).string() + "'").status, 0);
    for (const std::string job : {"a", "www", "nob"}) {
      if (job == own) continue;
      SCOPED_TRACE(job);
      const std::string text = read(record_file(job));
      const auto other = as(user, "'" + program().string() + "' history " + job, rooted());
      EXPECT_NE(other.status, 0);
      EXPECT_EQ(other.out, "");
      const std::string folder = run_folder(job);
      for (const char* attempt :
           {"cat '{}/records.jsonl'", "ls '{}'", "echo x >> '{}/records.jsonl'",
            "rm -f '{}/records.jsonl'", ": > '{}/running.1'", "mv '{}' '{}.gone'", "rm -rf '{}'",
            "ln -s /etc '{}/link'", "chmod 777 '{}'", ": > '{}/../new'"}) {
        std::string command = attempt;
        for (std::size_t at = 0; (at = command.find("{}")) != std::string::npos;)
          command.replace(at, 2, folder);
        EXPECT_NE(as(user, command).status, 0) << command;
      }
      EXPECT_EQ(read(record_file(job)), text);
      // Nor can it hold another's lock.
      EXPECT_NE(as(user, fmt::format("flock -n '{}' true", folder)).status, 0);
      // Nor start another's job.
      EXPECT_EQ(as(user, "'" + program().string() + "' run " + job, rooted()).status, 125);
    }
  }
}

TEST_F(SupervisorRecords, AJobThatChangesItsUserTakesItsRecordsAlong) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  install();
  by_cron("www", "echo secret");
  ASSERT_EQ(owner_of(record_file("www")), 33u);
  const std::string before = read(record_file("www"));
  // What is no file of the user's own does not go along.
  write(in_folder("shadow"), "of root\n", fs::perms(0600));
  ASSERT_EQ(as("www-data", fmt::format("cd '{}' && ln -s '{}' link && mkfifo fifo && mkdir -p d/d",
                                       run_folder("www").string(), in_folder("shadow")))
                .status,
            0);
  configure("- {name: www, schedule: '@daily', user: nobody, command: 'eval \"$DO\"'}\n");
  EXPECT_THAT(juju_status(), StartsWith("active"));
  EXPECT_EQ(owner_of(run_folder("www")), 65534u);
  for (const auto& entry : fs::directory_iterator(run_folder("www")))
    EXPECT_EQ(owner_of(entry.path()), 65534u) << entry.path();
  EXPECT_EQ(read(record_file("www")), before);
  EXPECT_THAT(read(run_folder("www") / "output.log"), HasSubstr("secret\n"));
  EXPECT_FALSE(fs::exists(fs::symlink_status(run_folder("www") / "link")));
  EXPECT_EQ(read(in_folder("shadow")), "of root\n");
  for (const char* file : {"records.jsonl", "output.log"})
    EXPECT_NE(as("www-data", fmt::format("cat '{}'", (run_folder("www") / file).string())).status,
              0);
  EXPECT_EQ(by_cron("www", "id -un").status, 0);
  EXPECT_EQ(last_record("www").value("last-line", ""), "nobody");
  EXPECT_EQ(last_record("www").value("runs", 0), 2);
  EXPECT_EQ(history("www").size(), 2u);
}

TEST_F(SupervisorRecords, AJobThatMovesTakesNothingOfAThirdUsersAlong) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  install();
  by_cron("www", "echo real");
  by_cron("nob", "exit 0");
  const std::string real = read(record_file("www"));
  // nobody says in its own file and folder that the job was its own.
  const auto forge = [this] {
    EXPECT_EQ(
        as("nobody",
           fmt::format("cd '{0}' && mkdir www && echo forged > www/records.jsonl && cd / && "
                       "chmod u+w '{1}' && sed 's/\"name\":\"nob\"/\"name\":\"www\"/' '{1}' > "
                       "/tmp/$$ && cat /tmp/$$ >> '{1}'; rm /tmp/$$",
                       run_folder("nob").parent_path().string(),
                       job_file(state(), "nobody").string()))
            .status,
        0);
  };
  forge();
  EXPECT_EQ(by_hand("run www", {{"DO", "id -un"}, {"IS_LEADER", "True"}}).status, 0);
  const auto real_folder = charm_test::run_folder(state(), "www", "www-data");
  EXPECT_THAT(read(real_folder / "records.jsonl"), HasSubstr("\"last-line\":\"www-data\""));
  const auto shown = history("www");
  EXPECT_EQ(shown.size(), 2u);
  hook();
  EXPECT_FALSE(fs::exists(charm_test::run_folder(state(), "www", "nobody")));
  EXPECT_THAT(read(job_file(state(), "nobody")), Not(HasSubstr("\"name\":\"www\"")));
  const std::string before = read(real_folder / "records.jsonl");
  EXPECT_THAT(before, StartsWith(real));
  // Nor does it become so while the job goes to another.
  forge();
  configure(
      "- {name: www, schedule: '@daily', user: daemon, command: 'eval \"$DO\"'}\n"
      "- {name: nob, schedule: '@daily', user: nobody, command: 'eval \"$DO\"'}\n");
  EXPECT_EQ(read(charm_test::run_folder(state(), "www", "daemon") / "records.jsonl"), before);
  EXPECT_FALSE(fs::exists(charm_test::run_folder(state(), "www", "nobody")));
  EXPECT_FALSE(fs::exists(real_folder));
}

TEST_F(SupervisorRecords, ALinkInPlaceOfAJobsFolderIsNotFollowed) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  install();
  by_cron("a", "echo of root");
  const auto secret = run_folder("a");
  const auto before = snapshot(secret);
  const auto plant = [&](const std::string& job) {
    EXPECT_EQ(as("www-data", fmt::format("cd '{}' && rm -rf {} && ln -s '{}' {}",
                                         charm_test::run_folder(state(), "", "www-data").string(),
                                         job, secret.string(), job))
                  .status,
              0);
  };
  by_cron("www", "exit 0");
  plant("www");
  for (const char* words : {"history", "history www", "list", "status"})
    EXPECT_EQ(by_hand(words).status, 0) << words;
  EXPECT_EQ(history("www").size(), 0u);
  hook();
  hook("config-changed");
  EXPECT_EQ(by_cron("www", "exit 3").status, 125);
  EXPECT_EQ(snapshot(secret), before);
  // It moves with its job no more than it is looked through, and goes with it.
  configure(
      "- {name: www, schedule: '@daily', user: nobody, command: 'eval \"$DO\"'}\n"
      "- {name: a, schedule: '@daily', command: 'eval \"$DO\"'}\n"
      "- {name: other, schedule: '@daily', user: www-data, command: 'eval \"$DO\"'}\n");
  EXPECT_THAT(juju_status(), StartsWith("active"));
  EXPECT_EQ(snapshot(secret), before);
  EXPECT_FALSE(fs::exists(fs::symlink_status(run_folder("www"))));
  EXPECT_EQ(by_cron("www", "exit 3").status, 3);
  plant("none");
  hook();
  EXPECT_FALSE(fs::exists(fs::symlink_status(charm_test::run_folder(state(), "none", "www-data"))));
  EXPECT_EQ(snapshot(secret), before);
}

struct Planted {
  const char* name;
  const char* command;  // in the job's folder, as its user
};

TEST_F(SupervisorRecords, WhatAJobsUserPlantsHarmsNobodyElse) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  install();
  write(in_folder("secret"), "of root\n", fs::perms(0600));
  const std::vector<Planted> table = {
      {"a link", "ln -sf '{}' records.jsonl; ln -sf '{}' output.log; ln -sf '{}' output.log.1"},
      {"a link to nowhere", "ln -sf /no/such/file records.jsonl; ln -sf /no/such/file output.log"},
      {"a pipe", "rm -f *; mkfifo records.jsonl output.log output.log.1 running.1 running.x"},
      {"a folder", "rm -f *; mkdir -p records.jsonl/x output.log/x output.log.1/x running.1/x"},
      {"a terabyte of nothing", "truncate -s 1T records.jsonl output.log output.log.1 running.1"},
      {"newlines", "rm -f *; head -c 8388608 /dev/zero | tr '\\0' '\\n' > records.jsonl"},
      {"empty records", "rm -f *; yes '{}' | head -c 8388600 > records.jsonl"},
      {"depth",
       "rm -f *; head -c 8388607 /dev/zero | tr '\\0' '[' > records.jsonl; echo >> "
       "records.jsonl"},
      {"no rights", "chmod 0 records.jsonl output.log"},
      {"a closed folder", "chmod 0 ."},
      {"many files", "i=0; while [ $i -lt 500 ]; do i=$((i+1)); : > running.$i; done"},
  };
  // So much memory as a small machine has to spare; a build with sanitizers does not start with it.
  std::string limit = "ulimit -v 262144;";
  if (shell(fmt::format("{} exec '{}' --help", limit, program().string())).status != 0) limit = "";
  for (const Planted& each : table) {
    SCOPED_TRACE(each.name);
    hook();
    by_cron("www", "echo out");
    std::string command = each.command;
    if (command.find("ln -sf '{}'") != std::string::npos) {
      for (std::size_t at = 0; (at = command.find("{}")) != std::string::npos;)
        command.replace(at, 2, in_folder("secret"));
    }
    ASSERT_EQ(as("www-data", "cd '" + run_folder("www").string() + "' && " + command).status, 0);
    // A minute, for what would hang.
    for (const char* words :
         {"history", "history www", "history --format json", "status", "list"}) {
      const auto answer = shell(
          fmt::format("{} exec timeout 60 '{}' {}", limit, program().string(), words), rooted());
      EXPECT_EQ(answer.status, 0) << words << ": " << answer.err;
      EXPECT_THAT(answer.out, Not(HasSubstr("of root")));
    }
    hook();
    hook("config-changed");
    Started run = start("www", "exit 3");
    EXPECT_TRUE(becomes_true([&] { return run.has_ended(); }));
    // His own folder is his to close.
    EXPECT_EQ(run.wait().status, std::string(each.name) == "a closed folder" ? 125 : 3);
    EXPECT_EQ(read(in_folder("secret")), "of root\n");
    EXPECT_EQ(owner_of(in_folder("secret")), 0u);
    // Its user takes it away again.
    as("www-data", "cd '" + run_folder("www").string() + "' && rm -rf records.jsonl out* runn*");
    shell("chmod 700 '" + run_folder("www").string() + "'; cd '" + run_folder("www").string() +
          "' && rm -rf records.jsonl out* runn*");
    EXPECT_EQ(by_cron("www", "exit 4").status, 4);
    EXPECT_EQ(results("www").size(), 1u);
  }
}

TEST_F(SupervisorRecords, AnswersOfTenJobsWithFullRecords) {
  std::string jobs;
  for (int i = 0; i < 10; ++i)
    jobs += fmt::format("- {{name: job{}, schedule: '@hourly', command: 'eval \"$DO\"'}}\n", i);
  install(jobs);
  by_cron("a", "echo a last line as they come, of some fifty characters");
  const auto real = last_record("a");
  for (int i = 0; i < 10; ++i) {
    const std::string job = fmt::format("job{}", i);
    by_cron(job, ":");
    put_records(job, many_records(real, 1000));
  }
  const auto start = std::chrono::steady_clock::now();
  const auto result = by_hand("history");
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 10'002);  // a title, and a's
  RecordProperty(
      "history-of-10000-ms",
      std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
  EXPECT_EQ(history("job3").size(), 1000u);
}

}  // namespace
}  // namespace charm_test
