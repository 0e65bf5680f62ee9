// Runs that meet, and runs whose supervisors are killed: one at a time, nothing left over, the next
// one starts.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "supervised_service.h"

namespace charm_test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;

// proc(5): /proc/PID/stat, the parent is the second field after the name.
pid_t child_of(pid_t parent) {
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string stat = read(entry.path() / "stat");
    const auto end = stat.rfind(')');
    int found = 0;
    if (end == std::string::npos || sscanf(stat.c_str() + end + 1, " %*c %d", &found) != 1)
      continue;
    if (found == parent) return std::stoi(name);
  }
  return -1;
}

class SupervisorKill : public SupervisedService {
 protected:
  // Starts a run, and waits until its command has started all that `command` starts before
  // `: > $READY`, and the run's marker has both its lines: its record, and the command's session.
  Started start_and_wait(const std::string& job, const std::string& command) {
    const std::string ready = in_folder(fmt::format("ready{}", ++starts_));
    Started run = start(job, command, {{"READY", ready}});
    EXPECT_TRUE(becomes_true([&] { return fs::exists(ready); }));
    const fs::path marker = run_folder(job) / fmt::format("running.{}", child_of(run.id()));
    EXPECT_TRUE(becomes_true([&] { return std::ranges::count(read(marker), '\n') == 2; }));
    return run;
  }

  // The next run starts at once, and says that the one before it was lost.
  void expect_a_lost_run_and_a_good_one(const std::string& job) {
    EXPECT_EQ(by_cron(job, "echo next").status, 0);
    const auto all = records(job);
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].value("result", ""), "lost") << all[0];
    EXPECT_EQ(all[0].value("reason", ""), "its supervisor was killed");
    EXPECT_EQ(all[0].value("failures", 0), 1);
    EXPECT_EQ(all[1].value("result", ""), "success") << all[1];
    EXPECT_EQ(all[1].value("runs", 0), 2);
    EXPECT_TRUE(becomes_true([this] { return processes().empty(); }));
  }

  int starts_ = 0;
};

constexpr const char* kTree =
    "(setsid sleep $MARK &); trap '' TERM; sleep $MARK & : > $READY; wait";

TEST_F(SupervisorKill, OfEightStartsAtOnceOneRuns) {
  install();
  constexpr int kRounds = 20;
  constexpr std::size_t kStarts = 8;
  for (int round = 0; round < kRounds; ++round) {
    const std::string go = in_folder(fmt::format("go{}", round));
    std::vector<Started> runs;
    for (std::size_t i = 0; i < kStarts; ++i)
      runs.push_back(start("a", "while [ ! -e $GO ]; do sleep 0.01; done; exit 9", {{"GO", go}}));
    const auto ended = [&runs] {
      return std::count_if(runs.begin(), runs.end(), [](Started& run) { return run.has_ended(); });
    };
    ASSERT_TRUE(becomes_true([&] { return ended() >= static_cast<long>(kStarts) - 1; }));
    EXPECT_EQ(ended(), static_cast<long>(kStarts) - 1);
    write(go, "");
    std::vector<int> statuses;
    statuses.reserve(kStarts);
    for (Started& run : runs) statuses.push_back(run.wait().status);
    EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 0), static_cast<long>(kStarts) - 1);
    EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 9), 1);
    const auto words = results("a");
    ASSERT_EQ(words.size(), kStarts * static_cast<std::size_t>(round + 1));
    EXPECT_EQ(std::count(words.end() - kStarts, words.end(), "skipped"),
              static_cast<long>(kStarts) - 1);
    EXPECT_EQ(std::count(words.end() - kStarts, words.end(), "failure"), 1);
  }
  for (const auto& record : records("a")) {
    if (record.value("result", "") != "skipped") continue;
    EXPECT_EQ(record.value("reason", ""), "the run before it goes on");
  }
  EXPECT_EQ(last_record("a").value("runs", 0), kRounds);
  EXPECT_EQ(last_record("a").value("failures", 0), kRounds);
}

TEST_F(SupervisorKill, RunsThatMayOverlapAllRunAndNoneIsTakenForLost) {
  install();
  constexpr int kRounds = 20;
  constexpr std::size_t kStarts = 8;
  for (int round = 0; round < kRounds; ++round) {
    const fs::path here = in_folder(fmt::format("here{}", round));
    fs::create_directories(here);
    std::vector<Started> runs;
    for (std::size_t i = 0; i < kStarts; ++i) {
      runs.push_back(start("several", ": > $HERE/$$; while [ ! -e $HERE/go ]; do sleep 0.02; done",
                           {{"HERE", here}}));
    }
    const auto all_are_here = [&here] {
      return std::distance(fs::directory_iterator(here), fs::directory_iterator()) ==
             static_cast<long>(kStarts);
    };
    ASSERT_TRUE(becomes_true(all_are_here));
    write(here / "go", "");
    for (Started& run : runs) EXPECT_EQ(run.wait().status, 0);
  }
  const auto words = results("several");
  EXPECT_EQ(words.size(), kRounds * kStarts);
  EXPECT_THAT(words, Each("success"));
  EXPECT_EQ(last_record("several").value("runs", 0), kRounds * static_cast<int>(kStarts));
}

