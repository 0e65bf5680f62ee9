#pragma once
// Running one program as Juju's agent runs a hook: in a given folder, with exactly the given
// environment, stdin /dev/null, in a process group of its own. Which hook, and what its end means,
// is left to others.

#include <chrono>
#include <filesystem>
#include <map>
#include <string>

namespace standin {

struct ProcessEnd {
  int exit_status = 0;  // 128+n: signal n; 126: could not be executed, and why is in `err`
  std::string out, err;
};

/// Output goes through files in `scratch`, so a process the hook leaves behind holds nothing up.
/// After `limit` the hook's process group is killed.
ProcessEnd run_process(const std::filesystem::path& program, const std::filesystem::path& folder,
                       const std::map<std::string, std::string>& environment,
                       const std::filesystem::path& scratch, std::chrono::milliseconds limit);

/// Kills every process in whose environment JUJU_AGENT_SOCKET_ADDRESS names a path below `folder`:
/// descendants of hooks, in whatever session they are by now, and nobody else's.
void kill_leftovers(const std::filesystem::path& folder);

}  // namespace standin
