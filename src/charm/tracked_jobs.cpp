#include "charm/tracked_jobs.h"

#include <algorithm>
#include <bit>

#include "cron/next_run.h"
#include "run/admission.h"

namespace leader_cron {
namespace {

using std::chrono::sys_seconds;

// Two minutes of a schedule are both due in each of its hours. Not by its next runs: those of one
// that is due twice in an hour of the night look seldom for half an hour a day.
bool is_seldom(const Schedule& schedule) {
  return std::has_single_bit(schedule.minutes);
}

bool is_dealt_with(const Record& record, Handover handover) {
  if (record.result == Record::Result::skipped) return record.reason == kOverlap;
  if (record.result == Record::Result::missed) return true;
  return handover == Handover::safe || record.result != Record::Result::lost;
}

}  // namespace

std::vector<CatchUpJob> tracked_jobs(std::span<const Job> jobs) {
  std::vector<CatchUpJob> caught_up;
  std::vector<CatchUpJob> told;
  for (const Job& job : jobs) {
    if (!job.enabled || job.schedule.reboot) continue;
    if (job.catch_up) {
      caught_up.push_back({job.name, job.schedule, job.catch_up_window, job.run_on});
    } else if (job.run_on == RunOn::leader && is_seldom(job.schedule)) {
      told.push_back({job.name, job.schedule, kOnlyTold, job.run_on});
    }
  }
  caught_up.insert(caught_up.end(), told.begin(), told.end());
  std::size_t of_leader = 0;
  std::erase_if(caught_up, [&of_leader](const CatchUpJob& job) {
    return job.run_on == RunOn::leader && ++of_leader > kMostMarks;
  });
  return caught_up;
}

std::optional<sys_seconds> newest_slot(std::span<const Record> records, Handover handover) {
  std::optional<sys_seconds> newest;
  for (const Record& record : records) {
    if (record.slot && is_dealt_with(record, handover))
      newest = std::max(newest.value_or(*record.slot), *record.slot);
  }
  return newest;
}

std::optional<sys_seconds> next_look(std::span<const CatchUpJob> jobs, sys_seconds now,
                                     const TimeZone& zone) {
  std::optional<sys_seconds> earliest;
  for (const CatchUpJob& job : jobs) {
    // A slot that is cron's turn now will be looked at, too.
    const auto due = next_after(job.schedule, now - kCronsTurn - std::chrono::minutes(1), zone);
    if (!due) continue;
    const sys_seconds look = *due + kCronsTurn + std::chrono::minutes(1);
    earliest = std::min(earliest.value_or(look), look);
  }
  return earliest;
}

}  // namespace leader_cron