TEST_F(SupervisorKill, KilledTheFirstSupervisorLeavesNothing) {
  install();
  Started run = start_and_wait("a", kTree);
  kill(run.id(), SIGKILL);
  EXPECT_EQ(run.wait().status, 128 + SIGKILL);
  // Without waiting for anything.
  expect_a_lost_run_and_a_good_one("a");
}

TEST_F(SupervisorKill, KilledTheSecondSupervisorLeavesNothing) {
  install();
  Started run = start_and_wait("a", kTree);
  kill(child_of(run.id()), SIGKILL);
  const auto result = run.wait();
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.out + result.err, "");
  EXPECT_THAT(processes(), IsEmpty());
  expect_a_lost_run_and_a_good_one("a");
}

TEST_F(SupervisorKill, AfterBothWereKilledTheNextRunClearsUp) {
  install();
  // What has left the command's session is then out of reach.
  Started run = start_and_wait("a", "sleep $MARK & trap '' TERM; : > $READY; wait");
  const pid_t second = child_of(run.id());
  kill(run.id(), SIGSTOP);
  kill(second, SIGSTOP);
  kill(run.id(), SIGKILL);
  kill(second, SIGKILL);
  EXPECT_EQ(run.wait().status, 128 + SIGKILL);
  // The second is nobody's child by now: until it is gone, its run goes on.
  EXPECT_TRUE(becomes_true([&] { return std::ranges::count(processes(), second) == 0; }));
  expect_a_lost_run_and_a_good_one("a");
}

TEST_F(SupervisorKill, WhatIsLeftOfASessionWhoseLeaderIsGoneGoesWithTheNextRun) {
  install();
  // Of the orphans this process is told, not an init that may be late to collect them.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  Started run = start_and_wait("a", "sleep $MARK & : > $READY; sleep $MARK; :");
  const pid_t second = child_of(run.id());
  const pid_t shell = child_of(second);
  for (const pid_t each : {run.id(), second}) kill(each, SIGSTOP);
  for (const pid_t each : {run.id(), second, shell}) kill(each, SIGKILL);
  run.wait();
  EXPECT_TRUE(becomes_true([&] { return waitpid(shell, nullptr, WNOHANG) == shell; }));
  prctl(PR_SET_CHILD_SUBREAPER, 0);
  EXPECT_FALSE(processes().empty());
  expect_a_lost_run_and_a_good_one("a");
}

TEST_F(SupervisorKill, TheSecondSupervisorKilledAsItStartsLeavesARecord) {
  install();
  constexpr int kRounds = 60;
  for (int round = 1; round <= kRounds; ++round) {
    Started run = start("a", "sleep $MARK & wait");
    // proc(5); where the kernel has no such list, later.
    const std::string children = fmt::format("/proc/{0}/task/{0}/children", run.id());
    pid_t second = -1;
    while (second < 0 && !run.has_ended()) {
      const std::string list = read(children);
      if (!list.empty()) second = std::stoi(list);
      if (!fs::exists(children)) second = child_of(run.id());
    }
    usleep(static_cast<useconds_t>(round) * 20);
    kill(second, SIGKILL);
    EXPECT_EQ(run.wait().status, 125);
    ASSERT_EQ(records("a").size(), static_cast<std::size_t>(round));
    EXPECT_EQ(last_record("a").value("result", ""), "lost");
    for (const auto& left : fs::directory_iterator(run_folder("a")))
      EXPECT_EQ(left.path().filename().string().find(".running"), std::string::npos);
  }
}

TEST_F(SupervisorKill, ARunBesideALostOneOfAJobThatMayOverlapGoesOn) {
  install();
  Started good = start_and_wait(
      "several", ": > $READY; while [ ! -e " + in_folder("go") + " ]; do sleep 0.02; done");
  Started lost = start_and_wait("several", kTree);
  const pid_t second = child_of(lost.id());
  kill(second, SIGKILL);
  EXPECT_EQ(lost.wait().status, 125);
  write(in_folder("go"), "");
  EXPECT_EQ(good.wait().status, 0);
  EXPECT_THAT(results("several"), ElementsAre("lost", "success"));
}

TEST_F(SupervisorKill, KilledAsItStartsItLeavesALockThatIsFree) {
  install();
  // At any moment from exec on, whichever comes.
  constexpr int kRounds = 60;
  for (int round = 0; round < kRounds; ++round) {
    Started run = start("a", "sleep $MARK & wait");
    usleep(static_cast<useconds_t>(round) * 150);
    kill(run.id(), SIGKILL);
    run.wait();
    // The second supervisor has the lock too for a moment, until it first runs.
    EXPECT_TRUE(becomes_true([this] { return processes().empty(); }));
    EXPECT_EQ(by_cron("a", "exit 4").status, 4) << "in round " << round;
  }
  for (const auto& record : records("a")) EXPECT_NE(record.value("result", ""), "skipped");
}

TEST_F(SupervisorKill, WhatIsRunningIsShown) {
  install();
  Started run = start_and_wait("a", ": > $READY; sleep $MARK");
  EXPECT_TRUE(becomes_true([this] {
    return nlohmann::json::parse(by_hand("status --format json").out)["running"].size() == 1;
  }));
  kill(run.id(), SIGTERM);
  EXPECT_EQ(run.wait().status, 128 + SIGTERM);
  EXPECT_THAT(nlohmann::json::parse(by_hand("status --format json").out)["running"], IsEmpty());
}

}  // namespace
}  // namespace charm_test
