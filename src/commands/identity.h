// Who this program is this time: one binary is every hook, the supervisor of each service, and a
// command.
#pragma once

#include <string>
#include <string_view>

namespace leader_cron {

struct Identity {
  enum class Role { hook, action, supervisor, command };

  Role role = Role::command;
  std::string name;  // of the hook, the action, or the service; empty for the command

  bool operator==(const Identity&) const = default;
};

// `dispatch_path` is JUJU_DISPATCH_PATH, empty where it is not set. It stays set in what a hook
// starts, so it counts only for a program started without arguments, as Juju starts hooks; else
// argv[0] tells: a link in hooks/ or actions/, or <service>-maintenance.
Identity identify(std::string_view argv0, bool has_arguments, std::string_view dispatch_path);

}  // namespace leader_cron
