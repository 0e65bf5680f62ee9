#include "commands/unit_view.h"

#include <algorithm>
#include <cerrno>

#include "charm/plan.h"
#include "commands/job_files.h"
#include "cron/crontab.h"
#include "jobs/job_lines.h"
#include "jobs/stored_job.h"
#include "system/file.h"
#include "system/machine.h"
#include "system/machine_error.h"
#include "system/record_file.h"

namespace leader_cron {
namespace {

bool is_forbidden(const MachineError& error) {
  return error.error() == EACCES || error.error() == EPERM;
}

struct SeenJob {
  Job job;
  std::chrono::sys_seconds since;
};

// By name, in each user's file in which it is.
using SeenJobs = std::map<std::string, std::map<uid_t, SeenJob>>;

void see_jobs_of(uid_t user, const ServicePaths& paths, SeenJobs& seen) {
  const auto text = read_beginning(on_machine(paths.job_file(user)), kLargestJobFile);
  if (!text) return;
  const JobLines lines(*text);
  for (const JobLine& line : lines.all()) {
    auto job = stored_job(line.body);
    if (!job || job->name != line.name) continue;
    auto& by_user = seen[job->name];
    by_user.emplace(user, SeenJob{*std::move(job), line.since});
  }
}

// All that this user may see.
SeenJobs see_jobs(const ServicePaths& paths, UnitView& view) {
  SeenJobs seen;
  for (const uid_t user : users_with_jobs(paths)) {
    try {
      see_jobs_of(user, paths, seen);
    } catch (const MachineError& error) {
      if (!is_forbidden(error)) throw;
      view.others = true;
    }
  }
  return seen;
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::binary_search(names.begin(), names.end(), name);
}

}  // namespace

std::optional<std::chrono::sys_seconds> leader_since(const ServicePaths& paths) {
  const auto mark = file_status(on_machine(paths.leader));
  if (!mark) return std::nullopt;
  return std::chrono::sys_seconds(std::chrono::seconds(mark->modified.tv_sec));
}

std::map<std::string, JobRuns> runs_of(const std::vector<Job>& jobs, const Facts& facts) {
  const ServicePaths paths(facts.service);
  const Installed& installed = facts.installed;
  std::map<uid_t, JobLines> lines;
  for (const auto& [user, file] : installed.jobs) lines.emplace(user, file.text);
  std::map<std::string, JobRuns> runs;
  for (const Job& job : jobs) {
    if (!wants_runs(facts, job)) continue;
    uid_t owner = owner_of(job, facts.users);
    JobRuns& known = runs[job.name];
    known.since = facts.now;  // of one that is only being installed
    if (const auto file = lines.find(owner); file != lines.end()) {
      if (const JobLine* line = file->second.find(job.name)) known.since = line->since;
    }
    if (job.run_on == RunOn::leader && installed.leader_since)
      known.since = std::max(known.since, *installed.leader_since);
    if (const auto former = installed.former_owners.find(job.name);
        former != installed.former_owners.end()) {
      owner = former->second;
    }
    if (const auto folder = installed.runs.find(owner);
        folder != installed.runs.end() && has(folder->second.names, job.name)) {
      known.last = read_last_run(on_machine(paths.run(owner, job.name)));
    }
  }
  return runs;
}

UnitView view_unit(std::string_view service) {
  const ServicePaths paths(service);
  if (!file_status(on_machine(paths.owner)))
    throw MachineError("answer for", service, "this machine has no such service");
  UnitView view;
  const auto since_leader = leader_since(paths);
  JobOwners owners(paths);
  for (auto& [name, files] : see_jobs(paths, view)) {
    std::vector<uid_t> users;
    for (const auto& [user, seen] : files) users.push_back(user);
    const uid_t owner = owners.choose(name, users);
    SeenJob& seen = files.at(owner);
    JobRuns& known = view.runs[name];
    known.since = seen.since;
    if (seen.job.run_on == RunOn::leader && since_leader)
      known.since = std::max(known.since, *since_leader);
    known.last = read_last_run(on_machine(paths.run(owner, name)));
    view.owners[name] = owner;
    view.jobs.push_back(std::move(seen.job));
  }
  const auto crontab = read_beginning(on_machine(paths.crontab), kCrontabHead);
  if (crontab) view.leader = read_crontab_head(*crontab).leader;
  return view;
}

std::vector<JobRecord> history_of(const std::vector<std::string>& jobs, const UnitView& view,
                                  const ServicePaths& paths, std::size_t most) {
  std::vector<JobRecord> history;
  for (const std::string& job : jobs) {
    const std::string folder = on_machine(paths.run(view.owners.at(job), job));
    for (Record& record : read_records(folder, std::min(most, kRecordsKept)))
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
