// One run of a job, supervised to its end: output, limits, signals, record. What to do when is for
// run/supervision.h, whether the job may run at all for run/admission.h and the callers.
//
// Two processes watch a run, so that none of its own is left whichever of them is killed: the one
// that was called waits and passes signals on; the other, in a group of its own, does the work.
// When the first dies, the second ends the run at once; when the second dies, the first does.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "jobs/job.h"
#include "run/launch.h"
#include "run/record.h"
#include "system/descriptor.h"
#include "system/run_marker.h"

namespace leader_cron {

struct RunOrder {
  std::string service_tag;  // "django-app-maintenance", for the system log
  Job job;
  Launch launch;
  Trigger trigger = Trigger::schedule;
  Instant start;
  bool echo = false;  // copy the output to our own
  // The time of the schedule that it is started for, if it is known already.
  std::optional<std::chrono::sys_seconds> slot_known;
  // One that was made before the run was let start; else the supervisor makes one.
  RunMarker* marker = nullptr;
  // Called once the command runs, for the record's slot: what it takes delays no start. Must not
  // throw.
  std::function<std::optional<std::chrono::sys_seconds>(Instant start)> slot;
  // Called with the run's record and the end of its output, when all is over.
  std::function<void(const Record& record, const std::string& tail)> report;
};

// What is on record if nobody sees the run's end.
Record lost_record_of(const RunOrder& order);

// `folder` is the job's, locked by this process if its runs must not overlap. Gives the exit status
// (see exit_status_of()); 125 where the run cannot be supervised or its directory not be entered,
// 126 and 127 as coreutils' timeout has them where the shell cannot be started.
int supervise(const RunOrder& order, Descriptor& folder);

}  // namespace leader_cron
