#include "commands/apply.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <optional>

#include "charm/names.h"
#include "juju/hook_tools.h"
#include "system/crontab_file.h"
#include "system/file.h"
#include "system/log.h"
#include "system/machine.h"
#include "system/machine_error.h"
#include "system/run_folder.h"

namespace leader_cron {
namespace {

// A state folder appears with its owner in it, or not at all.
void claim_service(const ServicePaths& paths, std::string_view owner) {
  const std::string state = on_machine(paths.state);
  const NewFile readable{0644, std::nullopt, std::nullopt};
  if (!list_folder(state).empty()) {
    replace_file(on_machine(paths.owner), owner, readable);
    return;
  }
  const std::string being_made = temporary_path(state);
  remove_tree(being_made);
  make_folders(being_made);
  replace_file(being_made + "/" + base_name(paths.owner), owner, readable);
  rename_path(being_made, state);
  flush_folder(folder_of(state));
}

// For what must not fail the hook: what lies in a user's folders, where it may do as it likes, and
// the metrics.
template <typename Work>
void despite_errors(const Work& work) {
  try {
    work();
  } catch (const MachineError& error) {
    log(LogLevel::warning, error.what());
  }
}

void remove_metrics_of(const ServicePaths& paths) {
  const auto path = read_file(on_machine(paths.metrics));
  if (path) remove_file(on_machine(path->substr(0, path->find('\n'))));
}

// The crontab first: no job starts any more while the rest goes. The state folder leaves its name
// before it is emptied, so that a kill in between leaves no half of it.
void abandon_service(const ServicePaths& paths) {
  remove_crontab(on_machine(paths.crontab));
  remove_file(temporary_path(on_machine(paths.crontab)));
  if (!remove_if_file(on_machine(paths.supervisor)) || file_status(on_machine(paths.crontab))) {
    log(LogLevel::warning,
        fmt::format("a folder at {} or {} is not ours and stays", paths.crontab, paths.supervisor));
  }
  remove_file(temporary_path(on_machine(paths.supervisor)));
  remove_tree(on_machine(paths.runtime));
  despite_errors([&] { remove_metrics_of(paths); });
  const std::string state = on_machine(paths.state);
  if (!file_status(state)) return;
  const std::string going = fmt::format("{}/.{}.gone", folder_of(state), base_name(state));
  remove_tree(going);
  rename_path(state, going);
  flush_folder(folder_of(state));
  // Its owner last: it tells the next hook that the rest may go.
  for (const std::string& name : list_folder(going)) {
    if (name != base_name(paths.owner)) remove_tree(going + "/" + name);
  }
  remove_tree(going);
}

// The path is remembered before the file is there, so that no file is forgotten.
void write_metrics(const Plan& plan, const ServicePaths& paths) {
  const NewFile readable{0644, std::nullopt, std::nullopt};
  if (plan.remove_metrics) remove_file(on_machine(*plan.remove_metrics));
  if (plan.remove_metrics && !plan.metrics) remove_file(on_machine(paths.metrics));
  if (!plan.metrics) return;
  if (read_file(on_machine(paths.metrics)) != plan.metrics->path + "\n")
    replace_file(on_machine(paths.metrics), plan.metrics->path + "\n", readable);
  replace_file(on_machine(plan.metrics->path), plan.metrics->text, readable);
}

void give_leave(const Plan& plan, const ServicePaths& paths) {
  if (plan.allowed && !plan.allowed->remove) {
    replace_file(on_machine(paths.allowed), plan.allowed->text, {0644, std::nullopt, std::nullopt});
  }
  if (plan.stamp && !plan.stamp->remove) write_stamp(plan.stamp->text, paths);
}

void take_leave(const Plan& plan, const ServicePaths& paths) {
  if (plan.allowed && plan.allowed->remove) {
    remove_file(on_machine(paths.allowed));
    flush_folder(on_machine(paths.state));
  }
  if (plan.stamp && plan.stamp->remove) remove_file(on_machine(paths.stamp));
  if (!plan.leadership) return;
  make_folders(on_machine(paths.runtime));
  replace_unflushed(on_machine(paths.leadership), *plan.leadership,
                    {0644, std::nullopt, std::nullopt});
}

void prepare_runs(const Plan& plan, const ServicePaths& paths) {
  for (const uid_t user : plan.prepare_runs)
    prepare_user_runs(on_machine(paths.user_runs(user)), user);
  for (const RunFolderToMove& move : plan.move_runs) {
    despite_errors([&] { move_run_folder(on_machine(paths.runs), move.job, move.from, move.to); });
  }
}

// A job that comes back must find its lock: the folder of one that still runs stays for now.
bool remove_run_folder(const std::string& path) {
  const auto lock = lock_idle_run_folder(path);
  if (lock) despite_errors([&] { remove_tree(path); });
  return lock.has_value();
}

// False where one has to stay.
bool remove_runs(const Plan& plan, const ServicePaths& paths) {
  bool all = true;
  for (const RunFolderToRemove& folder : plan.remove_runs) {
    if (!folder.name.empty()) {
      all = remove_run_folder(on_machine(paths.run(folder.user, folder.name))) && all;
      continue;
    }
    const std::string of_user = on_machine(paths.user_runs(folder.user));
    bool idle = true;
    for (const std::string& job : list_folder(of_user))
      idle = remove_run_folder(of_user + "/" + job) && idle;
    if (idle) despite_errors([&] { remove_tree(of_user); });
    all = all && idle;
  }
  return all;
}

void add_job_files(Replacements& files, const std::vector<JobFileToWrite>& jobs,
                   const ServicePaths& paths) {
  for (const JobFileToWrite& job_file : jobs) {
    files.add(on_machine(paths.job_file(job_file.user)), job_file.text,
              {0400, job_file.user, std::nullopt});
  }
}

// What the crontab does not name any more.
void remove_old_jobs(const Plan& plan, const ServicePaths& paths) {
  const std::string folder = on_machine(paths.jobs);
  Replacements files;
  add_job_files(files, plan.prune_jobs, paths);
  files.flush();
  files.put_in_place(folder);
  for (const uid_t user : plan.remove_jobs) remove_file(on_machine(paths.job_file(user)));
}

bool install_files(const Plan& plan, const ServicePaths& paths) {
  if (plan.claim) claim_service(paths, *plan.claim);
  if (plan.copy_supervisor) {
    make_folders(on_machine(folder_of(paths.supervisor)));
    copy_file(program_path(), on_machine(paths.supervisor), 0755);
  }
  prepare_runs(plan, paths);
  // On the disk together, in place one after the other.
  Replacements files;
  if (!plan.install_jobs.empty()) make_folders(on_machine(paths.jobs));
  add_job_files(files, plan.install_jobs, paths);
  const std::string crontab = on_machine(paths.crontab);
  if (plan.crontab) {
    make_folders(folder_of(crontab));
    add_crontab(files, crontab, *plan.crontab);
  }
  if (plan.last_good)
    files.add(on_machine(paths.last_good), *plan.last_good, {0600, std::nullopt, std::nullopt});
  files.flush();
  files.put_in_place(on_machine(paths.jobs));
  give_leave(plan, paths);
  if (plan.crontab) put_crontab_in_place(files, crontab);
  take_leave(plan, paths);
  remove_old_jobs(plan, paths);
  const bool removed = remove_runs(plan, paths);
  if (plan.mark_leader && !*plan.mark_leader) remove_file(on_machine(paths.leader));
  // Lost, the next hook makes it anew.
  if (plan.mark_leader && *plan.mark_leader)
    replace_unflushed(on_machine(paths.leader), "", {0644, std::nullopt, std::nullopt});
  files.put_in_place(on_machine(paths.state));
  return removed;
}

}  // namespace

void write_stamp(std::string_view text, const ServicePaths& paths) {
  make_folders(on_machine(paths.runtime));
  // Of a memory file system: there is no disk to wait for.
  replace_unflushed(on_machine(paths.stamp), text, {0644, std::nullopt, std::nullopt});
}

bool apply_files(const Plan& plan) {
  const ServicePaths paths(plan.service);
  for (const std::string& path : plan.remove_leftovers) remove_tree(on_machine(path));
  const bool done = install_files(plan, paths);
  for (const std::string& service : plan.abandon) abandon_service(ServicePaths(service));
  despite_errors([&] { write_metrics(plan, paths); });
  return done;
}

bool tell(const Plan& plan, LogLevel level) {
  const ServicePaths paths(plan.service);
  for (const LogMessage& message : plan.log) log(message.level, message.text);
  std::optional<DatabagWriting> application;
  std::optional<DatabagWriting> unit;
  std::optional<StatusSetting> setting;
  if (const auto& write = plan.application_data)
    application.emplace(write->relation_id, Databags::application, write->values);
  if (const auto& write = plan.unit_data)
    unit.emplace(write->relation_id, Databags::unit, write->values);
  if (plan.status && (plan.remember || shown_status() != plan.status))
    setting.emplace(*plan.status);
  LogSending sending(level);
  if (application) application->finish();
  if (unit) unit->finish();
  const bool told = !setting || setting->finish();
  sending.finish();
  if (plan.remember && told) {
    // Lost, it is told once more.
    replace_unflushed(on_machine(paths.status), *plan.remember, {0600, std::nullopt, std::nullopt});
  }
  return told;
}

}  // namespace leader_cron
