#include "commands/installed_job.h"

#include <unistd.h>

#include <map>
#include <utility>

#include "commands/job_files.h"
#include "jobs/job_lines.h"
#include "jobs/stored_job.h"
#include "system/file.h"
#include "system/job_lookup.h"
#include "system/machine.h"
#include "system/machine_error.h"
#include "system/users.h"

namespace leader_cron {
namespace {

std::string job_path(const ServicePaths& paths, uid_t user) {
  return on_machine(paths.job_file(user));
}

MachineError damaged(const ServicePaths& paths, uid_t owner) {
  return {"read the job", job_path(paths, owner), "it is damaged; any hook of the charm mends it"};
}

InstalledJob read_job(const ServicePaths& paths, std::string_view name, std::string_view text,
                      uid_t owner) {
  const auto line = job_line_in(text);
  auto job = line ? stored_job(line->body) : std::nullopt;
  if (!job || job->name != name) throw damaged(paths, owner);
  return {*std::move(job), owner};
}

}  // namespace

std::optional<InstalledJob> find_installed_job(const ServicePaths& paths, std::string_view name) {
  const uid_t self = geteuid();
  const std::string wanted(name);
  if (const auto line = find_job_line(job_path(paths, self), wanted))
    return read_job(paths, name, *line, self);
  if (self != 0) return std::nullopt;
  std::map<uid_t, std::string> lines;
  std::vector<uid_t> users;
  for (const uid_t user : users_with_jobs(paths)) {
    auto line = find_job_line(job_path(paths, user), wanted);
    if (!line) continue;
    lines.emplace(user, *std::move(line));
    users.push_back(user);
  }
  if (users.empty()) return std::nullopt;
  const uid_t owner = JobOwners(paths).choose(wanted, users);
  return read_job(paths, name, lines.at(owner), owner);
}

std::vector<std::string> names_of_jobs(const ServicePaths& paths) {
  std::vector<std::string> names;
  const uid_t self = geteuid();
  for (const uid_t user : users_with_jobs(paths)) {
    if (self != 0 && self != user) continue;
    const std::string text = read_beginning(job_path(paths, user), kLargestJobFile).value_or("");
    const JobLines lines(text);
    std::string as_written;
    for (const JobLine& line : lines.all()) {
      add_line(as_written, line);
      names.emplace_back(line.name);
    }
    if (as_written != text) throw damaged(paths, user);
  }
  return names;
}

void become_its_user(const InstalledJob& installed, const ServicePaths& paths,
                     std::vector<std::string>& environment) {
  const Job& job = installed.job;
  const std::string path = job_path(paths, installed.owner);
  const auto users = find_users({job.user}).value_or(std::map<std::string, User>{});
  const auto user = users.find(job.user);
  if (user == users.end())
    throw MachineError("become the user", job.user, "this machine has no such user");
  const auto status = file_status(path);
  if (!status || status->owner != user->second.uid || installed.owner != user->second.uid)
    throw MachineError("trust the job", path, "it does not belong to the job's user");
  become(user->second, environment);
}

}  // namespace leader_cron
