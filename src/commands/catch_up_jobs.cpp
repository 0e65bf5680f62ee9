#include "commands/catch_up_jobs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "charm/catch_up.h"
#include "charm/leadership_words.h"
#include "charm/names.h"
#include "charm/tracked_jobs.h"
#include "commands/job_files.h"
#include "run/record.h"
#include "system/file.h"
#include "system/log.h"
#include "system/machine.h"
#include "system/process.h"
#include "system/record_file.h"
#include "system/run_marker.h"
#include "system/zone_file.h"

namespace leader_cron {
namespace {

constexpr const char* kMarks = "marks";
// Enough to find the newest slot among skipped runs.
constexpr std::size_t kRecordsRead = 100;

// "2026-11-24T03:17:00Z"
std::string slot_text(std::chrono::sys_seconds slot) {
  constexpr std::size_t kSeconds = 19;
  return utc_text(slot).substr(0, kSeconds) + "Z";
}

Marks marks_in(const Databag& bag) {
  const auto found = bag.find(kMarks);
  return found == bag.end() ? Marks{} : read_marks(found->second);
}

// Jobs that have run, with the folders that their runs left. Looked at when nothing starts any more
// that should not: what was seen before may lack the last run.
std::map<std::string, std::string> folders_of(const Facts& facts, const std::vector<Job>& jobs,
                                              const ServicePaths& paths) {
  std::map<uid_t, std::vector<std::string>> there;
  std::map<std::string, std::string> folders;
  for (const Job& job : jobs) {
    const uid_t owner = owner_of(job, facts.users);
    const auto [names, is_new] = there.try_emplace(owner);
    if (is_new) names->second = run_folders_of(owner, paths);
    if (std::binary_search(names->second.begin(), names->second.end(), job.name))
      folders.emplace(job.name, on_machine(paths.run(owner, job.name)));
  }
  return folders;
}

void look_at_records(const std::map<std::string, std::string>& folders, CatchUpFacts& facts) {
  for (const CatchUpJob& job : facts.jobs) {
    const auto found = folders.find(job.name);
    if (found == folders.end()) continue;
    const std::string& folder = found->second;
    const std::uint32_t schedule = schedule_id(job);
    std::vector<Record> running = running_now(folder);
    if (const auto slot = newest_slot(running, Handover::safe))
      facts.under_way.push_back({job.name, schedule, *slot});
    std::vector<Record> records = read_records(folder, kRecordsRead);
    if (facts.handover == Handover::safe)
      records.insert(records.end(), running.begin(), running.end());
    if (const auto slot = newest_slot(records, facts.handover))
      facts.own.push_back({job.name, schedule, *slot});
  }
}

// What the others handed over with their word that they do not act any more.
Marks handed_over(const Questions& questions, std::string_view self) {
  Marks all;
  for (const auto& [unit, bag] : questions.unit_data) {
    if (unit == self) continue;
    const Marks marks = marks_in(bag);
    all.insert(all.end(), marks.begin(), marks.end());
  }
  return all;
}

std::vector<CatchUpJob> tracked_on_machine(const std::vector<Job>& jobs, const Facts& facts) {
  std::set<std::string_view> without_user;
  for (const Job& job : jobs) {
    if (!facts.users.contains(job.user)) without_user.insert(job.name);
  }
  std::vector<CatchUpJob> tracked = tracked_jobs(jobs);
  for (CatchUpJob& job : tracked) job.can_run = !without_user.contains(job.name);
  return tracked;
}

CatchUpFacts look(const Facts& facts, const Questions& questions, const std::vector<Job>& all,
                  std::vector<CatchUpJob> jobs, const TimeZone& zone) {
  const ServicePaths paths(facts.service);
  CatchUpFacts known;
  known.jobs = std::move(jobs);
  known.active = facts.decision.active();
  known.releases = questions.leadership_facts && questions.leadership_facts->leaving &&
                   facts.leadership == Leadership::leader;
  const auto options =
      facts.config
          ? read_leadership_options(facts.config->handover, facts.config->leadership_ttl).options
          : std::nullopt;
  // What is unknown counts as safe there, too.
  known.handover = options ? options->handover : Handover::safe;
  const auto& asked = questions.leadership_facts;
  const bool has_data = asked && asked->peers != Peers::absent;
  if (has_data && !questions.application_data) known.published.reset();
  if (questions.application_data) known.published = marks_in(*questions.application_data);
  const std::string kept = read_file(on_machine(paths.marks)).value_or("");
  known.kept = read_marks(kept, kept.size());
  look_at_records(folders_of(facts, all, paths), known);
  known.handed_over = handed_over(questions, facts.unit);
  if (const auto until = facts.decision.local.doubt_until; until.count() != 0)
    known.doubt_until = facts.now - (facts.reading.since_boot - until);
  known.now = facts.now;
  known.zone = zone;
  return known;
}

void start(const ServicePaths& paths, const std::vector<std::string>& words) {
  std::vector<std::string> arguments = {on_machine(paths.supervisor)};
  arguments.insert(arguments.end(), words.begin(), words.end());
  if (!start_detached(arguments))
    log(LogLevel::error, fmt::format("cannot start {}", fmt::join(arguments, " ")));
}

void carry_out(const CatchUpDecision& decision, const ServicePaths& paths) {
  for (const LostSlots& lost : decision.lost) {
    const std::string first = slot_text(lost.first);
    const std::string last = slot_text(lost.last);
    log(LogLevel::warning,
        first == last ? fmt::format("job {} missed its run of {}", lost.job, first)
                      : fmt::format("job {} missed its runs from {} to {}", lost.job, first, last));
    start(paths, {"missed", lost.job, first, last});
  }
  for (const MissedSlot& missed : decision.run) {
    log(LogLevel::info, fmt::format("job {} is run now for {}, which was missed", missed.job,
                                    slot_text(missed.slot)));
    start(paths, {"run", missed.job, "--catch-up", slot_text(missed.slot)});
  }
}

void tell(const CatchUpDecision& decision, const std::string& relation_id, Plan& plan) {
  if (relation_id.empty()) return;
  if (decision.publish) {
    if (!plan.application_data) plan.application_data = DatabagWrite{relation_id, {}};
    plan.application_data->values[kMarks] = text_of(*decision.publish);
  }
  if (plan.unit_data) plan.unit_data->values[kMarks] = text_of(decision.of_leader);
}

}  // namespace

bool catch_up_jobs(const Facts& facts, const Questions& questions, Plan& plan) {
  if (facts.service.empty() || !objection(facts).empty()) return true;
  const std::vector<Job>& jobs =
      choose_jobs(facts.config, facts.job_file, facts.installed.last_good);
  const TimeZone zone = machine_zone();
  std::vector<CatchUpJob> tracked = tracked_on_machine(jobs, facts);
  const ServicePaths paths(facts.service);
  if (tracked.empty() && !file_status(on_machine(paths.marks))) return true;
  const CatchUpDecision decision = catch_up(look(facts, questions, jobs, std::move(tracked), zone));
  // On the disk before anything is started.
  if (const std::string kept = text_of(decision.kept) + "\n";
      read_file(on_machine(paths.marks)) != kept) {
    replace_file(on_machine(paths.marks), kept, {0600, std::nullopt, std::nullopt});
  }
  carry_out(decision, paths);
  tell(decision, facts.relation_id, plan);
  return !decision.awaits_record;
}

}  // namespace leader_cron
