#include "charm/crontab_of.h"

#include <fmt/format.h>

namespace leader_cron {

Crontab crontab_of(std::string_view service, std::string_view application, bool leader,
                   const std::vector<Job>& jobs, const std::map<std::string, uid_t>& users) {
  Crontab crontab{std::string(service), std::string(application), leader, {}};
  for (const Job& job : jobs) {
    CrontabJob line{job.name,    job.schedule.text,           job.user, job.description,
                    job.command, job.run_on == RunOn::leader, ""};
    if (!job.enabled) {
      line.absence = "it is disabled";
    } else if (!users.contains(job.user)) {
      line.absence = fmt::format("this machine has no user {}", job.user);
    }
    crontab.jobs.push_back(std::move(line));
  }
  return crontab;
}

}  // namespace leader_cron
