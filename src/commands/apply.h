// A plan, carried out, in the order in which its members stand. Decides nothing.
#pragma once

#include "charm/plan.h"

namespace leader_cron {

// Throws MachineError where the machine refuses; running the hook again takes up where that left
// off. False where Juju did not take the status: the next hook has to try again.
bool apply(const Plan& plan);

}  // namespace leader_cron
