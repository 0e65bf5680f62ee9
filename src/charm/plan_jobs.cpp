#include "charm/plan_jobs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "jobs/job_lines.h"
#include "jobs/stored_job.h"

namespace leader_cron {
namespace {

// The jobs of one user, by name.
using JobsOfUser = std::vector<std::size_t>;

std::map<uid_t, JobsOfUser> by_user(const std::vector<Job>& jobs,
                                    const std::vector<uid_t>& owners) {
  std::map<uid_t, JobsOfUser> users;
  for (std::size_t i = 0; i < jobs.size(); ++i) users[owners[i]].push_back(i);
  for (auto& [user, own] : users) {
    std::sort(own.begin(), own.end(),
              [&jobs](std::size_t a, std::size_t b) { return jobs[a].name < jobs[b].name; });
  }
  return users;
}

// For the log, which Juju's tool takes as one word of bounded length.
std::string listed(const std::vector<std::string_view>& names) {
  constexpr std::size_t kMostShown = 100;
  const std::span<const std::string_view> shown =
      std::span(names).first(std::min(names.size(), kMostShown));
  return names.size() == shown.size()
             ? fmt::format("{}", fmt::join(shown, ", "))
             : fmt::format("{} (and {} more)", fmt::join(shown, ", "), names.size() - shown.size());
}

class JobFiles {
 public:
  JobFiles(const Facts& facts, const std::vector<Job>& jobs, const StoredJobs& stored, Plan& plan)
      : facts_(facts), jobs_(jobs), stored_(stored), plan_(plan) {}

  void write(uid_t user, const JobsOfUser& own) {
    const auto installed = facts_.installed.jobs.find(user);
    const bool sound = installed != facts_.installed.jobs.end() && installed->second.sound;
    const std::string_view there =
        installed == facts_.installed.jobs.end() ? "" : std::string_view(installed->second.text);
    const JobLines lines(there);
    auto old = lines.all().begin();
    std::string wanted;
    std::string with_old;  // empty as long as it would be the same
    wanted.reserve(there.size());
    const auto keep_old_before = [&](std::string_view name, bool all) {
      for (; old != lines.all().end() && (all || old->name < name); ++old) {
        if (with_old.empty()) with_old = wanted;
        add_line(with_old, *old);
        old_names_.push_back(old->name);
      }
    };
    for (const std::size_t i : own) {
      JobLine line{jobs_[i].name, facts_.now, stored_.body(i)};
      keep_old_before(line.name, false);
      const bool known = old != lines.all().end() && old->name == line.name;
      const bool same = known && old->body == line.body;
      if (same) line.since = old->since;
      if (known) ++old;
      if (!same || !sound) changed_.push_back(line.name);
      if (!with_old.empty()) add_line(with_old, line);
      add_line(wanted, line);
    }
    keep_old_before("", true);
    if (sound && there == wanted) return;
    if (with_old.empty()) {
      plan_.install_jobs.push_back({user, std::move(wanted)});
      return;
    }
    if (!sound || there != with_old) plan_.install_jobs.push_back({user, std::move(with_old)});
    plan_.prune_jobs.push_back({user, std::move(wanted)});
  }

  void remove(uid_t user, const InstalledJobs& installed) {
    plan_.remove_jobs.push_back(user);
    const JobLines lines(installed.text);
    for (const JobLine& line : lines.all()) old_names_.push_back(line.name);
  }

  void log() {
    if (!changed_.empty())
      plan_.log.push_back({LogLevel::info, fmt::format("jobs installed: {}", listed(changed_))});
    // One that went to another user is there still.
    if (old_names_.empty()) return;
    std::vector<std::string_view> names;
    names.reserve(jobs_.size());
    for (const Job& job : jobs_) names.push_back(job.name);
    std::sort(names.begin(), names.end());
    std::erase_if(old_names_, [&names](std::string_view name) {
      return std::binary_search(names.begin(), names.end(), name);
    });
    std::sort(old_names_.begin(), old_names_.end());
    if (!old_names_.empty())
      plan_.log.push_back({LogLevel::info, fmt::format("jobs removed: {}", listed(old_names_))});
  }

 private:
  const Facts& facts_;
  const std::vector<Job>& jobs_;
  const StoredJobs& stored_;
  Plan& plan_;
  std::vector<std::string_view> changed_;
  std::vector<std::string_view> old_names_;
};

bool has_folder(const Installed& installed, uid_t user, const std::string& job) {
  const auto runs = installed.runs.find(user);
  return runs != installed.runs.end() &&
         std::binary_search(runs->second.names.begin(), runs->second.names.end(), job);
}

void plan_run_folders(const Installed& installed, const std::vector<Job>& jobs,
                      const std::map<uid_t, JobsOfUser>& users, Plan& plan) {
  for (const auto& [user, own] : users) {
    const auto runs = installed.runs.find(user);
    if (runs == installed.runs.end() || !runs->second.sound) plan.prepare_runs.push_back(user);
    for (const std::size_t i : own) {
      const std::string& job = jobs[i].name;
      const auto former = installed.former_owners.find(job);
      if (former != installed.former_owners.end() && former->second != user &&
          has_folder(installed, former->second, job) && !has_folder(installed, user, job)) {
        plan.move_runs.push_back({job, former->second, user});
      }
    }
  }
  for (const auto& [user, runs] : installed.runs) {
    const auto own = users.find(user);
    if (own == users.end()) {
      plan.remove_runs.push_back({user, ""});
      continue;
    }
    for (const std::string& name : runs.names) {
      const auto job = std::lower_bound(
          own->second.begin(), own->second.end(), name,
          [&jobs](std::size_t i, const std::string& wanted) { return jobs[i].name < wanted; });
      if (job == own->second.end() || jobs[*job].name != name)
        plan.remove_runs.push_back({user, name});
    }
  }
}

}  // namespace

void plan_jobs(const Facts& facts, const std::vector<Job>& jobs, Plan& plan) {
  std::vector<uid_t> owners;
  owners.reserve(jobs.size());
  for (const Job& job : jobs) owners.push_back(owner_of(job, facts.users));
  const std::map<uid_t, JobsOfUser> users = by_user(jobs, owners);
  StoredJobs stored = store_jobs(jobs, owners);
  JobFiles files(facts, jobs, stored, plan);
  for (const auto& [user, own] : users) files.write(user, own);
  for (const auto& [user, installed] : facts.installed.jobs) {
    if (!users.contains(user)) files.remove(user, installed);
  }
  files.log();
  plan_run_folders(facts.installed, jobs, users, plan);
  if (facts.installed.last_good_text != stored.text) plan.last_good = std::move(stored.text);
}

}  // namespace leader_cron
