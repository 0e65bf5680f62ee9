#include "run/health.h"

#include <fmt/format.h>

#include <algorithm>

#include "cron/civil_time.h"
#include "cron/next_run.h"

namespace leader_cron {
namespace {

using std::chrono::sys_seconds;

// A run that is due now has not had the time to succeed.
constexpr std::chrono::minutes kGrace{1};

std::optional<Trouble> failure_of(const Job& job, const JobRuns& runs) {
  if (!runs.last || !is_failure(*runs.last)) return std::nullopt;
  return Trouble{Trouble::Kind::failed, job.name,
                 std::chrono::floor<std::chrono::seconds>(runs.last->start), outcome_of(*runs.last),
                 0};
}

// The second time in a row at which its schedule is due without success.
std::optional<sys_seconds> second_miss(const Job& job, const JobRuns& runs, const TimeZone& zone) {
  sys_seconds from = runs.since;
  if (runs.last) from = std::max(from, std::chrono::floor<std::chrono::seconds>(runs.last->start));
  const auto first = next_after(job.schedule, from, zone);
  return first ? next_after(job.schedule, *first, zone) : std::nullopt;
}

std::optional<Trouble> delay_of(const Job& job, const JobRuns& runs, sys_seconds now,
                                const TimeZone& zone) {
  const auto second = second_miss(job, runs, zone);
  if (!second || *second + kGrace > now) return std::nullopt;
  return Trouble{Trouble::Kind::overdue, job.name, *second, "", 0};
}

}  // namespace

std::optional<Trouble> newest_trouble(std::span<const Job> jobs,
                                      const std::map<std::string, JobRuns>& runs, bool leader,
                                      sys_seconds now, const TimeZone& zone) {
  std::optional<Trouble> newest;
  std::size_t found = 0;
  for (const Job& job : jobs) {
    const auto known = runs.find(job.name);
    if (!job.enabled || known == runs.end() || (job.run_on == RunOn::leader && !leader)) continue;
    auto trouble = failure_of(job, known->second);
    if (!trouble && !job.schedule.reboot) trouble = delay_of(job, known->second, now, zone);
    if (!trouble) continue;
    ++found;
    if (!newest || trouble->at > newest->at) newest = std::move(trouble);
  }
  if (newest) newest->more = found - 1;
  return newest;
}

std::optional<sys_seconds> next_delay(std::span<const Job> jobs,
                                      const std::map<std::string, JobRuns>& runs, bool leader,
                                      sys_seconds now, const TimeZone& zone) {
  std::optional<sys_seconds> next;
  for (const Job& job : jobs) {
    const auto known = runs.find(job.name);
    if (!job.enabled || known == runs.end() || (job.run_on == RunOn::leader && !leader)) continue;
    if (job.schedule.reboot || failure_of(job, known->second)) continue;
    const auto second = second_miss(job, known->second, zone);
    if (second && *second + kGrace > now)
      next = std::min(next.value_or(*second + kGrace), *second + kGrace);
  }
  return next;
}

std::string words_of(const Trouble& trouble, const TimeZone& zone) {
  // "2026-11-23 17:00 +01:00"
  const std::string time = show_instant(trouble.at, zone).substr(11, 5);
  std::string words = trouble.kind == Trouble::Kind::failed
                          ? fmt::format("{} failed {} ({})", trouble.job, time, trouble.outcome)
                          : fmt::format("{} overdue since {}", trouble.job, time);
  if (trouble.more > 0) words += fmt::format(" (and {} more)", trouble.more);
  return words;
}

}  // namespace leader_cron
