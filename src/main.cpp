// leader-cron: one program that is every hook of the charm, the supervisor of each service's jobs,
// and a command.

#include <sys/stat.h>

#include <cstdio>
#include <exception>

#include "commands/action.h"
#include "commands/command_line.h"
#include "commands/hook.h"
#include "commands/identity.h"
#include "run/launch.h"
#include "system/machine.h"
#include "system/process.h"

namespace {

using leader_cron::Identity;

int run(const Identity& identity, int argc, char** argv) {
  switch (identity.role) {
    case Identity::Role::hook:
      umask(022);  // what the hooks create is for cron and the jobs' users to read
      return leader_cron::run_hook(identity.name);
    case Identity::Role::action:
      umask(022);
      return leader_cron::run_action(identity.name);
    case Identity::Role::supervisor:
      return leader_cron::run_supervisor(identity.name, argc, argv);
    case Identity::Role::command:
      break;
  }
  return leader_cron::run_command(argc, argv);
}

}  // namespace

int main(int argc, char** argv) {
  leader_cron::mend_inheritance();
  const Identity identity = leader_cron::identify(
      argc > 0 ? argv[0] : "", argc > 1, leader_cron::environment_variable("JUJU_DISPATCH_PATH"));
  try {
    return run(identity, argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "leader-cron: %s\n", error.what());
    return identity.role == Identity::Role::supervisor ? leader_cron::kOwnFailure : 1;
  }
}
