// A plan, carried out, in the order in which its members stand; what Juju is told is told at once,
// when all files are in place. Decides nothing.
#pragma once

#include "charm/plan.h"

namespace leader_cron {

// Throws MachineError where the machine refuses; running the hook again takes up where that left
// off. False where Juju did not take the status: the next hook has to try again.
bool apply(const Plan& plan, LogLevel level);

}  // namespace leader_cron
