#include "run/launch.h"

#include <algorithm>
#include <string_view>

namespace leader_cron {
namespace {

void set_variable(std::vector<std::string>& environment, const std::string& name,
                  const std::string& value) {
  const std::string prefix = name + "=";
  environment.erase(
      std::remove_if(environment.begin(), environment.end(),
                     [&prefix](const std::string& entry) { return entry.starts_with(prefix); }),
      environment.end());
  environment.push_back(prefix + value);
}

}  // namespace

Launch launch_of(const Job& job, const std::vector<std::string>& inherited) {
  Launch launch{{"/bin/sh", "-c", job.command}, inherited, job.directory, job.umask};
  for (const auto& [name, value] : job.environment) set_variable(launch.environment, name, value);
  return launch;
}

}  // namespace leader_cron
