// The jobs of a unit in the text format of Prometheus, for the textfile collector of its node
// exporter. Where the file goes is for charm/plan.h.
//
// https://prometheus.io/docs/instrumenting/exposition_formats/
#pragma once

#include <chrono>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "cron/time_zone.h"
#include "jobs/job.h"
#include "run/health.h"

namespace leader_cron {

// Times in seconds since 1970. A job that never ran here has no time of a last one. The next run is
// the next time of the schedule, also on a unit that does not lead.
std::string metrics_text(std::string_view service, bool leader, std::span<const Job> jobs,
                         const std::map<std::string, JobRuns>& runs, std::chrono::sys_seconds now,
                         const TimeZone& zone);

}  // namespace leader_cron
