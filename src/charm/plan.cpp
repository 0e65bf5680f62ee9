#include "charm/plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "charm/crontab_of.h"
#include "charm/leadership_words.h"
#include "charm/names.h"
#include "charm/plan_jobs.h"
#include "jobs/problem_text.h"
#include "run/metrics_text.h"

namespace leader_cron {
namespace {

const OwnedService* find_service(const std::vector<OwnedService>& services, std::string_view name) {
  const auto found =
      std::find_if(services.begin(), services.end(),
                   [name](const OwnedService& each) { return each.service == name; });
  return found == services.end() ? nullptr : &*found;
}

std::string folder_in_the_way(const ServicePaths& paths) {
  return fmt::format("a folder is in the way, move it: {} or {}", paths.crontab, paths.supervisor);
}

bool has_good_service_name(const Config& config) {
  return config.service_name.empty() || is_service_name(config.service_name);
}

std::vector<const Job*> enabled_without_user(const std::vector<Job>& jobs,
                                             const std::map<std::string, uid_t>& users) {
  std::vector<const Job*> found;
  for (const Job& job : jobs) {
    if (job.enabled && !users.contains(job.user)) found.push_back(&job);
  }
  return found;
}

std::string user_warning(const std::vector<const Job*>& without_user) {
  if (without_user.empty()) return "";
  const std::string first =
      fmt::format("no user {} for {}", without_user.front()->user, without_user.front()->name);
  return without_user.size() == 1 ? first
                                  : fmt::format("{} (and {} more)", first, without_user.size() - 1);
}

// An option with a default is always there: where jobs is missing, and there were some, config-get
// did not know.
bool knows_jobs(const Facts& facts) {
  if (!facts.config) return false;
  return facts.config->jobs || facts.installed.last_good.value_or(std::vector<Job>{}).empty();
}

std::string metrics_warning(const Facts& facts) {
  if (!facts.config || facts.config->metrics_directory.empty()) return "";
  const std::string& folder = facts.config->metrics_directory;
  if (!folder.starts_with('/'))
    return fmt::format("metrics-directory {} is no absolute path", folder);
  return facts.installed.has_metrics_directory
             ? ""
             : fmt::format("metrics-directory {} is not there", folder);
}

std::string trouble_words(const Facts& facts, const std::vector<Job>& jobs) {
  const auto trouble =
      newest_trouble(jobs, facts.runs, facts.decision.active(), facts.now, facts.zone);
  return trouble ? words_of(*trouble, facts.zone) : "";
}

// The first that says something, the gravest first.
std::string warning_of(const Facts& facts, const std::vector<Job>& jobs,
                       const std::string& trouble) {
  if (facts.leadership == Leadership::unknown) return "leadership unknown";
  if (!knows_jobs(facts)) return "configuration unknown";
  std::string warning = words_of(facts.decision, facts.reading, facts.now, facts.zone);
  if (warning.empty()) warning = user_warning(enabled_without_user(jobs, facts.users));
  if (warning.empty()) warning = trouble;
  return warning.empty() ? metrics_warning(facts) : warning;
}

Status status_of(const Facts& facts, const std::vector<Job>& jobs, const std::string& trouble) {
  if (facts.config && !has_good_service_name(*facts.config)) {
    return blocked("service-name: only lowercase letters, digits and hyphens, at most 200");
  }
  if (!facts.leadership_problem.empty()) return blocked(facts.leadership_problem);
  if (!facts.refusal.empty()) return blocked(facts.refusal);
  if (facts.service.empty() && facts.config)
    return blocked("this application's name cannot name files; set service-name");
  if (!facts.job_file.problems.empty()) return blocked_by_jobs(facts.job_file.problems);
  if (!facts.cron_daemon)
    return blocked("no cron daemon on this machine; run: apt-get install cron");
  const auto enabled =
      std::count_if(jobs.begin(), jobs.end(), [](const Job& job) { return job.enabled; });
  return working(facts.leadership == Leadership::leader, static_cast<std::size_t>(enabled),
                 warning_of(facts, jobs, trouble));
}

// All that is worth a line in the log for as long as it is so; told once, when it begins or
// changes.
std::vector<std::string> troubles_of(const Facts& facts, const std::vector<Job>& jobs,
                                     const std::string& trouble) {
  std::vector<std::string> troubles;
  for (const Problem& problem : facts.job_file.problems) {
    troubles.push_back(problem.at.line == 0
                           ? fmt::format("jobs: {}", sentence(problem))
                           : fmt::format("jobs, line {}, column {}: {}", problem.at.line,
                                         problem.at.column, sentence(problem)));
  }
  for (const Job* job : enabled_without_user(jobs, facts.users)) {
    troubles.push_back(
        fmt::format("job {} is not scheduled: this machine has no user {}", job->name, job->user));
  }
  if (!trouble.empty()) {
    troubles.push_back(fmt::format("{}; on the unit, {} history tells more", trouble,
                                   facts.service + std::string(kServiceSuffix)));
  }
  if (std::string warning = metrics_warning(facts); !warning.empty())
    troubles.push_back(std::move(warning));
  return troubles;
}

std::string_view first_lines(std::string_view text, int lines) {
  std::size_t end = 0;
  while (lines-- > 0 && end != std::string_view::npos)
    end = text.find('\n', end == 0 ? 0 : end + 1);
  return text.substr(0, end);
}

void plan_status(const Facts& facts, const Status& status, const std::vector<std::string>& troubles,
                 Plan& plan) {
  // The model and the unit are part of what is remembered: files that an older unit left must not
  // silence this one.
  const std::string told = fmt::format("{} {}\n{} {}", facts.model, facts.unit,
                                       word_of(status.workload), status.message);
  const std::string remember =
      fmt::format("{}\n{}{}", told, fmt::join(troubles, "\n"), troubles.empty() ? "" : "\n");
  if (facts.installed.status == remember) return;
  if (first_lines(facts.installed.status, 2) != told) {
    plan.status = status;
  }
  plan.remember = remember;
  for (const std::string& trouble : troubles) plan.log.push_back({LogLevel::warning, trouble});
}

void plan_crontab(const Facts& facts, const std::vector<Job>& jobs, Plan& plan) {
  const Crontab crontab = crontab_of(facts.service, application_of(facts.unit),
                                     facts.decision.active(), jobs, facts.users);
  std::string text = render_crontab(crontab, facts.crontab_template);
  if (facts.installed.crontab == text && facts.installed.crontab_sound) return;
  plan.crontab = std::move(text);
  plan.log.push_back(
      {LogLevel::info, fmt::format("crontab of {} written, IS_LEADER={}", facts.service,
                                   crontab.leader ? "True" : "False")});
}

void plan_leader_mark(const Facts& facts, Plan& plan) {
  const bool active = facts.decision.active();
  if (active != facts.installed.leader_since.has_value()) plan.mark_leader = active;
}

// The change that makes `there` what it should be.
std::optional<FileChange> change_to(const std::optional<std::string>& wanted,
                                    const std::optional<std::string>& there) {
  if (wanted == there) return std::nullopt;
  return wanted ? FileChange{false, *wanted} : FileChange{true, ""};
}

void plan_leadership(const Facts& facts, Plan& plan) {
  const LeadershipDecision& decision = facts.decision;
  std::optional<std::string> stamp;
  if (decision.stamp) stamp = text_of(*decision.stamp);
  std::optional<std::string> allowed;
  if (decision.allowed) allowed = text_of(*decision.allowed);
  plan.stamp = change_to(stamp, facts.installed.stamp);
  plan.allowed = change_to(allowed, facts.installed.allowed);
  if (std::string local = text_of(decision.local); local != facts.installed.leadership)
    plan.leadership = std::move(local);
}

// Others are told also by a unit whose files are another's: that it does not act is as true.
void plan_databags(const Facts& facts, Plan& plan) {
  if (facts.decision.application)
    plan.application_data = {facts.relation_id, text_of(*facts.decision.application)};
  if (facts.decision.own) plan.unit_data = {facts.relation_id, text_of(*facts.decision.own)};
  plan.log.insert(plan.log.end(), facts.decision.log.begin(), facts.decision.log.end());
}

// What is written where for Prometheus; the file of a folder that was configured before goes.
void plan_metrics(const Facts& facts, const std::vector<Job>& jobs, Plan& plan) {
  if (!facts.config) return;
  const bool wanted = !facts.config->metrics_directory.empty() && metrics_warning(facts).empty();
  const std::string path =
      wanted ? metrics_path(facts.config->metrics_directory, facts.service) : "";
  if (!facts.installed.metrics_file.empty() && facts.installed.metrics_file != path)
    plan.remove_metrics = facts.installed.metrics_file;
  if (!wanted) return;
  std::string text =
      metrics_text(facts.service, facts.decision.active(), jobs, facts.runs, facts.now, facts.zone);
  if (facts.installed.metrics_file == path && facts.installed.metrics == text) return;
  plan.metrics = {path, std::move(text)};
}

void plan_files(const Facts& facts, const std::vector<Job>& jobs, Plan& plan) {
  plan.remove_leftovers = facts.installed.leftovers;
  const OwnedService* owned = find_service(facts.services, facts.service);
  if (owned == nullptr || owned->unit != facts.unit) plan.claim = facts.unit + "\n";
  plan.copy_supervisor = !facts.installed.supervisor_current;
  plan_jobs(facts, jobs, plan);
  plan_crontab(facts, jobs, plan);
  plan_leader_mark(facts, plan);
  plan_leadership(facts, plan);
  plan_metrics(facts, jobs, plan);
  for (const OwnedService& service : facts.services) {
    if (service.unit != facts.unit || service.service == facts.service) continue;
    plan.abandon.push_back(service.service);
    plan.log.push_back({LogLevel::info, fmt::format("files of {} removed: the service is {} now",
                                                    service.service, facts.service)});
  }
}

}  // namespace

uid_t owner_of(const Job& job, const std::map<std::string, uid_t>& users) {
  const auto user = users.find(job.user);
  return user == users.end() ? users.at("root") : user->second;
}

bool wants_runs(const Facts& facts, const Job& job) {
  return job.run_on == RunOn::all || facts.decision.active() ||
         (facts.config && !facts.config->metrics_directory.empty());
}

std::string choose_service(std::string_view unit, std::string_view principal_unit,
                           const std::optional<Config>& config,
                           const std::vector<OwnedService>& services) {
  if (config && !config->service_name.empty() && is_service_name(config->service_name))
    return config->service_name;
  if (!config || !has_good_service_name(*config)) {
    const auto ours = std::find_if(services.begin(), services.end(),
                                   [unit](const OwnedService& each) { return each.unit == unit; });
    return ours == services.end() ? "" : ours->service;
  }
  const std::string_view service = default_service(unit, principal_unit);
  return is_service_name(service) ? std::string(service) : "";
}

std::string objection(const Facts& facts) {
  const ServicePaths paths(facts.service);
  if (const OwnedService* owned = find_service(facts.services, facts.service)) {
    if (owned->unit == facts.unit)
      return facts.installed.folder_in_the_way ? folder_in_the_way(paths) : "";
    if (application_of(owned->unit) != application_of(facts.unit)) {
      return fmt::format("{} is maintained here by {}; remove one, or set service-name",
                         facts.service, application_of(owned->unit));
    }
    // Another unit of this very application: it takes over what a removed one has left, no more.
    return owned->unit_lives
               ? fmt::format("{} is maintained here by unit {}", facts.service, owned->unit)
               : "";
  }
  const Installed& installed = facts.installed;
  const bool ours =
      installed.crontab && is_written_by(*installed.crontab, application_of(facts.unit));
  const auto in_the_way = [](std::string_view path) {
    return fmt::format("not ours, move it away: {}", path);
  };
  if (installed.crontab_in_the_way || (installed.crontab && !ours))
    return in_the_way(paths.crontab);
  if (installed.supervisor_exists && !installed.supervisor_current && !ours)
    return in_the_way(paths.supervisor);
  if (installed.state_in_the_way && !ours) return in_the_way(paths.state);
  return "";
}

const std::vector<Job>& choose_jobs(const std::optional<Config>& config, const JobFile& job_file,
                                    const std::optional<std::vector<Job>>& last_good) {
  static const std::vector<Job> none;
  if (config && config->jobs && job_file.problems.empty()) return job_file.jobs;
  return last_good ? *last_good : none;
}

Plan plan(const Facts& facts) {
  Plan plan;
  plan.service = facts.service;
  plan_databags(facts, plan);
  const std::vector<Job>& jobs =
      choose_jobs(facts.config, facts.job_file, facts.installed.last_good);
  if (facts.service.empty()) {
    plan_status(facts, status_of(facts, {}, ""), {}, plan);
    plan.remember.reset();  // there is no state folder
    return plan;
  }
  if (const std::string reason = objection(facts); !reason.empty()) {
    plan_status(facts, blocked(reason), {}, plan);
    plan.remember.reset();  // the state folder is not ours to write to
    return plan;
  }
  plan_files(facts, jobs, plan);
  const std::string trouble = trouble_words(facts, jobs);
  plan_status(facts, status_of(facts, jobs, trouble), troubles_of(facts, jobs, trouble), plan);
  return plan;
}

Plan plan_removal(const Facts& facts) {
  Plan plan;
  plan.remove_leftovers = facts.installed.leftovers;
  for (const OwnedService& service : facts.services) {
    if (service.unit != facts.unit) continue;
    plan.abandon.push_back(service.service);
    plan.log.push_back({LogLevel::info, fmt::format("files of {} removed", service.service)});
  }
  return plan;
}

}  // namespace leader_cron
