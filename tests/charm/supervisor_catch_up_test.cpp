// Runs that a hook starts for a slot that was missed, and what it notes of slots that are lost:
// with a real supervisor, real locks and disks that do not help. When a hook does which is for
// catch_up_test.

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <thread>

#include "supervised_service.h"

namespace charm_test {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kSlot = "2026-01-05T03:17:00Z";
constexpr const char* kSlotOnRecord = "2026-01-05T03:17:00.000Z";

class SupervisorCatchUp : public SupervisedService {
 protected:
  // Job `nightly`, with catch-up and due in each minute, that runs until go() and says that it has
  // started.
  void install_nightly(const std::string& more = "") {
    install(
        fmt::format("- name: nightly\n"
                    "  schedule: '* * * * *'\n"
                    "  catch-up: true\n"
                    "  command: ': > {0}; until [ -e {1} ]; do sleep 0.02; done'\n{2}",
                    in_folder("started"), in_folder("go"), more));
  }
  bool has_started() const { return fs::exists(in_folder("started")); }
  void go() const { write(in_folder("go"), ""); }

  // As a hook does.
  Started catch_up(const std::string& job) const {
    return Started({program(), "run", job, "--catch-up", kSlot},
                   {{"LEADER_CRON_ROOT", root()}, {"MARK", mark()}});
  }

  // What the markers in a job's folder say.
  std::vector<nlohmann::json> markers(const std::string& job) const {
    std::vector<nlohmann::json> found;
    for (const auto& entry : fs::directory_iterator(run_folder(job))) {
      if (!entry.path().filename().string().starts_with("running.")) continue;
      const std::string text = read(entry.path());
      found.push_back(nlohmann::json::parse(text.substr(0, text.find('\n')), nullptr, false));
    }
    return found;
  }

  fs::path stamp() const { return root() / "run/django-app-maintenance/stamp"; }
};

// Puts a pipe where the stamp is, so that who reads the stamp waits for what it says.
class AskedStamp {
 public:
  explicit AskedStamp(const fs::path& stamp) : path_(stamp) {
    const fs::path pipe = stamp.string() + ".pipe";
    EXPECT_EQ(mkfifo(pipe.c_str(), 0644), 0);
    fs::rename(pipe, stamp);  // whoever reads the one before goes on with that
  }
  AskedStamp(const AskedStamp&) = delete;
  AskedStamp& operator=(const AskedStamp&) = delete;
  // Of a test that fails: nobody is to wait for it any more.
  ~AskedStamp() {
    answer("");
    std::error_code ignored;
    if (fs::is_fifo(path_, ignored)) fs::remove(path_, ignored);
  }

