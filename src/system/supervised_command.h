// A command under supervision: started in a session of its own, its output in a pipe, and
// everything that descends from it within reach. What is done to it, and when, is for
// run/supervision.h.
//
// Whatever a job starts stays a descendant of this process: as its subreaper (prctl(2)) it inherits
// each one that a double fork or a dead parent set free. A control group would do the same, but
// needs rights that a job's user has not. Out of reach are only processes of another user (by sudo,
// say).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>

#include "run/launch.h"
#include "run/supervision.h"
#include "system/descriptor.h"

namespace leader_cron {

// From here on, orphans among this process's descendants become its children.
void become_subreaper();

class SupervisedCommand {
 public:
  // Starts it. This process goes to the command's directory and takes its umask. Throws
  // MachineError where it cannot be started: for the directory without an errno of execve(2)'s,
  // else with it.
  explicit SupervisedCommand(const Launch& launch);

  pid_t session() const { return process_; }
  // The read end of what it prints on stdout and stderr; never blocks.
  const Descriptor& output() const { return output_; }

  struct Reaped {
    std::optional<Ending> command;
    bool all_ended = false;
  };
  // Of the processes that have ended since it was last called.
  Reaped reap();

  void signal_group(int signal) const;

 private:
  pid_t process_ = -1;
  Descriptor output_;
};

struct Usage {
  std::chrono::milliseconds cpu{0};
  std::uint64_t peak_memory_kib = 0;
};
// Of all processes that were reaped.
Usage usage_of_ended();

}  // namespace leader_cron
