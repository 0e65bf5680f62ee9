#include "run/supervision.h"

#include <gtest/gtest.h>

namespace leader_cron {
namespace {

using std::chrono::milliseconds;
using Kind = RunEvent::Kind;
using Phase = Supervision::Phase;

constexpr int kTerm = 15;
constexpr int kKill = 9;

const RunLimits kLimits{milliseconds(5000), milliseconds(10'000), milliseconds(1000)};

RunStep timer(int time) {
  RunStep step;
  step.timer = milliseconds(time);
  return step;
}

RunStep signal_all(int signal, int time) {
  RunStep step = timer(time);
  step.signal_all = signal;
  return step;
}

RunStep finished() {
  RunStep step;
  step.stop_timer = true;
  step.finish = true;
  return step;
}

RunEvent ended(int status, int signal = 0) {
  return {Kind::command_ended, {status, signal}, 0};
}

const RunEvent kAllEnded{Kind::all_ended, {}, 0};
const RunEvent kTimeIsUp{Kind::time_is_up, {}, 0};

TEST(Supervision, ACommandThatEndsInTimeGivesItsStatus) {
  Supervision run;
  EXPECT_EQ(begin(kLimits), timer(5000));
  EXPECT_EQ(begin(RunLimits{}), RunStep{});
  EXPECT_EQ(advance(run, kLimits, ended(3)), timer(1000));
  EXPECT_EQ(advance(run, kLimits, kAllEnded), finished());
  EXPECT_EQ(run.phase, Phase::done);
  EXPECT_FALSE(run.timed_out);
  EXPECT_FALSE(run.left_processes);
  EXPECT_EQ(exit_status_of(run), 3);
}

TEST(Supervision, ASignalGives128AndItsNumber) {
  Supervision run;
  advance(run, kLimits, ended(0, 11));
  advance(run, kLimits, kAllEnded);
  EXPECT_EQ(exit_status_of(run), 139);
}

TEST(Supervision, AfterTheTimeoutTermThenKillUntilNothingIsLeft) {
  Supervision run;
  EXPECT_EQ(advance(run, kLimits, kTimeIsUp), signal_all(kTerm, 10'000));
  // The command obeys, a child of its does not.
  EXPECT_EQ(advance(run, kLimits, ended(0, kTerm)), RunStep{});
  EXPECT_EQ(advance(run, kLimits, kTimeIsUp), signal_all(kKill, 100));
  EXPECT_EQ(advance(run, kLimits, kTimeIsUp), signal_all(kKill, 100));
  EXPECT_EQ(advance(run, kLimits, kAllEnded), finished());
  EXPECT_EQ(exit_status_of(run), 124);
  EXPECT_TRUE(run.timed_out);
}

TEST(Supervision, ATimeoutThatOnlyKillEndsIs124Too) {
  Supervision run;
  advance(run, kLimits, kTimeIsUp);
  advance(run, kLimits, kTimeIsUp);
  advance(run, kLimits, ended(0, kKill));
  advance(run, kLimits, kAllEnded);
  EXPECT_EQ(exit_status_of(run), 124);
}

TEST(Supervision, WhatTheCommandLeavesBehindHasATimeToEndAndIsThenEnded) {
  Supervision run;
  EXPECT_EQ(advance(run, kLimits, ended(0)), timer(1000));
  EXPECT_EQ(advance(run, kLimits, kTimeIsUp), signal_all(kTerm, 10'000));
  EXPECT_EQ(advance(run, kLimits, kTimeIsUp), signal_all(kKill, 100));
  EXPECT_EQ(advance(run, kLimits, kAllEnded), finished());
  EXPECT_EQ(exit_status_of(run), 0);
  EXPECT_TRUE(run.left_processes);
  EXPECT_FALSE(run.timed_out);
}

TEST(Supervision, SignalsArePassedOn) {
  Supervision run;
  RunStep to_group;
  to_group.signal_group = 10;
  EXPECT_EQ(advance(run, kLimits, {Kind::signal, {}, 10}), to_group);
  advance(run, kLimits, ended(0));
  RunStep to_all;
  to_all.signal_all = 10;
  EXPECT_EQ(advance(run, kLimits, {Kind::signal, {}, 10}), to_all);
}

TEST(Supervision, AnAbandonedRunIsKilledAtOnceAndOnce) {
  Supervision run;
  const RunEvent abandoned{Kind::abandoned, {}, 0};
  EXPECT_EQ(advance(run, kLimits, abandoned), signal_all(kKill, 100));
  EXPECT_EQ(advance(run, kLimits, abandoned), RunStep{});
  EXPECT_EQ(advance(run, kLimits, ended(0, kKill)), RunStep{});
  EXPECT_EQ(advance(run, kLimits, kAllEnded), finished());
  EXPECT_TRUE(run.abandoned);
  EXPECT_EQ(exit_status_of(run), 137);
}

TEST(Supervision, AProcessThatNoSignalEndsIsLeftAtLast) {
  Supervision run;
  advance(run, kLimits, kTimeIsUp);
  int rounds = 0;
  while (run.phase != Phase::done && rounds < 1000) {
    advance(run, kLimits, kTimeIsUp);
    ++rounds;
  }
  EXPECT_EQ(rounds, 101);
  EXPECT_EQ(advance(run, kLimits, kTimeIsUp), RunStep{});
  EXPECT_EQ(exit_status_of(run), 124);
}

}  // namespace
}  // namespace leader_cron