  bool is_asked() {
    return becomes_true([this] {
      pipe_ = open(path_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
      return pipe_ >= 0;
    });
  }

  void answer(const std::string& text) {
    if (pipe_ < 0) return;
    EXPECT_EQ(::write(pipe_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    close(pipe_);
    pipe_ = -1;
  }

 private:
  fs::path path_;
  int pipe_ = -1;
};

TEST_F(SupervisorCatchUp, ItsRecordSaysForWhichSlotAndThatItIsLate) {
  install(
      "- {name: well, schedule: '@daily', catch-up: true, command: 'echo done'}\n"
      "- {name: ill, schedule: '@daily', command: 'exit 3'}\n");
  struct Case {
    std::string job, slot;
    int status;
    std::string result;
  };
  for (const Case& each : {Case{"well", kSlot, 0, "success"}, Case{"ill", kSlot, 3, "failure"},
                           Case{"well", "2026-01-05T04:17:00+01:00", 0, "success"},
                           Case{"well", "'2026-01-05 03:17'", 0, "success"}}) {
    SCOPED_TRACE(each.job + " " + each.slot);
    const auto result = by_hand("run " + each.job + " --catch-up " + each.slot);
    EXPECT_EQ(result.status, each.status) << result.err;
    const auto record = last_record(each.job);
    EXPECT_EQ(record.value("trigger", ""), "catch-up") << record;
    EXPECT_EQ(record.value("slot", ""), kSlotOnRecord) << record;
    EXPECT_EQ(record.value("result", ""), each.result) << record;
  }
  EXPECT_EQ(last_record("well").value("runs", 0), 3);
  EXPECT_EQ(last_record("ill").value("failures", 0), 1);
  EXPECT_THAT(by_hand("history ill").out, HasSubstr(" catch-up "));
  EXPECT_EQ(history("ill").at(0).value("slot", ""), kSlotOnRecord);
}

TEST_F(SupervisorCatchUp, WhatIsNoTimeIsRefused) {
  install("- {name: c, schedule: '@daily', command: 'echo ran'}\n");
  for (const char* time : {"", "yesterday", "03:17", "2026-13-05T03:17:00Z", "2026-01-05T25:17:00Z",
                           "2026-01-05T03:17:00Z and more"}) {
    for (const std::string& words :
         {fmt::format("run c --catch-up '{}'", time), fmt::format("missed c '{}' {}", time, kSlot),
          fmt::format("missed c {} '{}'", kSlot, time)}) {
      SCOPED_TRACE(words);
      const auto result = by_hand(words);
      EXPECT_EQ(result.status, 125);
      EXPECT_EQ(result.out, "");
      EXPECT_THAT(
          result.err,
          HasSubstr(fmt::format("'{}' is no instant; write one like 2026-11-23T17:00:00Z", time)));
    }
  }
  EXPECT_EQ(by_hand("run c --catch-up").status, 125);
  EXPECT_EQ(by_hand("missed c " + std::string(kSlot)).status, 125);
  EXPECT_THAT(records("c"), IsEmpty());
}

// Whoever comes second is skipped: it has cron's lock, and cron has its.
TEST_F(SupervisorCatchUp, ItHasTheLockOfCronsRuns) {
  install_nightly();
  {
    Started cron = start("nightly", "");
    ASSERT_TRUE(becomes_true([this] { return has_started(); }));
    EXPECT_EQ(catch_up("nightly").wait().status, 0);
    const auto record = last_record("nightly");
    EXPECT_EQ(record.value("result", ""), "skipped") << record;
    EXPECT_EQ(record.value("reason", ""), "the run before it goes on") << record;
    EXPECT_EQ(record.value("trigger", ""), "catch-up") << record;
    EXPECT_EQ(record.value("slot", ""), kSlotOnRecord) << record;
    go();
    EXPECT_EQ(cron.wait().status, 0);
  }
  fs::remove(in_folder("go"));
  fs::remove(in_folder("started"));
  Started late = catch_up("nightly");
  ASSERT_TRUE(becomes_true([this] { return has_started(); }));
  EXPECT_EQ(by_cron("nightly", "").status, 0);
  EXPECT_EQ(last_record("nightly").value("result", ""), "skipped");
  EXPECT_EQ(last_record("nightly").value("trigger", ""), "schedule");
  go();
  EXPECT_EQ(late.wait().status, 0);
  EXPECT_THAT(results("nightly"), ElementsAre("skipped", "success", "skipped", "success"));
}

// docs/leadership.md: whoever takes the stamp away and reads the records then sees every run that
// was still let start.
TEST_F(SupervisorCatchUp, TheSlotIsOnTheDiskBeforeTheStampIsLookedAtForGood) {
  install_nightly();
  const std::string good = read(stamp());
  go();
  for (const bool cron : {false, true}) {
    SCOPED_TRACE(cron ? "by cron" : "by a hook");
    AskedStamp first(stamp());
    Started run = cron ? start("nightly", "") : catch_up("nightly");
    ASSERT_TRUE(first.is_asked());
    EXPECT_THAT(markers("nightly"), IsEmpty());
    AskedStamp second(stamp());
    first.answer(good);
    ASSERT_TRUE(second.is_asked());
    EXPECT_FALSE(has_started());
    const auto found = markers("nightly");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].value("result", ""), "lost") << found[0];
    EXPECT_EQ(found[0].value("trigger", ""), cron ? "schedule" : "catch-up");
    second.answer(good);
    EXPECT_EQ(run.wait().status, 0);
    EXPECT_TRUE(has_started());
    const auto record = last_record("nightly");
    EXPECT_EQ(record.value("result", ""), "success") << record;
    // Cron's slot is the minute in which it started the run.
    if (!cron) {
      EXPECT_EQ(record.value("slot", ""), kSlotOnRecord) << record;
    }
    EXPECT_EQ(found[0].value("slot", "none"), record.value("slot", "")) << found[0];
    EXPECT_THAT(markers("nightly"), IsEmpty());
    fs::remove(in_folder("started"));
  }
  fs::remove(stamp());
  hook();
}

TEST_F(SupervisorCatchUp, AStampThatGoesMeanwhileRefusesTheRunAndNoMarkerStays) {
  install_nightly();
  const std::string good = read(stamp());
  go();
  for (const bool cron : {false, true}) {
    SCOPED_TRACE(cron ? "by cron" : "by a hook");
    AskedStamp asked(stamp());
    Started run = cron ? start("nightly", "") : catch_up("nightly");
    ASSERT_TRUE(asked.is_asked());
    fs::remove(stamp());
    asked.answer(good);
    EXPECT_EQ(run.wait().status, 0);
    EXPECT_FALSE(has_started());
    EXPECT_THAT(markers("nightly"), IsEmpty());
    const auto record = last_record("nightly");
    EXPECT_EQ(record.value("result", ""), "skipped") << record;
    EXPECT_EQ(record.value("reason", ""),
              "leadership was not confirmed since this machine started");
    EXPECT_EQ(record.value("trigger", ""), cron ? "schedule" : "catch-up") << record;
    if (!cron) {
      EXPECT_EQ(record.value("slot", ""), kSlotOnRecord) << record;
    }
  }
  hook();
}

TEST_F(SupervisorCatchUp, ARunWhoseSupervisorIsKilledKeepsItsSlot) {
  install_nightly();
  Started run = catch_up("nightly");
  ASSERT_TRUE(becomes_true([this] { return has_started(); }));
  kill(run.id(), SIGKILL);
  run.wait();
  ASSERT_TRUE(becomes_true([this] { return !records("nightly").empty(); }));
  const auto record = last_record("nightly");
  EXPECT_EQ(record.value("result", ""), "lost") << record;
  EXPECT_EQ(record.value("trigger", ""), "catch-up") << record;
  EXPECT_EQ(record.value("slot", ""), kSlotOnRecord) << record;
  go();
}

// Where the disk does not take the slot, the run would be one that nobody knows of.
TEST_F(SupervisorCatchUp, OnAFullDiskALeadersRunDoesNotStart) {
  if (const auto reason = why_no_mounts()) GTEST_SKIP() << *reason;
  install(
      "- {name: leaders, schedule: '@daily', catch-up: true, command: 'eval \"$DO\"'}\n"
      "- {name: everybodys, schedule: '@daily', catch-up: true, run-on: all, command: 'eval "
      "\"$DO\"'}\n");
  const auto result = in_mount_namespace(
      "cp -a \"$STATE\" \"$OUT/copy\"\n"
      "mount -t tmpfs -o size=300k,mode=755 tmpfs \"$STATE\"\n"
      "cp -a \"$OUT/copy/.\" \"$STATE/\"\n"
      "set +e\n"
      "dd if=/dev/zero of=\"$STATE/fill\" bs=1k 2>/dev/null\n"
      "export DO=': > $OUT/leaders'; \"$SUPERVISOR\" run leaders; echo $?\n"
      "export DO=': > $OUT/everybodys'; \"$SUPERVISOR\" run everybodys; echo $?\n"
      "ls -A \"$STATE\"/runs/*/leaders > \"$OUT/files\"\n");
  EXPECT_EQ(result.out, "125\n0\n") << result.err;
  EXPECT_FALSE(fs::exists(in_folder("out/leaders")));
  EXPECT_TRUE(fs::exists(in_folder("out/everybodys")));
  EXPECT_THAT(read(in_folder("out/files")), Not(HasSubstr("running.")));
}

TEST_F(SupervisorCatchUp, MissedSlotsAreOnRecordAndNoFailure) {
  install();
  by_cron("a", "exit 2");
  by_cron("a", "exit 0");
  hook();
  const std::string status = juju_status();
  struct Case {
    std::string first, reason;
  };
  for (const Case& each : {Case{kSlot, "due at 2026-01-05T03:17:00.000Z"},
                           Case{"2026-01-03T03:17:00Z",
                                "due from 2026-01-03T03:17:00.000Z to 2026-01-05T03:17:00.000Z"}}) {
    const auto result = by_hand(fmt::format("missed a {} {}", each.first, kSlot));
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out + result.err, "");
    const auto record = last_record("a");
    EXPECT_EQ(record.value("result", ""), "missed") << record;
    EXPECT_EQ(record.value("slot", ""), kSlotOnRecord) << record;
    EXPECT_EQ(record.value("reason", ""), each.reason) << record;
    EXPECT_EQ(record.value("runs", 0), 2) << record;
    EXPECT_EQ(record.value("failures", 0), 1) << record;
    EXPECT_FALSE(record.contains("exit-status")) << record;
    EXPECT_THAT(by_hand("history a --count 1").out, HasSubstr(" missed: " + each.reason));
    EXPECT_EQ(history("a --count 1").at(0).value("result", ""), "missed");
  }
  EXPECT_THAT(results("a"), ElementsAre("failure", "success", "missed", "missed"));
  EXPECT_THAT(by_hand("status").out, HasSubstr("none"));
  hook();
  EXPECT_EQ(juju_status(), status);
}

TEST_F(SupervisorCatchUp, ARecordOfMissedSlotsBelongsToTheJobsUser) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  install();
  EXPECT_EQ(by_hand(fmt::format("missed www {0} {0}", kSlot)).status, 0);
  EXPECT_THAT(results("www"), ElementsAre("missed"));
  struct stat folder {};
  struct stat file {};
  ASSERT_EQ(stat(run_folder("www").c_str(), &folder), 0);
  ASSERT_EQ(stat(record_file("www").c_str(), &file), 0);
  EXPECT_NE(file.st_uid, 0u);
  EXPECT_EQ(file.st_uid, folder.st_uid);
}

