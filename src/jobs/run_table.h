// Coming runs as people read them (a table, a week as a grid) and as programs do.
#pragma once

#include <chrono>
#include <span>
#include <string>

#include "jobs/coming_runs.h"

namespace leader_cron {

// One run a line: when by the zone's clock, the job, and its schedule in words; a line for each job
// that no clock starts.
std::string runs_as_text(std::span<const ComingRun> runs, std::span<const Job> jobs,
                         const TimeZone& zone);

// [{"at": "2026-11-24T03:17:00Z", "local": "2026-11-24 04:17 +01:00", "job": "clearsessions"}]
std::string runs_as_json(std::span<const ComingRun> runs, const TimeZone& zone);

// 24 lines of seven hours, a dot where nothing starts; with `color`, the busier the warmer.
std::string week_as_text(const BusyHours& busy, std::chrono::sys_seconds from, const TimeZone& zone,
                         bool color);

}  // namespace leader_cron
