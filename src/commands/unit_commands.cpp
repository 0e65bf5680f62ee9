#include "commands/unit_commands.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "charm/names.h"
#include "commands/print.h"
#include "cron/civil_time.h"
#include "cron/next_run.h"
#include "jobs/coming_runs.h"
#include "jobs/run_table.h"
#include "jobs/suggest.h"
#include "system/file.h"
#include "system/machine.h"
#include "system/run_marker.h"
#include "system/zone_file.h"

namespace leader_cron {
namespace {

std::chrono::sys_seconds now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

bool runs_here(const Job& job, const UnitView& view) {
  return job.enabled && (job.run_on == RunOn::all || view.leader.value_or(false));
}

void note_others(const UnitView& view) {
  if (view.others) fmt::print(stderr, "(jobs of other users are not shown)\n");
}

std::string shown_leadership(const UnitView& view) {
  if (!view.leader) return "unknown: there is no crontab";
  return *view.leader ? "True" : "False";
}

}  // namespace

std::vector<JobState> states_of(const UnitView& view, std::string_view service,
                                std::chrono::sys_seconds at, const TimeZone& zone) {
  const ServicePaths paths(service);
  std::vector<JobState> states;
  for (const Job& job : view.jobs) {
    JobState state;
    state.job = job;
    state.runs_here = runs_here(job, view);
    state.next = next_after(job.schedule, at, zone);
    if (const auto runs = view.runs.find(job.name); runs != view.runs.end())
      state.last = runs->second.last;
    state.running = running_now(on_machine(paths.run(view.owners.at(job.name), job.name)));
    states.push_back(std::move(state));
  }
  return states;
}

std::string objection_to_job(const UnitView& view, std::string_view job) {
  std::vector<std::string_view> names;
  for (const Job& each : view.jobs) {
    if (each.name == job) return "";
    names.push_back(each.name);
  }
  const std::string_view nearest = nearest_word(job, names);
  return nearest.empty() ? fmt::format("no job {}", job)
                         : fmt::format("no job {}; did you mean {}?", job, nearest);
}

int list_jobs(std::string_view service, OutputFormat format) {
  const UnitView view = view_unit(service);
  const TimeZone zone = machine_zone();
  const std::vector<JobState> states = states_of(view, service, now(), zone);
  print(stdout, format == OutputFormat::json ? jobs_as_json(states)
                                             : jobs_as_text(states, zone, wants_color()));
  note_others(view);
  return 0;
}

int show_history(std::string_view service, const HistoryOptions& options) {
  const UnitView view = view_unit(service);
  std::vector<std::string> names;
  for (const Job& job : view.jobs) names.push_back(job.name);
  if (!options.job.empty()) {
    if (const std::string objection = objection_to_job(view, options.job); !objection.empty()) {
      fmt::print(stderr, "{}{}: {}\n", service, kServiceSuffix, objection);
      return 1;
    }
    names = {options.job};
  }
  const auto history = history_of(names, view, ServicePaths(service), options.count);
  print(stdout, options.format == OutputFormat::json
                    ? history_as_json(history)
                    : history_as_text(history, machine_zone(), wants_color()));
  if (options.job.empty()) note_others(view);
  return 0;
}

int show_unit_next(std::string_view service, const UnitNextOptions& options) {
  const UnitView view = view_unit(service);
  const TimeZone zone = machine_zone();
  const auto runs = coming_runs(view.jobs, now(), zone, options.count);
  print(stdout, options.format == OutputFormat::json ? runs_as_json(runs, zone)
                                                     : runs_as_text(runs, view.jobs, zone));
  if (!view.leader.value_or(false))
    fmt::print(stderr, "(this unit does not lead: jobs for the leader run on another one)\n");
  note_others(view);
  return 0;
}

int show_unit_status(std::string_view service, OutputFormat format) {
  const UnitView view = view_unit(service);
  const ServicePaths paths(service);
  const TimeZone zone = machine_zone();
  const std::vector<JobState> states = states_of(view, service, now(), zone);
  const auto here = std::count_if(states.begin(), states.end(),
                                  [](const JobState& state) { return state.runs_here; });
  const auto trouble =
      newest_trouble(view.jobs, view.runs, view.leader.value_or(false), now(), zone);
  const std::string words = trouble ? words_of(*trouble, zone) : "none";
  if (format == OutputFormat::json) {
    nlohmann::ordered_json running = nlohmann::ordered_json::array();
    for (const JobState& state : states) {
      for (const Record& record : state.running)
        running.push_back({{"job", state.job.name}, {"start", utc_text(record.start)}});
    }
    nlohmann::ordered_json answer = {{"service", service}};
    answer["leader"] = view.leader ? nlohmann::ordered_json(*view.leader) : nullptr;
    answer["jobs"] = states.size();
    answer["jobs-here"] = here;
    answer["running"] = std::move(running);
    answer["trouble"] = trouble ? nlohmann::ordered_json(words) : nullptr;
    answer["crontab"] = paths.crontab;
    answer["state"] = paths.state;
    print(stdout, answer.dump(2) + "\n");
    return 0;
  }
  const auto title = [](const char* text) { return Cell{text, Tone::faint}; };
  std::vector<Row> rows = {
      {title("service"), {std::string(service)}},
      {title("leader"),
       {shown_leadership(view), view.leader.value_or(false) ? Tone::good : Tone::plain}},
      {title("jobs"), {fmt::format("{}, {} of them here", states.size(), here)}}};
  for (const JobState& state : states) {
    for (const Record& record : state.running) {
      rows.push_back(
          {title("running"),
           {fmt::format("{} since {}", state.job.name,
                        show_instant(std::chrono::floor<std::chrono::seconds>(record.start), zone)),
            Tone::good}});
    }
  }
  rows.push_back({title("trouble"), {words, trouble ? Tone::bad : Tone::good}});
  rows.push_back({title("crontab"), {paths.crontab}});
  rows.push_back({title("state"), {paths.state}});
  print(stdout, in_columns(rows, wants_color()));
  note_others(view);
  return 0;
}

}  // namespace leader_cron
