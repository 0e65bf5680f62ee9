// Which jobs' slots are kept count of, so that a missed one is caught up or at least told.
#pragma once

#include <chrono>
#include <span>
#include <vector>

#include "charm/catch_up.h"
#include "cron/time_zone.h"
#include "jobs/job.h"
#include "run/record.h"

namespace leader_cron {

// Jobs that are due more often than this and have no catch-up are not tracked: each slot of a
// tracked one costs a write to the peer relation, and so a hook on every unit.
inline constexpr std::chrono::hours kSeldom{1};

// Enabled jobs with catch-up; and those for the leader without it that are seldom due, whose missed
// slots are only told.
std::vector<CatchUpJob> tracked_jobs(std::span<const Job> jobs, std::chrono::sys_seconds now,
                                     const TimeZone& zone);

// The newest slot of a job that its records say is dealt with: started (safe), finished
// (immediate), or skipped because the run before it went on. Nothing: none is known.
std::optional<std::chrono::sys_seconds> newest_slot(std::span<const Record> records,
                                                    Handover handover);

// When a hook has to look at these jobs again though nothing else changes; nothing: never.
std::optional<std::chrono::sys_seconds> next_look(std::span<const CatchUpJob> jobs,
                                                  std::chrono::sys_seconds now,
                                                  const TimeZone& zone);

}  // namespace leader_cron
