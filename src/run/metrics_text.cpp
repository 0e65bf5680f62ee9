#include "run/metrics_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

#include "cron/next_run.h"

namespace leader_cron {
namespace {

struct JobView {
  const Job& job;
  const Record* last;  // null: it never ran here
};

// A sample's value, or nothing where there is none.
using Value = std::optional<std::string>;

std::string seconds_text(std::chrono::milliseconds time) {
  return fmt::format("{}.{:03}", time.count() / 1000, time.count() % 1000);
}

Value instant_value(const std::optional<Instant>& instant) {
  if (!instant) return std::nullopt;
  return seconds_text(instant->time_since_epoch());
}

}  // namespace

std::string metrics_text(std::string_view service, bool leader, std::span<const Job> jobs,
                         const std::map<std::string, JobRuns>& runs, std::chrono::sys_seconds now,
                         const TimeZone& zone) {
  std::string text = fmt::format(
      "# HELP leader_cron_is_leader Whether this unit runs the jobs of the service.\n"
      "# TYPE leader_cron_is_leader gauge\n"
      "leader_cron_is_leader{{service=\"{}\"}} {}\n",
      service, leader ? 1 : 0);
  std::vector<JobView> views;
  for (const Job& job : jobs) {
    const auto known = runs.find(job.name);
    const bool ran = known != runs.end() && known->second.last;
    views.push_back({job, ran ? &*known->second.last : nullptr});
  }
  const auto family = [&](std::string_view name, std::string_view type, std::string_view help,
                          const std::function<Value(const JobView&)>& value) {
    std::string samples;
    for (const JobView& view : views) {
      if (const Value sample = value(view)) {
        samples += fmt::format("leader_cron_job_{}{{service=\"{}\",job=\"{}\"}} {}\n", name,
                               service, view.job.name, *sample);
      }
    }
    if (samples.empty()) return;
    text += fmt::format("# HELP leader_cron_job_{0} {1}\n# TYPE leader_cron_job_{0} {2}\n{3}", name,
                        help, type, samples);
  };
  family("last_start_timestamp_seconds", "gauge", "When the newest run started.",
         [](const JobView& view) {
           return view.last ? instant_value(view.last->start) : std::nullopt;
         });
  family("last_success_timestamp_seconds", "gauge", "When the newest successful run ended.",
         [](const JobView& view) {
           return view.last ? instant_value(view.last->totals.last_success) : std::nullopt;
         });
  family("last_duration_seconds", "gauge", "How long the newest run took.",
         [](const JobView& view) -> Value {
           if (!view.last || !view.last->end) return std::nullopt;
           return seconds_text(
               std::max(std::chrono::milliseconds(0), *view.last->end - view.last->start));
         });
  family("last_exit_status", "gauge",
         "Exit status of the newest run: 124 timed out, 125 not started, 128 + n for signal n.",
         [](const JobView& view) -> Value {
           if (!view.last || !view.last->exit_status) return std::nullopt;
           return fmt::format("{}", *view.last->exit_status);
         });
  family("runs_total", "counter", "Runs on this unit.", [](const JobView& view) -> Value {
    return fmt::format("{}", view.last ? view.last->totals.runs : 0);
  });
  family("failures_total", "counter", "Runs on this unit that did not succeed.",
         [](const JobView& view) -> Value {
           return fmt::format("{}", view.last ? view.last->totals.failures : 0);
         });
  family("next_run_timestamp_seconds", "gauge", "When the schedule is due next.",
         [&](const JobView& view) -> Value {
           const auto next =
               view.job.enabled ? next_after(view.job.schedule, now, zone) : std::nullopt;
           if (!next) return std::nullopt;
           return fmt::format("{}", next->time_since_epoch().count());
         });
  return text;
}

}  // namespace leader_cron
