// The words after the program's name, and what they call.
#pragma once

#include <string>

namespace leader_cron {

// `leader-cron check|next|render ...`. 2 where the words make no sense.
int run_command(int argc, char** argv);

// `<service>-maintenance run|list|next|history|status ...`. 125 where the words make no sense, as
// coreutils' timeout.
int run_supervisor(const std::string& service, int argc, char** argv);

}  // namespace leader_cron
