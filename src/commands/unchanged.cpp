#include "commands/unchanged.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <vector>

#include "charm/digest.h"
#include "charm/leadership_words.h"
#include "charm/names.h"
#include "charm/plan.h"
#include "charm/remembered.h"
#include "charm/tracked_jobs.h"
#include "commands/apply.h"
#include "commands/job_files.h"
#include "commands/services.h"
#include "run/health.h"
#include "system/crontab_file.h"
#include "system/file.h"
#include "system/machine.h"
#include "system/machine_error.h"
#include "system/record_file.h"
#include "system/tick.h"
#include "system/users.h"

namespace leader_cron {
namespace {

bool is_earlier(const timespec& one, const timespec& other) {
  return one.tv_sec != other.tv_sec ? one.tv_sec < other.tv_sec : one.tv_nsec < other.tv_nsec;
}

class Sight {
 public:
  void see(std::string_view text) { digest_.add(text); }
  void see(std::uint64_t number) { digest_.add(number); }

  // A file is what it was as long as these are: whatever writes to it, or changes its mode or its
  // owner, changes the last of them, and nobody can set that.
  void see(const FileStatus& status) {
    for (const std::uint64_t number :
         {static_cast<std::uint64_t>(status.device), static_cast<std::uint64_t>(status.inode),
          static_cast<std::uint64_t>(status.size), static_cast<std::uint64_t>(status.mode),
          static_cast<std::uint64_t>(status.owner),
          static_cast<std::uint64_t>(status.modified.tv_sec),
          static_cast<std::uint64_t>(status.modified.tv_nsec),
          static_cast<std::uint64_t>(status.changed.tv_sec),
          static_cast<std::uint64_t>(status.changed.tv_nsec)}) {
      digest_.add(number);
    }
    if (is_earlier(newest_, status.changed)) newest_ = status.changed;
  }
  // As see(), but newest_change() does not tell of it.
  void see_unstamped(const std::optional<FileStatus>& status) {
    const timespec newest = newest_;
    see(status);
    newest_ = newest;
  }
  void see(const std::optional<FileStatus>& status) {
    digest_.add(status.has_value() ? 1U : 0U);
    if (status) see(*status);
  }

  std::string text() const { return digest_.text(); }
  timespec newest_change() const { return newest_; }

