// What says, in a job's folder, that a run goes on: a file that its supervisor writes, keeps locked
// with flock(2), and removes when the run's record is written. A marker that nobody holds tells of
// a supervisor that was killed, or of a machine that stopped; what it says becomes the run's
// record.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

#include "run/record.h"
#include "system/descriptor.h"

namespace leader_cron {

class RunMarker {
 public:
  // `lost` is the record that the run gets if nobody sees its end. Where the disk does not take it,
  // the run has no marker, and error() says why.
  RunMarker(const Descriptor& folder, const Record& lost);
  RunMarker(const RunMarker&) = delete;
  RunMarker& operator=(const RunMarker&) = delete;

  // The command's process leads this session, by which its remains can be found.
  void note_session(pid_t session);
  // On the disk from here on, whatever becomes of the machine. False where that cannot be had.
  bool flush();
  // The run's record is written, or it does not start.
  void remove();
  // Leaves it to a forked process, which holds it too.
  void let_go() { file_.reset(); }
  int error() const { return error_; }

 private:
  Descriptor folder_;
  std::string name_;
  Descriptor file_;
  int error_ = 0;
};

// What a supervisor with this id, which is gone, was killed at making.
void remove_unfinished_marker(const Descriptor& folder, pid_t supervisor);

// Ends what is left of the sessions of runs that nobody supervises any more, and turns their
// markers into records. The number of runs that still go on.
std::size_t settle_abandoned_runs(const Descriptor& folder);

// The starts of the runs that go on, for a reader that may be root in a folder of another user's.
std::vector<Record> running_now(const std::string& folder);

}  // namespace leader_cron
