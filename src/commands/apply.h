// A plan, carried out, in the order in which its members stand; what Juju is told is told at once,
// when all files are in place. Decides nothing.
#pragma once

#include <string_view>

#include "charm/names.h"
#include "charm/plan.h"

namespace leader_cron {

// All files. Throws MachineError where the machine refuses; running the hook again takes up where
// that left off. False where something is left for a later hook: the folder of a job that is no
// more, and still runs.
bool apply_files(const Plan& plan);

// What Juju and the other units are told, and the log. False where Juju did not take the status:
// the next hook has to try again.
bool tell(const Plan& plan, LogLevel level);

// The stamp alone, for a hook that has nothing else to do.
void write_stamp(std::string_view text, const ServicePaths& paths);

}  // namespace leader_cron
