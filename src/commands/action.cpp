#include "commands/action.h"

#include <fmt/format.h>

#include <cstdio>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "charm/names.h"
#include "commands/services.h"
#include "commands/unit_commands.h"
#include "cron/civil_time.h"
#include "jobs/coming_runs.h"
#include "juju/hook_tools.h"
#include "run/history.h"
#include "system/machine.h"
#include "system/machine_error.h"
#include "system/process.h"
#include "system/zone_file.h"

namespace leader_cron {
namespace {

using Results = std::vector<std::pair<std::string, std::string>>;

std::chrono::sys_seconds now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

// "07" where there are ten or more: Juju shows keys in alphabetical order.
std::string numbered(std::size_t number, std::size_t of) {
  return fmt::format("{:0{}}", number, fmt::format("{}", of).size());
}

// A job's name as it may stand in a key: not ending with a hyphen.
std::string as_key(std::string name, std::set<std::string>& taken) {
  if (name.ends_with('-')) name += '0';
  while (!taken.insert(name).second) name += '0';
  return name;
}

void add(Results& results, const std::string& prefix, const Results& pairs) {
  for (const auto& [key, value] : pairs) results.emplace_back(prefix + key, value);
}

void list_jobs_action(const std::string& service) {
  const UnitView view = view_unit(service);
  const TimeZone zone = machine_zone();
  Results results = {{"leader", view.leader.value_or(false) ? "true" : "false"}};
  std::set<std::string> taken;
  for (const JobState& state : states_of(view, service, now(), zone)) {
    add(results, fmt::format("jobs.{}.", as_key(state.job.name, taken)), job_as_pairs(state, zone));
  }
  set_results(results);
}

void next_runs_action(const std::string& service, const ActionParameters& parameters) {
  const UnitView view = view_unit(service);
  const TimeZone zone = machine_zone();
  const auto runs = coming_runs(view.jobs, now(), zone, parameters.count);
  Results results = {{"leader", view.leader.value_or(false) ? "true" : "false"}};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    add(results, fmt::format("runs.{}.", numbered(i + 1, runs.size())),
        {{"at", show_instant(runs[i].at, zone)}, {"job", runs[i].job}});
  }
  set_results(results);
}

void history_action(const std::string& service, const ActionParameters& parameters) {
  const UnitView view = view_unit(service);
  if (const std::string objection = objection_to_job(view, parameters.job); !objection.empty()) {
    fail_action(objection + "; list-jobs names them");
    return;
  }
  const TimeZone zone = machine_zone();
  const auto history = history_of({parameters.job}, view, ServicePaths(service), parameters.count);
  Results results;
  for (std::size_t i = 0; i < history.size(); ++i) {
    add(results, fmt::format("runs.{}.", numbered(i + 1, history.size())),
        record_as_pairs(history[i].record, zone));
  }
  results.emplace_back("count", fmt::format("{}", history.size()));
  set_results(results);
}

// Why the job may not be run here, as what to do instead; empty: it may.
std::string objection_to_run(const UnitView& view, const std::string& unit,
                             const ActionParameters& parameters) {
  if (std::string objection = objection_to_job(view, parameters.job); !objection.empty())
    return objection + "; list-jobs names them";
  if (parameters.force || view.leader.value_or(false)) return "";
  for (const Job& job : view.jobs) {
    if (job.name != parameters.job || job.run_on == RunOn::all) continue;
    return fmt::format("{} does not lead; run the job on {}/leader, or give force=true", unit,
                       application_of(unit));
  }
  return "";
}

void run_job_action(const std::string& service, const std::string& unit,
                    const ActionParameters& parameters) {
  const UnitView view = view_unit(service);
  if (const std::string objection = objection_to_run(view, unit, parameters); !objection.empty()) {
    fail_action(objection);
    return;
  }
  const ServicePaths paths(service);
  Command command{{on_machine(paths.supervisor), "run", parameters.job, "--format", "json"},
                  std::nullopt};
  if (parameters.force) command.arguments.emplace_back("--force");
  const Output output = run(command);
  const auto report = parse_report(output.out);
  if (!report) {
    set_results({{"exit-status", fmt::format("{}", output.status)}});
    fail_action(fmt::format("{} was not run: {}", parameters.job, output.err));
    return;
  }
  const Record& record = report->record;
  Results results = record_as_pairs(record, machine_zone());
  if (is_run(record)) results.emplace_back("output", report->output);
  set_results(results);
  if (record.result == Record::Result::success) return;
  if (!is_run(record)) {
    fail_action(fmt::format("{} was not run: {}; try again later", parameters.job, record.reason));
    return;
  }
  fail_action(
      fmt::format("{} failed ({}); mend it and run it again. On the unit, {}{} history {} "
                  "and {}/output.log tell more",
                  parameters.job, outcome_of(record), service, kServiceSuffix, parameters.job,
                  paths.run(view.owners.at(parameters.job), parameters.job)));
}

}  // namespace

int run_action(std::string_view name) {
  const std::string unit = environment_variable("JUJU_UNIT_NAME");
  if (unit.empty()) throw MachineError("run the action", name, "JUJU_UNIT_NAME is not set");
  const std::string service = maintained_service(unit);
  const auto parameters = action_parameters();
  if (!parameters) {
    fail_action("action-get does not answer");
  } else if (service.empty()) {
    fail_action("this unit maintains no service; juju status says why");
  } else if (name == "run-job") {
    run_job_action(service, unit, *parameters);
  } else if (name == "list-jobs") {
    list_jobs_action(service);
  } else if (name == "next-runs") {
    next_runs_action(service, *parameters);
  } else if (name == "history") {
    history_action(service, *parameters);
  } else {
    std::fprintf(stderr, "leader-cron: there is no action %s\n", std::string(name).c_str());
    return 1;
  }
  return 0;
}

}  // namespace leader_cron
