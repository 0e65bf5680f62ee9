// One hook run: facts, plan, apply. Every hook but stop and remove converges the same way.
#pragma once

#include <string_view>

namespace leader_cron {

// Gives 0, for the operator's mistakes are told by the unit's status; throws MachineError where the
// machine refuses, and then Juju commits nothing and runs the hook again.
int run_hook(std::string_view name);

}  // namespace leader_cron