// It is for hooks: whoever asks what can be done here is not told.
TEST_F(SupervisorCatchUp, TheCommandThatNotesMissedSlotsIsHidden) {
  install();
  const auto help = by_hand("--help");
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, AllOf(HasSubstr("history"), Not(HasSubstr("missed"))));
}

// A hook reads nothing of what it starts, so it is said in the system's log, too.
TEST_F(SupervisorCatchUp, WhatCannotBeDoneIsSaidWhereAHooksRunIsHeard) {
  install();
  const std::string missed = "missed b " + std::string(kSlot) + " " + kSlot;
  const std::string run = "run b --catch-up " + std::string(kSlot);
  const auto said = [&](const std::string& words, const std::string& what) {
    SCOPED_TRACE(words + ": " + what);
    SystemLogSocket log(root());
    Started started({"/bin/sh", "-c", fmt::format("exec '{}' {}", program().string(), words)},
                    {{"LEADER_CRON_ROOT", root()}});
    const auto lines = log.lines_until_end_of(started);
    const auto result = started.wait();
    EXPECT_EQ(result.status, 125);
    EXPECT_THAT(result.err, HasSubstr(what));
    EXPECT_EQ(lines.size(), 1u);
    EXPECT_THAT(lines, Each(HasSubstr(what)));
  };
  said("missed bb " + std::string(kSlot) + " " + kSlot, "no job bb; did you mean b?");
  fs::remove(run_folder("b") / "records.jsonl");
  fs::create_directories(run_folder("b") / "records.jsonl");
  said(missed, "b: no record of what it missed: ");
  fs::remove_all(run_folder("b").parent_path());
  for (const std::string& words : {missed, run}) said(words, "any hook of the charm mends it");
  fs::remove_all(state());
  for (const std::string& words : {missed, run}) said(words, "any hook of the charm mends it");
}

