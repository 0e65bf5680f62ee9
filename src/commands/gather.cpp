#include "commands/gather.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "charm/leadership_words.h"
#include "charm/names.h"
#include "charm/plan.h"
#include "commands/job_files.h"
#include "commands/services.h"
#include "commands/unit_view.h"
#include "cron/crontab.h"
#include "jobs/stored_job.h"
#include "juju/hook_tools.h"
#include "system/crontab_file.h"
#include "system/file.h"
#include "system/log.h"
#include "system/machine.h"
#include "system/machine_error.h"
#include "system/users.h"
#include "system/zone_file.h"

namespace leader_cron {
namespace {

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

bool is_copy_of_this_program(const std::optional<FileStatus>& status) {
  if (!status || status->kind != FileStatus::Kind::regular || status->mode != 0755) return false;
  const auto program = file_status(program_path());
  return program && program->size == status->size &&
         program->modified.tv_sec == status->modified.tv_sec &&
         program->modified.tv_nsec == status->modified.tv_nsec;
}

// Temporary files that a killed hook left beside `path`.
void look_for_leftover(const std::string& path, std::vector<std::string>& leftovers) {
  const std::string temporary = temporary_path(path);
  if (file_status(on_machine(temporary))) leftovers.push_back(temporary);
}

// All that we write to a user's file is in the last good jobs too, or has just been configured, in
// so many bytes of YAML; in JSON that may take some times what it took there. What is larger is of
// the user's own making.
std::size_t largest_job_file(std::size_t configured, const Installed& installed) {
  constexpr std::size_t kLeast = std::size_t{1} << 20;
  constexpr std::size_t kTimes = 8;
  return kLeast + kTimes * (installed.last_good_text.size() + configured);
}

void look_at_jobs(const ServicePaths& paths, std::size_t largest, Installed& installed) {
  for (const std::string& file : list_folder(on_machine(paths.jobs))) {
    const std::string path = paths.jobs + "/" + file;
    const auto user = user_of_job_file(file);
    const auto status = file_status(on_machine(path));
    if (!user || !status || status->kind != FileStatus::Kind::regular) {
      installed.leftovers.push_back(path);
      continue;
    }
    installed.jobs[*user] = {read_beginning(on_machine(path), largest).value_or(""),
                             status->owner == *user && status->mode == 0400};
  }
}

void look_at_runs(const ServicePaths& paths, Installed& installed) {
  for (const std::string& folder : list_folder(on_machine(paths.runs))) {
    const std::string path = paths.runs + "/" + folder;
    const auto user = user_of_run_folder(folder);
    const auto status = file_status(on_machine(path));
    if (!user || !status || status->kind != FileStatus::Kind::folder) {
      installed.leftovers.push_back(path);
      continue;
    }
    installed.runs[*user] = {run_folders_of(*user, paths),
                             status->owner == *user && status->mode == 0700};
  }
}

void look_at_state(const ServicePaths& paths, std::size_t configured, Installed& installed) {
  const auto folder = file_status(on_machine(paths.state));
  if (!folder) return;
  if (folder->kind != FileStatus::Kind::folder) {
    installed.state_in_the_way = true;
    return;
  }
  const std::vector<std::string> names = list_folder(on_machine(paths.state));
  installed.state_in_the_way =
      !names.empty() && std::find(names.begin(), names.end(), "owner") == names.end();
  for (const std::string& name : names) {
    if (name.starts_with('.') && name.ends_with(".new"))
      installed.leftovers.push_back(paths.state + "/" + name);
  }
  installed.last_good_text = read_file(on_machine(paths.last_good)).value_or("");
  look_at_jobs(paths, largest_job_file(configured, installed), installed);
  look_at_runs(paths, installed);
  installed.leader_since = leader_since(paths);
  installed.metrics_file = first_line(read_file(on_machine(paths.metrics)).value_or(""));
  if (!installed.metrics_file.empty())
    installed.metrics = read_file(on_machine(installed.metrics_file)).value_or("");
  installed.status = read_file(on_machine(paths.status)).value_or("");
}

void look_at_installed(const ServicePaths& paths, std::size_t configured, Installed& installed) {
  const std::string crontab = on_machine(paths.crontab);
  if (const auto status = file_status(crontab)) {
    if (status->kind == FileStatus::Kind::regular) {
      installed.crontab = read_file(crontab);
      installed.crontab_sound =
          status->mode == 0644 && status->owner == geteuid() && is_settled(crontab);
    } else {
      installed.crontab_in_the_way = true;
      installed.folder_in_the_way = status->kind == FileStatus::Kind::folder;
    }
  }
  const auto supervisor = file_status(on_machine(paths.supervisor));
  installed.supervisor_exists = supervisor.has_value();
  if (supervisor && supervisor->kind == FileStatus::Kind::folder)
    installed.folder_in_the_way = true;
  installed.supervisor_current = is_copy_of_this_program(supervisor);
  look_at_state(paths, configured, installed);
  installed.stamp = read_file(on_machine(paths.stamp));
  installed.allowed = read_file(on_machine(paths.allowed));
  installed.leadership = read_file(on_machine(paths.leadership)).value_or("");
  look_for_leftover(paths.crontab, installed.leftovers);
  look_for_leftover(paths.supervisor, installed.leftovers);
}

// The last good jobs, where the configuration does not give any that are good; of the service that
// this unit maintained before its service-name changed, where this one has none.
void look_at_last_good(Facts& facts) {
  if (facts.config && facts.config->jobs && facts.job_file.problems.empty()) return;
  facts.installed.last_good = stored_jobs(facts.installed.last_good_text);
  if (facts.installed.last_good) return;
  for (const OwnedService& service : facts.services) {
    if (service.unit != facts.unit || service.service == facts.service) continue;
    const auto text = read_file(on_machine(ServicePaths(service.service).last_good));
    if (text) facts.installed.last_good = stored_jobs(*text);
  }
}

// What lies there for the service that is to be; where others are in its way, for the one this unit
// maintains still: leadership is applied to that while the operator mends the configuration.
void look_at_service(std::size_t configured, Facts& facts) {
  if (facts.service.empty()) return;
  const std::vector<std::string> leftovers = facts.installed.leftovers;
  look_at_installed(ServicePaths(facts.service), configured, facts.installed);
  look_at_last_good(facts);
  const std::string reason = objection(facts);
  const auto maintained = std::find_if(
      facts.services.begin(), facts.services.end(), [&facts](const OwnedService& each) {
        return each.unit == facts.unit && each.service != facts.service;
      });
  if (reason.empty() || maintained == facts.services.end()) return;
  facts.refusal = reason;
  facts.service = maintained->service;
  facts.installed = {};
  facts.installed.leftovers = leftovers;
  look_at_installed(ServicePaths(facts.service), configured, facts.installed);
  look_at_last_good(facts);
}

// Without an answer of getent, the last good jobs tell who was there. Jobs whose user was not there
// are root's.
std::map<std::string, uid_t> users_of_installed_jobs(const Installed& installed) {
  std::map<std::string, uid_t> owners = {{"root", geteuid()}};
  for (const StoredOwner& stored : stored_owners(installed.last_good_text)) {
    if (stored.owner != 0 || geteuid() != 0) owners[stored.user] = stored.owner;
  }
  return owners;
}

// Of jobs that have a folder of runs with another user than theirs, as after a change of that.
void look_at_former_owners(const std::vector<Job>& jobs, Facts& facts) {
  Installed& installed = facts.installed;
  std::set<std::pair<std::string_view, uid_t>> elsewhere;
  for (const Job& job : jobs) {
    const uid_t owner = owner_of(job, facts.users);
    for (const auto& [user, runs] : installed.runs) {
      if (user != owner && std::binary_search(runs.names.begin(), runs.names.end(), job.name))
        elsewhere.emplace(job.name, user);
    }
  }
  if (elsewhere.empty()) return;
  for (const StoredOwner& stored : stored_owners(installed.last_good_text)) {
    if (elsewhere.contains({stored.job, stored.owner}))
      installed.former_owners[stored.job] = stored.owner;
  }
}

std::map<std::string, uid_t> look_up_users(const std::vector<Job>& jobs, const Installed& installed,
                                           Gathered& gathered) {
  std::set<std::string>& names = gathered.user_names;
  names = {"root"};
  for (const Job& job : jobs) names.insert(job.user);
  const auto users = find_users(names);
  if (!users) {
    gathered.certain = false;
    log(LogLevel::warning,
        "getent cannot look up users; those of the installed jobs are taken to exist");
    return users_of_installed_jobs(installed);
  }
  std::map<std::string, uid_t> owners;
  for (const auto& [name, user] : *users) owners[name] = file_owner(user);
  return owners;
}

void look_at_records(Facts& facts, const std::vector<Job>& jobs) {
  facts.now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const bool waits = facts.leadership == Leadership::leader && !facts.decision.active();
  const bool interesting = std::any_of(jobs.begin(), jobs.end(),
                                       [&facts](const Job& job) { return wants_runs(facts, job); });
  if (waits || interesting) facts.zone = machine_zone();
  if (interesting) facts.runs = runs_of(jobs, facts);
}

void look_for_metrics_directory(Facts& facts) {
  if (!facts.config || !facts.config->metrics_directory.starts_with('/')) return;
  struct stat status {};
  facts.installed.has_metrics_directory =
      stat(on_machine(facts.config->metrics_directory).c_str(), &status) == 0 &&
      S_ISDIR(status.st_mode);
}

bool has_answers(const LeadershipFacts& facts) {
  if (facts.leadership == Leadership::unknown) return false;
  if (facts.application.asked && !facts.application.value) return false;
  return std::all_of(facts.units.begin(), facts.units.end(),
                     [](const auto& each) { return each.second.value.has_value(); });
}

// Of the service whose files are this unit's; without any, nothing is remembered.
void look_at_leadership(const HookCall& call, Questions& questions, Gathered& gathered) {
  Facts& facts = gathered.facts;
  std::optional<LeadershipOptions> options;
  if (facts.config) {
    ReadLeadershipOptions read =
        read_leadership_options(facts.config->handover, facts.config->leadership_ttl);
    options = read.options;
    facts.leadership_problem = std::move(read.problem);
  }
  // What another unit knew, from which this one takes over, says nothing of this one.
  const bool own = std::ranges::any_of(facts.services, [&facts](const OwnedService& each) {
    return each.service == facts.service && each.unit == facts.unit;
  });
  std::optional<ServicePaths> paths;
  if (own && objection(facts).empty()) paths.emplace(facts.service);
  const LeadershipFacts& known = ask_leadership(call, questions, options, paths);
  facts.reading = known.reading;
  facts.decision = decide(known);
  facts.relation_id = questions.relation.value_or("");
  if (questions.relation) facts.decision.local.relation = questions.relation;
  gathered.certain = gathered.certain && has_answers(known);
}

}  // namespace

HookCall hook_call(std::string_view name) {
  HookCall call;
  call.name = name;
  call.model = environment_variable("JUJU_MODEL_NAME");
  call.unit = environment_variable("JUJU_UNIT_NAME");
  call.principal_unit = environment_variable("JUJU_PRINCIPAL_UNIT");
  if (call.unit.empty()) throw MachineError("run the hook", name, "JUJU_UNIT_NAME is not set");
  call.departing_unit = environment_variable("JUJU_DEPARTING_UNIT");
  if (environment_variable("JUJU_RELATION") == kPeerEndpoint)
    call.relation_id = environment_variable("JUJU_RELATION_ID");
  return call;
}

std::string crontab_template_path() {
  return folder_of(folder_of(program_path())) + "/templates/crontab.mustache";
}

std::string crontab_template() {
  const auto text = read_file(crontab_template_path());
  return text ? *text : std::string(built_in_crontab_template());
}

Gathered gather(const HookCall& call, Questions& questions) {
  Gathered gathered;
  Facts& facts = gathered.facts;
  facts.model = call.model;
  facts.unit = call.unit;
  facts.principal_unit = call.principal_unit;
  facts.services = find_services(application_of(facts.unit), facts.installed.leftovers);
  facts.crontab_template = crontab_template();
  facts.leadership = questions.leadership.answer();
  std::size_t configured = 0;
  if (auto options = questions.config.answer()) {
    facts.config = std::move(options->config);
    facts.job_file = read_job_file(facts.config->jobs.value_or(""));
    // Read, the text is nothing but large.
    if (facts.config->jobs) {
      configured = facts.config->jobs->size();
      std::string().swap(*facts.config->jobs);
    }
    gathered.log_level = level_named(options->log_level);
  }
  facts.service = choose_service(facts.unit, facts.principal_unit, facts.config, facts.services);
  look_at_service(configured, facts);
  const std::vector<Job>& jobs =
      choose_jobs(facts.config, facts.job_file, facts.installed.last_good);
  facts.users = look_up_users(jobs, facts.installed, gathered);
  look_at_leadership(call, questions, gathered);
  look_at_former_owners(jobs, facts);
  look_at_records(facts, jobs);
  look_for_metrics_directory(facts);
  gathered.certain = gathered.certain && facts.config;
  facts.cron_daemon = has_cron_daemon() || (call.name == "install" && install_cron_daemon());
  return gathered;
}

Facts gather_for_removal(const HookCall& call) {
  Facts facts;
  facts.model = call.model;
  facts.unit = call.unit;
  facts.principal_unit = call.principal_unit;
  facts.services = find_services(application_of(facts.unit), facts.installed.leftovers);
  return facts;
}

}  // namespace leader_cron
