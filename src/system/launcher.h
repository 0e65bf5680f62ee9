// Becoming another program, perhaps as another user. What is launched is for run/launch.h.
#pragma once

#include "run/launch.h"
#include "system/users.h"

namespace leader_cron {

std::vector<std::string> inherited_environment();

// Gives up root for good: the user's groups, then the user. HOME and LOGNAME in `environment`
// become the user's, as cron sets them. Throws MachineError.
void become(const User& user, std::vector<std::string>& environment);

// Does not return: this process becomes the job. Throws MachineError where it cannot; nothing of
// ours is left then between the job and who started it.
[[noreturn]] void launch(const Launch& launch);

}  // namespace leader_cron
