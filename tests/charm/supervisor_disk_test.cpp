// Runs on disks that do not help: full, read-only, emptied. The job runs wherever it can, its
// status is passed on, and what is on record stays whole.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "supervised_service.h"

namespace charm_test {
namespace {

using testing::Each;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testing::UnorderedElementsAre;

class SupervisorDisk : public SupervisedService {
 protected:
  std::string out(const std::string& name) const { return read(fs::path(in_folder("out")) / name); }
};

// The state folder on a file system of its own, with what it held.
constexpr const char* kOnASmallDisk =
    "cp -a \"$STATE\" \"$OUT/copy\"\n"
    "mount -t tmpfs -o size=300k,mode=755 tmpfs \"$STATE\"\n"
    "cp -a \"$OUT/copy/.\" \"$STATE/\"\n"
    "set +e\n";

TEST_F(SupervisorDisk, OnAFullDiskTheJobRunsAndNoRecordIsHarmed) {
  if (const auto reason = why_no_mounts()) GTEST_SKIP() << *reason;
  install();
  const auto result = in_mount_namespace(
      std::string(kOnASmallDisk) +
      "export DO='echo before'; \"$SUPERVISOR\" run a\n"
      "cp \"$STATE/runs/0/a/records.jsonl\" \"$OUT/before\"\n"
      "dd if=/dev/zero of=\"$STATE/fill\" bs=1k 2>/dev/null\n"
      // What the last page of a file has room for is taken still.
      "export DO='echo during; head -c 20000 /dev/zero; exit 7'; i=0\n"
      "while [ $i -lt 40 ]; do i=$((i+1)); \"$SUPERVISOR\" run a; echo \"during $?\"; done\n"
      "cp \"$STATE/runs/0/a/records.jsonl\" \"$OUT/during\"\n"
      "ls -A \"$STATE/runs/0/a\" > \"$OUT/files\"\n"
      "rm \"$STATE/fill\"\n"
      "export DO='echo after; exit 8'; \"$SUPERVISOR\" run a; echo \"after $?\"\n"
      "cp \"$STATE/runs/0/a/records.jsonl\" \"$OUT/after\"\n");
  EXPECT_EQ(result.err, "");
  std::string expected;
  for (int i = 0; i < 40; ++i) expected += "during 7\n";
  EXPECT_EQ(result.out, expected + "after 8\n");
  for (const char* file : {"before", "during", "after"})
    EXPECT_EQ(what_is_wrong_with_records(fs::path(in_folder("out")) / file), "") << file;
  EXPECT_THAT(out("during"), StartsWith(out("before")));
  EXPECT_THAT(out("after"), StartsWith(out("during")));
  EXPECT_NE(out("after"), out("during"));
  EXPECT_THAT(out("after"), HasSubstr("\"last-line\":\"after\""));
  EXPECT_EQ(out("files").find("running."), std::string::npos);
}

TEST_F(SupervisorDisk, AFullDiskAndAKilledSupervisorLeaveAFreeLock) {
  if (const auto reason = why_no_mounts()) GTEST_SKIP() << *reason;
  install();
  const auto result = in_mount_namespace(
      std::string(kOnASmallDisk) +
      "export DO='exit 0'; \"$SUPERVISOR\" run a\n"
      "dd if=/dev/zero of=\"$STATE/fill\" bs=1k 2>/dev/null\n"
      "export DO=': > $OUT/started; sleep $MARK'; \"$SUPERVISOR\" run a & run=$!\n"
      "while [ ! -e \"$OUT/started\" ]; do sleep 0.02; done\n"
      "kill -9 $run; wait $run 2>/dev/null\n"
      "export DO='exit 7'; \"$SUPERVISOR\" run a; echo $?\n"
      "rm \"$STATE/fill\"\n"
      "export DO='exit 8'; \"$SUPERVISOR\" run a; echo $?\n"
      "cp \"$STATE/runs/0/a/records.jsonl\" \"$OUT/records\"\n"
      "ls -A \"$STATE/runs/0/a\" > \"$OUT/files\"\n");
  EXPECT_EQ(result.out, "7\n8\n") << result.err;
  EXPECT_EQ(what_is_wrong_with_records(fs::path(in_folder("out")) / "records"), "");
  EXPECT_THAT(out("records"), HasSubstr("\"exit-status\":8"));
  EXPECT_EQ(out("files").find("running."), std::string::npos) << out("files");
}

TEST_F(SupervisorDisk, WithAReadOnlyVarTheJobRunsAndStillDoesNotOverlap) {
  if (const auto reason = why_no_mounts()) GTEST_SKIP() << *reason;
  install();
  by_cron("a", "exit 0");
  const std::string before = read(record_file("a"));
  const auto result = in_mount_namespace(
      "mount --bind \"$STATE\" \"$STATE\"; mount -o remount,bind,ro \"$STATE\"; set +e\n"
      "export DO=': > $OUT/started; while [ ! -e $OUT/go ]; do sleep 0.02; done; exit 5'\n"
      "\"$SUPERVISOR\" run a & first=$!\n"
      "while [ ! -e \"$OUT/started\" ]; do sleep 0.02; done\n"
      "export DO=': > $OUT/overlapped'; \"$SUPERVISOR\" run a; echo \"second $?\"\n"
      ": > \"$OUT/go\"; wait $first; echo \"first $?\"\n"
      "export DO='exit 6'; \"$SUPERVISOR\" run a; echo \"third $?\"\n"
      "\"$SUPERVISOR\" history a --format json > \"$OUT/history\"; echo \"history $?\"\n");
  EXPECT_EQ(result.out, "second 0\nfirst 5\nthird 6\nhistory 0\n");
  EXPECT_EQ(result.err, "");
  EXPECT_FALSE(fs::exists(fs::path(in_folder("out")) / "overlapped"));
  EXPECT_EQ(read(record_file("a")), before);
  EXPECT_THAT(out("history"), HasSubstr("success"));
}

TEST_F(SupervisorDisk, WithoutItsStateItSaysWhatToDoAndTheNextHookMendsIt) {
  install();
  by_cron("a", "exit 0");
  fs::remove_all(state());
  SystemLogSocket log(root());
  Started run = start("a", "exit 0");
  const auto lines = log.lines_until_end_of(run);
  EXPECT_EQ(run.wait().status, 125);
  EXPECT_THAT(lines, Each(HasSubstr("any hook of the charm mends it")));
  EXPECT_EQ(lines.size(), 1u);
  const auto result = by_hand("run a");
  EXPECT_EQ(result.status, 125);
  EXPECT_THAT(result.err, HasSubstr("any hook of the charm mends it"));
  EXPECT_EQ(by_hand("history").status, 125);
  EXPECT_THAT(by_hand("history").err, HasSubstr("no such service"));
  hook();
  EXPECT_EQ(by_cron("a", "exit 3").status, 3);
  EXPECT_EQ(records("a").size(), 1u);
}

TEST_F(SupervisorDisk, ItsFirstRunMakesTheJobsFolder) {
  install();
  EXPECT_FALSE(fs::exists(run_folder("a")));
  EXPECT_TRUE(fs::exists(run_folder("a").parent_path()));
  EXPECT_EQ(by_cron("a", "exit 3").status, 3);
  EXPECT_EQ(fs::status(run_folder("a")).permissions(), fs::perms(0700));
  EXPECT_EQ(records("a").size(), 1u);
  fs::remove_all(run_folder("a"));
  EXPECT_EQ(by_cron("a", "exit 4").status, 4);
  EXPECT_EQ(records("a").size(), 1u);
  EXPECT_EQ(history("b").size(), 0u);
}

TEST_F(SupervisorDisk, OfManyFirstRunsAtOnceOneRuns) {
  install();
  for (int round = 0; round < 20; ++round) {
    fs::remove_all(run_folder("a"));
    const std::string go = in_folder(fmt::format("go{}", round));
    std::vector<Started> runs;
    runs.reserve(4);
    for (int i = 0; i < 4; ++i)
      runs.push_back(
          start("a", ": > $GO.started; while [ ! -e $GO ]; do sleep 0.01; done", {{"GO", go}}));
    EXPECT_TRUE(becomes_true([this] { return records("a").size() == 3; }));
    EXPECT_TRUE(becomes_true([&go] { return fs::exists(go + ".started"); }));
    write(go, "");
    for (Started& run : runs) EXPECT_EQ(run.wait().status, 0);
    EXPECT_THAT(results("a"), UnorderedElementsAre("skipped", "skipped", "skipped", "success"));
  }
}

TEST_F(SupervisorDisk, AFirstRunThatFindsNoRoomSaysSo) {
  if (const auto reason = why_no_mounts()) GTEST_SKIP() << *reason;
  install();
  const auto result = in_mount_namespace(
      "cp -a \"$STATE\" \"$OUT/copy\"\n"
      "mount -t tmpfs -o nr_inodes=60,mode=755 tmpfs \"$STATE\"\n"
      "cp -a \"$OUT/copy/.\" \"$STATE/\"; set +e\n"
      "export DO='exit 7'; mkdir \"$STATE/fill\"; i=0\n"
      "while [ $i -lt 60 ]; do i=$((i+1)); touch \"$STATE/fill/$i\" 2>/dev/null; done\n"
      "env -u IS_LEADER \"$SUPERVISOR\" run a; echo $?\n"
      "rm -r \"$STATE/fill\"; mount -o remount,ro \"$STATE\"\n"
      "env -u IS_LEADER \"$SUPERVISOR\" run a; echo $?\n"
      "mount -o remount,rw \"$STATE\"; \"$SUPERVISOR\" run a; echo $?\n");
  EXPECT_EQ(result.out, "125\n125\n7\n");
  EXPECT_THAT(result.err, HasSubstr("cannot create the job's folder"));
  EXPECT_THAT(result.err, HasSubstr("No space left on device"));
  EXPECT_THAT(result.err, HasSubstr("Read-only file system"));
  EXPECT_THAT(result.err, Not(HasSubstr("any hook")));
}

TEST_F(SupervisorDisk, WithoutTheFoldersOfItsRunsItSaysWhatToDoAndTheNextHookMendsIt) {
  install();
  for (const bool all : {false, true}) {
    by_cron("a", "exit 0");
    fs::remove_all(all ? state() / "runs" : run_folder("a").parent_path());
    EXPECT_EQ(by_cron("a", "exit 3").status, 125);
    const auto result = by_hand("run a");
    EXPECT_EQ(result.status, 125);
    EXPECT_THAT(result.err, HasSubstr("any hook of the charm mends it"));
    hook();
    EXPECT_EQ(by_cron("a", "exit 3").status, 3);
    EXPECT_EQ(records("a").size(), 1u);
  }
}

TEST_F(SupervisorDisk, AFolderThatGoesUnderARunEndsNeitherTheRunNorTheNextHook) {
  install();
  Started run = start("a", ": > $GO.started; while [ ! -e $GO ]; do sleep 0.02; done; exit 4",
                      {{"GO", in_folder("go")}});
  ASSERT_TRUE(becomes_true([this] { return fs::exists(in_folder("go.started")); }));
  fs::remove_all(state());
  hook();
  write(in_folder("go"), "");
  EXPECT_EQ(run.wait().status, 4);
  EXPECT_EQ(by_cron("a", "exit 5").status, 5);
  EXPECT_EQ(records("a").size(), 1u);
}

}  // namespace
}  // namespace charm_test
