#include "run/job_list.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cron/civil_time.h"
#include "cron/in_words.h"
#include "run/columns.h"
#include "run/history.h"

namespace leader_cron {
namespace {

using std::chrono::sys_seconds;

sys_seconds second_of(Instant instant) {
  return std::chrono::floor<std::chrono::seconds>(instant);
}

// "leader", "all", "disabled"
std::string where(const Job& job) {
  if (!job.enabled) return "disabled";
  return job.run_on == RunOn::all ? "all" : "leader";
}

std::string next_text(const JobState& state, const TimeZone& zone) {
  if (!state.job.enabled) return "-";
  if (state.job.schedule.reboot) return "when cron starts";
  return state.next ? show_instant(*state.next, zone) : "never";
}

Row row_of(const JobState& state, const TimeZone& zone) {
  Row row = {{state.job.name, state.runs_here ? Tone::plain : Tone::faint},
             {state.job.user, Tone::plain},
             {where(state.job), state.runs_here ? Tone::plain : Tone::faint},
             {in_words(state.job.schedule), Tone::plain},
             {next_text(state, zone), Tone::plain}};
  if (!state.running.empty()) {
    row.push_back({show_instant(second_of(state.running.front().start), zone), Tone::plain});
    row.push_back({"running", Tone::good});
  } else if (state.last) {
    row.push_back({show_instant(second_of(state.last->start), zone), Tone::plain});
    row.push_back(result_cell(*state.last));
  }
  return row;
}

nlohmann::ordered_json json_of(const Record& record) {
  return nlohmann::ordered_json::parse(record_line(record));
}

}  // namespace

std::string jobs_as_text(const std::vector<JobState>& jobs, const TimeZone& zone, bool color) {
  if (jobs.empty()) return "there are no jobs\n";
  std::vector<Row> rows = {{{"JOB", Tone::title},
                            {"USER", Tone::title},
                            {"RUNS ON", Tone::title},
                            {"WHEN", Tone::title},
                            {"NEXT", Tone::title},
                            {"LAST START", Tone::title},
                            {"LAST RESULT", Tone::title}}};
  for (const JobState& state : jobs) rows.push_back(row_of(state, zone));
  return in_columns(rows, color);
}

std::string jobs_as_json(const std::vector<JobState>& jobs) {
  auto list = nlohmann::ordered_json::array();
  for (const JobState& state : jobs) {
    nlohmann::ordered_json job = {{"name", state.job.name},
                                  {"user", state.job.user},
                                  {"schedule", state.job.schedule.text},
                                  {"words", in_words(state.job.schedule)},
                                  {"run-on", state.job.run_on == RunOn::all ? "all" : "leader"},
                                  {"enabled", state.job.enabled},
                                  {"runs-here", state.runs_here}};
    if (state.next && state.job.enabled) job["next"] = utc_text(*state.next);
    if (state.last) job["last"] = json_of(*state.last);
    auto running = nlohmann::ordered_json::array();
    for (const Record& record : state.running)
      running.push_back({{"start", utc_text(record.start)}});
    job["running"] = std::move(running);
    list.push_back(std::move(job));
  }
  return list.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::vector<std::pair<std::string, std::string>> job_as_pairs(const JobState& state,
                                                              const TimeZone& zone) {
  std::vector<std::pair<std::string, std::string>> pairs = {
      {"user", state.job.user},
      {"schedule", state.job.schedule.text},
      {"when", in_words(state.job.schedule)},
      {"run-on", where(state.job)},
      {"runs-here", state.runs_here ? "true" : "false"},
      {"next", next_text(state, zone)}};
  if (!state.running.empty())
    pairs.emplace_back("running-since", show_instant(second_of(state.running.front().start), zone));
  if (state.last) {
    pairs.emplace_back("last-start", show_instant(second_of(state.last->start), zone));
    pairs.emplace_back("last-result", result_cell(*state.last).text);
  }
  return pairs;
}

}  // namespace leader_cron