TEST_F(SupervisorCatchUp, OnAFullDiskItSaysThatMissedSlotsAreNotOnRecord) {
  if (const auto reason = why_no_mounts()) GTEST_SKIP() << *reason;
  install();
  const auto result = in_mount_namespace(
      "cp -a \"$STATE\" \"$OUT/copy\"\n"
      "mount -t tmpfs -o size=300k,mode=755 tmpfs \"$STATE\"\n"
      "cp -a \"$OUT/copy/.\" \"$STATE/\"\n"
      "set +e; unset IS_LEADER\n"
      "dd if=/dev/zero of=\"$STATE/fill\" bs=1k 2>/dev/null\n" +
      fmt::format("\"$SUPERVISOR\" missed a {0} {0}; echo $?\n", kSlot) + "rm \"$STATE/fill\"\n" +
      fmt::format("\"$SUPERVISOR\" missed a {0} {0}; echo $?\n", kSlot) +
      "cp \"$STATE\"/runs/*/a/records.jsonl \"$OUT/records\"\n");
  EXPECT_EQ(result.out, "125\n0\n");
  EXPECT_THAT(result.err,
              HasSubstr("django-app-maintenance: a: no record of what it missed: cannot write "
                        "'records.jsonl': No space left on device"));
  EXPECT_EQ(what_is_wrong_with_records(in_folder("out/records")), "");
  EXPECT_THAT(read(in_folder("out/records")), HasSubstr("\"result\":\"missed\""));
}

