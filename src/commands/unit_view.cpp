#include "commands/unit_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "cron/crontab.h"
#include "jobs/stored_job.h"
#include "system/file.h"
#include "system/machine.h"
#include "system/machine_error.h"
#include "system/record_file.h"

namespace leader_cron {
namespace {

constexpr std::string_view kJobSuffix = ".json";

bool is_forbidden(const MachineError& error) {
  return error.error() == EACCES || error.error() == EPERM;
}

}  // namespace

std::optional<std::chrono::sys_seconds> leader_since(const ServicePaths& paths) {
  const auto mark = file_status(on_machine(paths.leader));
  if (!mark) return std::nullopt;
  return std::chrono::sys_seconds(std::chrono::seconds(mark->modified.tv_sec));
}

std::map<std::string, JobRuns> runs_of(
    const std::vector<Job>& jobs, const ServicePaths& paths,
    const std::map<std::string, std::chrono::sys_seconds>& installed,
    std::optional<std::chrono::sys_seconds> leader_since) {
  std::map<std::string, JobRuns> runs;
  for (const Job& job : jobs) {
    const auto since = installed.find(job.name);
    if (since == installed.end()) continue;  // it is only being installed
    JobRuns& known = runs[job.name];
    known.since = since->second;
    if (job.run_on == RunOn::leader && leader_since)
      known.since = std::max(known.since, *leader_since);
    known.last = read_last_run(on_machine(paths.run(job.name)));
  }
  return runs;
}

UnitView view_unit(std::string_view service) {
  const ServicePaths paths(service);
  if (!file_status(on_machine(paths.owner)))
    throw MachineError("answer for", service, "this machine has no such service");
  UnitView view;
  std::map<std::string, std::chrono::sys_seconds> installed;
  for (const std::string& file : list_folder(on_machine(paths.jobs))) {
    if (file.starts_with('.') || !file.ends_with(kJobSuffix)) continue;
    const std::string path = on_machine(fmt::format("{}/{}", paths.jobs, file));
    try {
      const auto status = file_status(path);
      auto job = stored_job(read_file(path).value_or(""));
      if (!job || !status) continue;
      installed[job->name] =
          std::chrono::sys_seconds(std::chrono::seconds(status->modified.tv_sec));
      view.jobs.push_back(*std::move(job));
    } catch (const MachineError& error) {
      if (!is_forbidden(error)) throw;
      ++view.of_others;
    }
  }
  const auto crontab = read_beginning(on_machine(paths.crontab), kCrontabHead);
  if (crontab) view.leader = read_crontab_head(*crontab).leader;
  view.runs = runs_of(view.jobs, paths, installed, leader_since(paths));
  return view;
}

std::vector<JobRecord> history_of(const std::vector<std::string>& jobs, const ServicePaths& paths,
                                  std::size_t most) {
  std::vector<JobRecord> history;
  for (const std::string& job : jobs) {
    for (Record& record : read_records(on_machine(paths.run(job)), std::min(most, kRecordsKept)))
      history.push_back({job, std::move(record)});
  }
  std::stable_sort(history.begin(), history.end(), [](const JobRecord& a, const JobRecord& b) {
    return a.record.start < b.record.start;
  });
  if (history.size() > most)
    history.erase(history.begin(), history.end() - static_cast<std::ptrdiff_t>(most));
  return history;
}

}  // namespace leader_cron
