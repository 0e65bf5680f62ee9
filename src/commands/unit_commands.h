// `<service>-maintenance list`, `history`, `next` and `status`: what runs on this unit, when, and
// how it went. Answers only; nothing is changed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "commands/output_format.h"
#include "commands/unit_view.h"
#include "cron/time_zone.h"
#include "run/job_list.h"

namespace leader_cron {

struct HistoryOptions {
  std::string job;  // empty: of all
  std::size_t count = static_cast<std::size_t>(-1);
  OutputFormat format = OutputFormat::text;
};

struct UnitNextOptions {
  std::size_t count = 10;
  OutputFormat format = OutputFormat::text;
};

// All give 0; 1 with a message on standard error for a job or a service that is not there, where
// they do not throw MachineError.
int list_jobs(std::string_view service, OutputFormat format);
int show_history(std::string_view service, const HistoryOptions& options);
int show_unit_next(std::string_view service, const UnitNextOptions& options);
int show_unit_status(std::string_view service, OutputFormat format);

// The jobs of a unit, each with its state now.
std::vector<JobState> states_of(const UnitView& view, std::string_view service,
                                std::chrono::sys_seconds now, const TimeZone& zone);

// "no job clearsession; did you mean clearsessions?", or nothing where there is such a job.
std::string objection_to_job(const UnitView& view, std::string_view job);

}  // namespace leader_cron