// Records say for which time a run was, not for which schedule; and while a job is disabled it
// misses nothing.
TEST_F(SupervisorCatchUp, AJobThatIsNewOrBackAgainHasMissedNothingThoughItHasRecords) {
  using namespace std::chrono;
  const auto hourly = [](minutes ago) {
    const time_t at = system_clock::to_time_t(system_clock::now() - ago);
    tm local{};
    localtime_r(&at, &local);
    return fmt::format("{} * * * *", local.tm_min);
  };
  const auto job = [](const std::string& schedule, const std::string& more) {
    return fmt::format("- {{name: a, schedule: '{}', command: 'true'{}}}\n", schedule, more);
  };
  install();
  for (const char* const catch_up : {", catch-up: true", ""}) {
    SCOPED_TRACE(std::string("with") + catch_up);
    const std::string before = job(hourly(minutes(40)), catch_up);
    configure(before);
    fs::remove(record_file("a"));
    const time_t slot = system_clock::to_time_t(system_clock::now() - hours(3));
    ASSERT_EQ(by_hand(fmt::format("run a --catch-up @{}", slot)).status, 0);
    const auto runs = results("a");
    const auto expect_nothing_missed = [&](const char* what) {
      SCOPED_TRACE(what);
      hook();
      // What a hook has started has a record, or it goes on.
      std::this_thread::sleep_for(milliseconds(200));
      EXPECT_EQ(results("a"), runs);
    };
    configure(job(hourly(minutes(10)), catch_up));
    expect_nothing_missed("another schedule");
    configure(job(hourly(minutes(10)), std::string(catch_up) + ", enabled: false"));
    configure(job(hourly(minutes(10)), catch_up));
    expect_nothing_missed("enabled again");
  }
}

}  // namespace
}  // namespace charm_test
