// The coming runs of many jobs, as a running cron would start them: in order, or counted by the
// hours of a week.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "cron/time_zone.h"
#include "jobs/job.h"

namespace leader_cron {

struct ComingRun {
  std::chrono::sys_seconds at;
  std::string job;

  bool operator==(const ComingRun&) const = default;
};

// The first `count` runs after `from`, in order; at the same minute in the order of `jobs`.
// Disabled jobs and @reboot have none.
std::vector<ComingRun> coming_runs(std::span<const Job> jobs, std::chrono::sys_seconds from,
                                   const TimeZone& zone, std::size_t count);

// How many runs start in each hour of seven days, by the zone's clock: busy[hour][day].
using BusyHours = std::array<std::array<int, 7>, 24>;

// The week begins with the midnight before `from`.
BusyHours busy_hours(std::span<const Job> jobs, std::chrono::sys_seconds from,
                     const TimeZone& zone);

}  // namespace leader_cron
