#include "run/supervision.h"

#include "run/launch.h"

namespace leader_cron {
namespace {

using Phase = Supervision::Phase;

// signal.h is the machine's, and these numbers are the same on all of Linux.
constexpr int kSigKill = 9;
constexpr int kSigTerm = 15;

// Between two rounds of KILL: a process that was being forked meanwhile was missed by the first.
constexpr std::chrono::milliseconds kNextKill{100};
// A process in an uninterruptible sleep may outlast any signal: after so many rounds it is left.
constexpr int kMostKills = 100;

RunStep kill_all(Supervision& run) {
  run.phase = Phase::killing;
  ++run.kills;
  RunStep step;
  if (run.kills > kMostKills) {
    run.phase = Phase::done;
    step.finish = true;
    return step;
  }
  step.signal_all = kSigKill;
  step.timer = kNextKill;
  return step;
}

RunStep terminate(Supervision& run, const RunLimits& limits) {
  run.phase = Phase::ending;
  RunStep step;
  step.signal_all = kSigTerm;
  step.timer = limits.kill_after;
  return step;
}

RunStep time_is_up(Supervision& run, const RunLimits& limits) {
  switch (run.phase) {
    case Phase::running:
      run.timed_out = true;
      return terminate(run, limits);
    case Phase::lingering:
      run.left_processes = true;
      return terminate(run, limits);
    case Phase::ending:
    case Phase::killing:
      return kill_all(run);
    case Phase::done:
      break;
  }
  return {};
}

}  // namespace

RunStep begin(const RunLimits& limits) {
  RunStep step;
  step.timer = limits.timeout;
  return step;
}

RunStep advance(Supervision& run, const RunLimits& limits, const RunEvent& event) {
  if (run.phase == Phase::done) return {};
  RunStep step;
  switch (event.kind) {
    case RunEvent::Kind::command_ended:
      run.command = event.ending;
      if (run.phase == Phase::running) {
        run.phase = Phase::lingering;
        step.timer = limits.linger;
      }
      return step;
    case RunEvent::Kind::all_ended:
      run.phase = Phase::done;
      step.stop_timer = true;
      step.finish = true;
      return step;
    case RunEvent::Kind::time_is_up:
      return time_is_up(run, limits);
    case RunEvent::Kind::signal:
      // Without its leader the group's id may soon be another's.
      (run.command ? step.signal_all : step.signal_group) = event.number;
      return step;
    case RunEvent::Kind::abandoned:
      if (run.abandoned) return step;
      run.abandoned = true;
      return kill_all(run);
  }
  return step;
}

int exit_status_of(const Supervision& run) {
  constexpr int kSignalled = 128;
  if (run.timed_out) return kTimedOut;
  if (!run.command) return kSignalled + kSigKill;
  return run.command->signal != 0 ? kSignalled + run.command->signal : run.command->exit_status;
}

}  // namespace leader_cron
