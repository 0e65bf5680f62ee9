// The crontab that a list of jobs gives, as a value. Its text is for cron/crontab.h.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cron/crontab.h"
#include "jobs/job.h"

namespace leader_cron {

// A job that is disabled, or whose user is not among `users`, has a comment that says so and no
// line: one user that cron does not know makes it drop the whole file.
Crontab crontab_of(std::string_view service, std::string_view application, bool leader,
                   const std::vector<Job>& jobs, const std::map<std::string, uid_t>& users);

}  // namespace leader_cron
