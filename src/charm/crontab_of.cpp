#include "charm/crontab_of.h"

#include <fmt/format.h>

#include "cron/in_words.h"

namespace leader_cron {
namespace {

// "at 07:00 on weekdays (0 7 * * mon-fri)": the operator's own words where the crontab's line has
// others.
std::string when_in_words(const Job& job) {
  std::string words = in_words(job.schedule);
  constexpr std::size_t kLongest = 100;
  const std::string& written = job.schedule_as_written;
  if (written == job.schedule.text || written.empty() || written.size() > kLongest) return words;
  return fmt::format("{} ({})", words, written);
}

}  // namespace

Crontab crontab_of(std::string_view service, std::string_view application, bool leader,
                   const std::vector<Job>& jobs, const std::map<std::string, uid_t>& users) {
  Crontab crontab{std::string(service), std::string(application), leader, {}};
  crontab.jobs.reserve(jobs.size());
  for (const Job& job : jobs) {
    CrontabJob line{
        job.name,    job.schedule.text,           job.user, job.description, when_in_words(job),
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
