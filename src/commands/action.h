// The charm's actions: run-job, list-jobs, next-runs, history.
#pragma once

#include <string_view>

namespace leader_cron {

// 0 also where the action has failed, which Juju is told by action-fail; 1 for an action that is
// none of ours. Throws MachineError where JUJU_UNIT_NAME is missing.
int run_action(std::string_view name);

}  // namespace leader_cron
