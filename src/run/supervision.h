// One supervised run as a state machine: what to do when the command ends, its time is up, a signal
// comes. (state, event) -> state and what to do; the processes, clocks and signals themselves are
// for system/supervisor.h.
//
//   running --command ended, others left--> lingering --their time is up--> ending
//   running --timeout--> ending --they have not gone--> killing
//   any --nothing left--> done
//   any --abandoned--> killing
#pragma once

#include <chrono>
#include <optional>

namespace leader_cron {

struct RunLimits {
  std::optional<std::chrono::milliseconds> timeout;
  // From TERM to KILL.
  std::chrono::milliseconds kill_after{10'000};
  // How long what the command left behind may go on: the end of a pipe still has to be read.
  std::chrono::milliseconds linger{1'000};

  bool operator==(const RunLimits&) const = default;
};

// How the command, the session's first process, ended.
struct Ending {
  int exit_status = 0;  // 0 to 255
  int signal = 0;       // that ended it; 0: none

  bool operator==(const Ending&) const = default;
};

struct Supervision {
  enum class Phase { running, lingering, ending, killing, done };

  Phase phase = Phase::running;
  std::optional<Ending> command;  // nothing: it has not ended yet
  bool timed_out = false;
  bool left_processes = false;  // it left processes that had to be told to go
  bool abandoned = false;       // who waits for the run was killed
  int kills = 0;

  bool operator==(const Supervision&) const = default;
};

struct RunEvent {
  enum class Kind {
    command_ended,  // `ending` tells how
    all_ended,      // no process of the run is left
    time_is_up,     // of the timer that was last asked for
    signal,         // `number`, sent to us
    abandoned,
  };

  Kind kind = Kind::all_ended;
  Ending ending;
  int number = 0;
};

// Done in this order.
struct RunStep {
  std::optional<int> signal_group;  // to the command's process group
  std::optional<int> signal_all;    // to every process of the run, KILL until none is left
  bool stop_timer = false;
  std::optional<std::chrono::milliseconds> timer;  // replaces the one that runs
  bool finish = false;

  bool operator==(const RunStep&) const = default;
};

RunStep begin(const RunLimits& limits);
RunStep advance(Supervision& run, const RunLimits& limits, const RunEvent& event);

// The exit status of the supervisor, as coreutils' timeout has it: 124 timed out (also where only
// KILL ended it), 128 + n for signal n, else the command's own.
int exit_status_of(const Supervision& run);

}  // namespace leader_cron
