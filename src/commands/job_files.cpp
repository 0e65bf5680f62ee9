#include "commands/job_files.h"

#include <algorithm>

#include "jobs/stored_job.h"
#include "system/file.h"
#include "system/machine.h"

namespace leader_cron {
namespace {

// Many more than there are jobs; what a user makes besides must not fill root's memory.
constexpr std::size_t kMostRunFolders = 100'000;

}  // namespace

std::vector<uid_t> users_with_jobs(const ServicePaths& paths) {
  std::vector<uid_t> users;
  for (const std::string& name : list_folder(on_machine(paths.jobs))) {
    if (const auto user = user_of_job_file(name)) users.push_back(*user);
  }
  std::sort(users.begin(), users.end());
  return users;
}

std::vector<std::string> run_folders_of(uid_t user, const ServicePaths& paths) {
  return list_folder(on_machine(paths.user_runs(user)), kMostRunFolders);
}

uid_t JobOwners::choose(const std::string& job, const std::vector<uid_t>& users) {
  if (users.size() == 1 || users.front() == 0) return users.front();
  if (!last_good_) {
    last_good_.emplace();
    for (StoredOwner& stored : stored_owners(read_file(on_machine(paths_.last_good)).value_or("")))
      last_good_->emplace(std::move(stored.job), stored.owner);
  }
  const auto owner = last_good_->find(job);
  return owner != last_good_->end() && std::binary_search(users.begin(), users.end(), owner->second)
             ? owner->second
             : users.front();
}

}  // namespace leader_cron
