#include "jobs/coming_runs.h"

#include <functional>
#include <optional>
#include <queue>
#include <utility>

#include "cron/civil_time.h"
#include "cron/next_run.h"

namespace leader_cron {

using namespace std::chrono;

std::vector<ComingRun> coming_runs(std::span<const Job> jobs, sys_seconds from,
                                   const TimeZone& zone, std::size_t count) {
  using Due = std::pair<sys_seconds, std::size_t>;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due;
  const auto push_next = [&](std::size_t index, sys_seconds after) {
    if (const auto next = next_after(jobs[index].schedule, after, zone)) due.emplace(*next, index);
  };
  for (std::size_t index = 0; index < jobs.size(); ++index) {
    if (jobs[index].enabled) push_next(index, from);
  }
  std::vector<ComingRun> runs;
  while (runs.size() < count && !due.empty()) {
    const auto [at, index] = due.top();
    due.pop();
    runs.push_back({at, jobs[index].name});
    push_next(index, at);
  }
  return runs;
}

BusyHours busy_hours(std::span<const Job> jobs, sys_seconds from, const TimeZone& zone) {
  const local_days first_day = floor<days>(to_local(from, zone));
  const sys_seconds start = from_local(first_day, zone);
  const sys_seconds end = from_local(first_day + days(7), zone);
  BusyHours busy{};
  for (const Job& job : jobs) {
    if (!job.enabled) continue;
    for (auto run = next_after(job.schedule, start - seconds(1), zone); run && *run < end;
         run = next_after(job.schedule, *run, zone)) {
      const LocalTime local = to_local(*run, zone);
      const auto day = (floor<days>(local) - first_day).count();
      const auto hour = floor<hours>(local - floor<days>(local)).count();
      if (day >= 0 && day < 7)
        ++busy[static_cast<std::size_t>(hour)][static_cast<std::size_t>(day)];
    }
  }
  return busy;
}

}  // namespace leader_cron
