#include "commands/run_job.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <vector>

#include "charm/names.h"
#include "jobs/stored_job.h"
#include "jobs/suggest.h"
#include "run/launch.h"
#include "system/file.h"
#include "system/launcher.h"
#include "system/machine.h"
#include "system/machine_error.h"
#include "system/users.h"

namespace leader_cron {
namespace {

int no_such_job(const ServicePaths& paths, std::string_view service, std::string_view name) {
  std::vector<std::string> names;
  for (const std::string& file : list_folder(on_machine(paths.jobs)))
    names.push_back(file.substr(0, file.rfind('.')));
  const std::vector<std::string_view> known(names.begin(), names.end());
  const std::string_view nearest = nearest_word(name, known);
  fmt::print(stderr, "{}{}: no job {}{}\n", service, kServiceSuffix, name,
             nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest));
  return kOwnFailure;
}

// For root only. The file's owner must be the user that its text names: what a job's user could
// write into it must not choose whom root becomes.
void become_the_jobs_user(const Job& job, const std::string& path,
                          std::vector<std::string>& environment) {
  const auto users = find_users({job.user}).value_or(std::map<std::string, User>{});
  const auto user = users.find(job.user);
  if (user == users.end())
    throw MachineError("become the user", job.user, "this machine has no such user");
  const auto status = file_status(path);
  if (!status || status->owner != user->second.uid) {
    throw MachineError("trust the job", path, "it does not belong to the job's user");
  }
  if (user->second.uid != 0) become(user->second, environment);
}

}  // namespace

int run_job(std::string_view service, std::string_view name) {
  const ServicePaths paths(service);
  const std::string path = on_machine(paths.job(name));
  const auto text = name.find('/') == std::string_view::npos ? read_file(path) : std::nullopt;
  if (!text) return no_such_job(paths, service, name);
  const auto job = stored_job(*text);
  if (!job)
    throw MachineError("read the job", path, "it is damaged; any hook of the charm mends it");
  std::vector<std::string> environment = inherited_environment();
  if (geteuid() == 0) become_the_jobs_user(*job, path, environment);
  launch(launch_of(*job, environment));
}

}  // namespace leader_cron
