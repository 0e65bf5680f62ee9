#include "system/launcher.h"

#include <fmt/format.h>
#include <grp.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "system/machine_error.h"

namespace leader_cron {

std::vector<std::string> inherited_environment() {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  return environment;
}

void become(const User& user, std::vector<std::string>& environment) {
  const std::vector<gid_t> groups = groups_of(user);
  if (setgroups(groups.size(), groups.data()) != 0 || setgid(user.gid) != 0 ||
      setuid(user.uid) != 0) {
    throw MachineError("become the user", user.name, errno);
  }
  std::erase_if(environment, [](std::string_view entry) {
    return entry.starts_with("HOME=") || entry.starts_with("LOGNAME=") ||
           entry.starts_with("USER=");
  });
  environment.push_back(fmt::format("HOME={}", user.home));
  environment.push_back(fmt::format("LOGNAME={}", user.name));
}

void launch(const Launch& launch) {
  if (!launch.directory.empty() && chdir(launch.directory.c_str()) != 0) {
    throw MachineError("change to the directory", launch.directory, errno);
  }
  const auto pointers = [](const std::vector<std::string>& strings) {
    std::vector<char*> list;
    list.reserve(strings.size() + 1);
    for (const std::string& string : strings) list.push_back(const_cast<char*>(string.c_str()));
    list.push_back(nullptr);
    return list;
  };
  execve(launch.arguments.front().c_str(), pointers(launch.arguments).data(),
         pointers(launch.environment).data());
  throw MachineError("run", launch.arguments.front(), errno);
}

}  // namespace leader_cron
