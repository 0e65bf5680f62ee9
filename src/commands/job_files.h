// The files of users' jobs on this machine, for those that read more than their own: which there
// are, and whose a job is. A file belongs to its user, who may write to it: that a job's name
// stands in it does not make the job that user's.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "charm/names.h"

namespace leader_cron {

// More than any hook of ours writes; of what a user writes to its own file no more is read for an
// answer.
inline constexpr std::size_t kLargestJobFile = std::size_t{64} << 20;

// Users that have a file, ascending.
std::vector<uid_t> users_with_jobs(const ServicePaths& paths);

// Names in the folder of a user's runs, sorted: of jobs that ran, and of what else the user put
// there. A bounded number of them.
std::vector<std::string> run_folders_of(uid_t user, const ServicePaths& paths);

// For root. Which of these users' files tells the truth of a job whose name stands in all of them:
// root's own, else that of the user whose the job was by the last good jobs. `users` is not empty,
// and ascending.
class JobOwners {
 public:
  explicit JobOwners(const ServicePaths& paths) : paths_(paths) {}

  uid_t choose(const std::string& job, const std::vector<uid_t>& users);

 private:
  const ServicePaths& paths_;
  std::optional<std::map<std::string, uid_t>> last_good_;  // read once it is needed
};

}  // namespace leader_cron
