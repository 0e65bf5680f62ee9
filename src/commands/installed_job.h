// A job as the hooks have installed it, found by its name by who may run it: each user its own,
// root all. Running it is for run_job.h; which files there are, and which of them is to be
// believed, for job_files.h.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "charm/names.h"
#include "jobs/job.h"

namespace leader_cron {

struct InstalledJob {
  Job job;
  uid_t owner = 0;  // by its file
};

// Nothing where there is none. Throws MachineError where it cannot be read, or is not as we wrote
// it.
std::optional<InstalledJob> find_installed_job(const ServicePaths& paths, std::string_view name);

// Of the jobs that this user may run. Throws MachineError where a file of them is not as we wrote
// it: the job may be lost in it.
std::vector<std::string> names_of_jobs(const ServicePaths& paths);

// For root: become() that user, see users.h. Throws MachineError unless the file's owner is the
// user that its text names: what a job's user could write into it must not choose whom root
// becomes.
void become_its_user(const InstalledJob& installed, const ServicePaths& paths,
                     std::vector<std::string>& environment);

}  // namespace leader_cron