 private:
  Digest digest_;
  timespec newest_{};
};

// The service that this unit, and no unit besides, owns; nothing where there are two, or something
// is left to be removed.
std::optional<std::string> only_service(const HookCall& call) {
  std::vector<std::string> leftovers;
  std::optional<std::string> ours;
  for (const OwnedService& service : find_services(application_of(call.unit), leftovers)) {
    if (service.unit != call.unit) continue;
    if (ours) return std::nullopt;
    ours = service.service;
  }
  return leftovers.empty() ? ours : std::nullopt;
}

// That the users are still those of the decision.
bool are_as_known(const std::set<std::string>& names, const Facts& facts) {
  const auto users = find_users(names);
  if (!users) return false;
  std::map<std::string, uid_t> owners;
  for (const auto& [name, user] : *users) owners[name] = file_owner(user);
  return owners == facts.users;
}

// False where it cannot be told who is there.
bool see_users(const std::set<std::string>& names, Sight& sight) {
  const auto users = find_users(names);
  if (!users) return false;
  for (const std::string& name : names) {
    const auto user = users->find(name);
    sight.see(name);
    sight.see(user == users->end() ? std::uint64_t{1} << 32 : user->second.uid);
  }
  return true;
}

// What lies in the folders of jobs' files and of runs has the names that are remembered for as long
// as the folder has not changed; a user's folder changes when a job runs for the first time.
void see_state(const ServicePaths& paths, const Remembered& remembered, Sight& sight) {
  const std::string state = on_machine(paths.state);
  std::vector<std::string> names = list_folder(state);
  std::erase(names, base_name(paths.remembered));
  for (const std::string& name : names) sight.see(name);
  const auto statuses = statuses_in(state, names);
  for (std::size_t i = 0; i < names.size(); ++i) {
    // The status is written last, when Juju has taken it; the tick of that is not waited for.
    if (names[i] == base_name(paths.status)) {
      sight.see_unstamped(statuses[i]);
    } else {
      sight.see(statuses[i]);
    }
  }
  for (const auto& status : statuses_in(on_machine(paths.jobs), remembered.job_files))
    sight.see(status);
  for (const auto& status : statuses_in(on_machine(paths.runs), remembered.run_folders))
    sight.see(status);
  std::vector<std::string> records;
  records.reserve(remembered.runs.size());
  for (const std::string& job : remembered.runs) records.push_back(job + "/" + kRecordFile);
  for (const auto& status : statuses_in(on_machine(paths.runs), records)) sight.see(status);
}

// All that a hook's decision rests on, but for what Juju says. Nothing where that cannot be seen.
std::optional<Sight> look(const HookCall& call, const std::string& service,
                          const ServicePaths& paths, const Remembered& remembered) {
  Sight sight;
  for (const std::string& text : {call.model, environment_variable("JUJU_MODEL_UUID"), call.unit,
                                  call.principal_unit, service}) {
    sight.see(text);
  }
  sight.see(geteuid());
  sight.see(file_status(program_path()));
  sight.see(file_status(crontab_template_path()));
  sight.see(file_status("/etc/localtime"));
  sight.see(has_cron_daemon() ? 1U : 0U);
  for (const char* file : kUserFiles) sight.see(file_status(file));
  if (!see_users(remembered.users, sight)) return std::nullopt;
  const std::string crontab = on_machine(paths.crontab);
  const std::string supervisor = on_machine(paths.supervisor);
  for (const std::string& path :
       {crontab, temporary_path(crontab), supervisor, temporary_path(supervisor)}) {
    sight.see(file_status(path));
  }
  sight.see(is_settled(crontab) ? 1U : 0U);
  see_state(paths, remembered, sight);
  return sight;
}

// False where Juju did not say what it has to.
bool see_answers(Questions& questions, Sight& sight) {
  const std::string_view config = questions.config.text();
  const Leadership leadership = questions.leadership.answer();
  sight.see(config);
  sight.see(leadership == Leadership::leader ? 1U : 0U);
  return !config.empty() && leadership != Leadership::unknown;
}

// Nothing is to be told to others, waited for, or said in the status.
bool is_settled(const LeadershipDecision& decision) {
  return !decision.application && !decision.own && !decision.late && decision.log.empty() &&
         (decision.active() || decision.standing == Standing::follower);
}

// Throws MachineError.
bool looks_unchanged(const HookCall& call, Questions& questions) {
  // Relation tools do not work in install, so what it remembered would not be all.
  if (call.name == "install") return false;
  const auto service = only_service(call);
  if (!service) return false;
  const ServicePaths paths(*service);
  const auto text = read_file(on_machine(paths.remembered));
  const auto remembered = text ? remembered_in(*text) : std::nullopt;
  if (!remembered) return false;
  if (remembered->until && std::chrono::system_clock::now() >= *remembered->until) return false;
  auto sight = look(call, *service, paths, *remembered);
  if (!sight || !see_answers(questions, *sight) || sight->text() != remembered->sight) return false;
  const LeadershipFacts& known = ask_leadership(call, questions, remembered->options, paths);
  const LeadershipDecision decision = decide(known);
  if (!is_settled(decision) || decision.local != known.local) return false;
  if (!decision.active()) return true;
  const auto allowed = read_file(on_machine(paths.allowed));
  if (allowed != text_of(*decision.allowed)) return false;
  if (decision.stamp != known.stamp) write_stamp(text_of(*decision.stamp), paths);
  return true;
}

// A slot may turn out to be missed soon after it was due.
std::optional<std::chrono::sys_seconds> next_look_at_slots(const Facts& facts) {
  std::vector<CatchUpJob> tracked =
      tracked_jobs(choose_jobs(facts.config, facts.job_file, facts.installed.last_good));
  // A unit that does not act has nothing to look at but what runs on all.
  if (!facts.decision.active())
    std::erase_if(tracked, [](const CatchUpJob& job) { return job.run_on == RunOn::leader; });
  return next_look(tracked, facts.now, facts.zone);
}

// When a job will be overdue; as of before the plan was carried out, which may have made the unit
// the leader.
void remember_until(const Facts& facts, Remembered& remembered) {
  const bool leader = facts.decision.active();
  const std::vector<Job>& jobs =
      choose_jobs(facts.config, facts.job_file, facts.installed.last_good);
  std::map<std::string, JobRuns> runs = facts.runs;
  if (leader && !facts.installed.leader_since) {
    for (auto& [job, known] : runs) known.since = std::max(known.since, facts.now);
  }
  remembered.until = next_delay(jobs, runs, leader, facts.now, facts.zone);
  if (const auto look = next_look_at_slots(facts))
    remembered.until = std::min(remembered.until.value_or(*look), *look);
}

// Jobs whose records matter and that have run, as USER/JOB.
std::vector<std::string> runs_that_matter(const Facts& facts, const ServicePaths& paths) {
  std::map<uid_t, std::vector<std::string>> there;
  std::vector<std::string> runs;
  for (const Job& job : choose_jobs(facts.config, facts.job_file, facts.installed.last_good)) {
    if (!wants_runs(facts, job)) continue;
    const uid_t owner = owner_of(job, facts.users);
    const auto [names, is_new] = there.try_emplace(owner);
    if (is_new) names->second = run_folders_of(owner, paths);
    if (std::binary_search(names->second.begin(), names->second.end(), job.name))
      runs.push_back(std::to_string(owner) + "/" + job.name);
  }
  return runs;
}

// Throws MachineError.
void remember(const HookCall& call, Questions& questions, const Gathered& gathered) {
  const Facts& facts = gathered.facts;
  if (!gathered.certain || call.name == "install") return;
  if (facts.service.empty() || !facts.refusal.empty() || !objection(facts).empty()) return;
  // Metrics tell the time of the next runs.
  if (!facts.config->metrics_directory.empty()) return;
  if (!facts.leadership_problem.empty() || !is_settled(facts.decision)) return;
  if (only_service(call) != facts.service) return;
  const ServicePaths paths(facts.service);
  Remembered remembered;
  remembered.options =
      *read_leadership_options(facts.config->handover, facts.config->leadership_ttl).options;
  if (!files_tell_of(gathered.user_names)) remembered.users = gathered.user_names;
  remembered.job_files = list_folder(on_machine(paths.jobs));
  remembered.run_folders = list_folder(on_machine(paths.runs));
  remembered.runs = runs_that_matter(facts, paths);
  remember_until(facts, remembered);
  auto sight = look(call, facts.service, paths, remembered);
  if (!sight) return;
  // A change in the tick of the clock in which we look would leave the files' times as they are.
  if (!wait_for_tick_after(sight->newest_change())) return;
  sight = look(call, facts.service, paths, remembered);
  if (!sight || !see_answers(questions, *sight)) return;
  // Since the decision somebody may have come or gone.
  if (!are_as_known(gathered.user_names, facts)) return;
  // A first run between the two looks made a folder that the sight knows and we do not.
  if (runs_that_matter(facts, paths) != remembered.runs) return;
  remembered.sight = sight->text();
  const std::string text = remembered_as_text(remembered);
  const std::string path = on_machine(paths.remembered);
  if (read_file(path) != text) replace_unflushed(path, text, {0600, std::nullopt, std::nullopt});
}

}  // namespace

// What cannot be seen or kept costs time in the hooks to come, and nothing else.

bool is_unchanged(const HookCall& call, Questions& questions) {
  try {
    return looks_unchanged(call, questions);
  } catch (const MachineError&) {
    return false;
  }
}

void remember_unchanged(const HookCall& call, Questions& questions, const Gathered& gathered) {
  try {
    remember(call, questions, gathered);
  } catch (const MachineError&) {
    return;
  }
}

}  // namespace leader_cron
