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

// Enabled jobs with catch-up; and those for the leader without it that are due once an hour or less
// often, whose missed slots are only told. Not those that are due more often: each slot of a
// tracked job costs a write to the peer relation, and so a hook on every unit. Of the leader's the
// first kMostMarks, those with catch-up before the others.
std::vector<CatchUpJob> tracked_jobs(std::span<const Job> jobs);

// The newest slot of a job that its records say is dealt with: started (safe), finished
// (immediate), or skipped because the run before it went on. Nothing: none is known.
std::optional<std::chrono::sys_seconds> newest_slot(std::span<const Record> records,
                                                    Handover handover);

// When a hook has to look at these jobs again though nothing else changes; nothing: never.
std::optional<std::chrono::sys_seconds> next_look(std::span<const CatchUpJob> jobs,
                                                  std::chrono::sys_seconds now,
                                                  const TimeZone& zone);

}  // namespace leader_cron
