#include "jobs/stored_job.h"

#include <nlohmann/json.hpp>

namespace leader_cron {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Job& job) {
  Json environment = Json::array();
  for (const auto& [name, value] : job.environment)
    environment.push_back(Json::array({name, value}));
  return {{"name", job.name},
          {"schedule", job.schedule.text},
          {"schedule-as-written", job.schedule_as_written},
          {"command", job.command},
          {"user", job.user},
          {"description", job.description},
          {"environment", std::move(environment)},
          {"directory", job.directory},
          {"run-on", job.run_on == RunOn::all ? "all" : "leader"},
          {"enabled", job.enabled},
          {"timeout", job.timeout ? Json(job.timeout->count()) : Json()},
          {"overlap", job.overlap == Overlap::allow ? "allow" : "skip"},
          {"umask", job.umask},
          {"log-limit", job.log_limit}};
}

// Throws a library's exception where something that no job can do without is missing, or is of
// another type. All else has a default, so that what an older version of this program kept can be
// read.
std::optional<Job> job_of(const Json& json) {
  ParsedSchedule parsed = parse_schedule(json.at("schedule").get_ref<const std::string&>());
  if (!parsed.schedule) return std::nullopt;
  Job job;
  job.name = json.at("name").get<std::string>();
  job.schedule = std::move(*parsed.schedule);
  job.schedule_as_written = json.value("schedule-as-written", job.schedule.text);
  job.command = json.at("command").get<std::string>();
  job.user = json.value("user", job.user);
  job.description = json.value("description", job.description);
  for (const Json& entry : json.value("environment", Json::array())) {
    job.environment.emplace_back(entry.at(0).get<std::string>(), entry.at(1).get<std::string>());
  }
  job.directory = json.value("directory", job.directory);
  job.run_on = json.value("run-on", "leader") == "all" ? RunOn::all : RunOn::leader;
  job.enabled = json.value("enabled", job.enabled);
  if (const auto timeout = json.find("timeout"); timeout != json.end() && !timeout->is_null())
    job.timeout = std::chrono::seconds(timeout->get<std::int64_t>());
  job.overlap = json.value("overlap", "skip") == "allow" ? Overlap::allow : Overlap::skip;
  job.umask = json.value("umask", job.umask);
  job.log_limit = json.value("log-limit", job.log_limit);
  return job;
}

// Never throws: all texts of a job are UTF-8.
std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string store_job(const Job& job) {
  return text_of(json_of(job));
}

std::string store_jobs(std::span<const Job> jobs) {
  Json list = Json::array();
  for (const Job& job : jobs) list.push_back(json_of(job));
  return text_of(list);
}

std::optional<Job> stored_job(std::string_view text) {
  try {
    return job_of(Json::parse(text));
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::optional<std::vector<Job>> stored_jobs(std::string_view text) {
  if (text.empty()) return std::nullopt;  // of a unit's first hook: no exception for that
  try {
    std::vector<Job> jobs;
    for (const Json& json : Json::parse(text)) {
      auto job = job_of(json);
      if (!job) return std::nullopt;
      jobs.push_back(std::move(*job));
    }
    return jobs;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace leader_cron
