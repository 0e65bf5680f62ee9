#include "jobs/stored_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace leader_cron {
namespace {

using Json = nlohmann::ordered_json;

// The last good jobs are an array with a line for each: they are read one by one, for a tree of all
// of them takes ten times the memory that they do.
constexpr std::string_view kFirstLine = "[";
constexpr std::string_view kLastLine = "\n]\n";

// The text as the library writes it, nearly always without it: it takes three microseconds a job.
void add_string(std::string& json, const std::string& text) {
  const bool simple = std::all_of(text.begin(), text.end(), [](char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
  });
  if (simple) {
    json += '"';
    json += text;
    json += '"';
  } else {
    // Never throws: all texts of a job are UTF-8.
    json += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  }
}

void add_text(std::string& json, std::string_view key, const std::string& text) {
  json += key;
  add_string(json, text);
}

void add_body(std::string& json, const Job& job) {
  add_text(json, "\"name\":", job.name);
  add_text(json, ",\"schedule\":", job.schedule.text);
  add_text(json, ",\"schedule-as-written\":", job.schedule_as_written);
  add_text(json, ",\"command\":", job.command);
  add_text(json, ",\"user\":", job.user);
  add_text(json, ",\"description\":", job.description);
  json += ",\"environment\":[";
  for (const auto& variable : job.environment) {
    add_text(json, &variable == job.environment.data() ? "[" : ",[", variable.first);
    add_text(json, ",", variable.second);
    json += ']';
  }
  add_text(json, "],\"directory\":", job.directory);
  add_text(json, ",\"run-on\":", job.run_on == RunOn::all ? "all" : "leader");
  json += job.enabled ? ",\"enabled\":true" : ",\"enabled\":false";
  json += ",\"timeout\":" + (job.timeout ? std::to_string(job.timeout->count()) : "null");
  add_text(json, ",\"overlap\":", job.overlap == Overlap::allow ? "allow" : "skip");
  json += job.catch_up ? ",\"catch-up\":true" : ",\"catch-up\":false";
  json += ",\"catch-up-window\":" +
          (job.catch_up_window ? std::to_string(job.catch_up_window->count()) : "null");
  json += fmt::format(",\"umask\":{},\"log-limit\":{}}}", job.umask, job.log_limit);
}

std::optional<std::chrono::seconds> seconds_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return std::nullopt;
  return std::chrono::seconds(found->get<std::int64_t>());
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
  job.timeout = seconds_at(json, "timeout");
  job.catch_up = json.value("catch-up", job.catch_up);
  job.catch_up_window = seconds_at(json, "catch-up-window");
  job.overlap = json.value("overlap", "skip") == "allow" ? Overlap::allow : Overlap::skip;
  job.umask = json.value("umask", job.umask);
  job.log_limit = json.value("log-limit", job.log_limit);
  return job;
}

// Gives each of the last good jobs to `take`, until that says false. False where it did, or the
// text is not whole.
template <typename Take>
bool for_each_stored(std::string_view text, const Take& take) {
  if (!text.starts_with(kFirstLine) || !text.ends_with(kLastLine) ||
      text.size() < kFirstLine.size() + kLastLine.size()) {
    return false;
  }
  text.remove_prefix(kFirstLine.size());
  text.remove_suffix(kLastLine.size());
  try {
    while (!text.empty()) {
      text.remove_prefix(1);  // the newline before it
      const std::size_t end = std::min(text.find('\n'), text.size());
      std::string_view line = text.substr(0, end);
      text.remove_prefix(end);
      if (!text.empty() && line.ends_with(',')) line.remove_suffix(1);
      if (!take(Json::parse(line))) return false;
    }
    return true;
  } catch (const Json::exception&) {
    return false;
  }
}

}  // namespace

std::string body_of(const Job& job) {
  std::string json;
  add_body(json, job);
  return json;
}

StoredJobs store_jobs(std::span<const Job> jobs, std::span<const uid_t> owners) {
  StoredJobs stored;
  std::string& json = stored.text;
  constexpr std::size_t kUsual = 400;  // bytes of a job
  stored.bodies.reserve(jobs.size());
  json.reserve((jobs.size() + 1) * kUsual);
  json = kFirstLine;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    json += i == 0 ? "\n{\"uid\":" : ",\n{\"uid\":";
    json += std::to_string(owners[i]);
    json += ',';
    const std::size_t start = json.size();
    add_body(json, jobs[i]);
    stored.bodies.push_back({start, json.size() - start});
  }
  json += kLastLine;
  return stored;
}

std::optional<Job> stored_job(std::string_view body) {
  try {
    std::string json = "{";
    json += body;
    return job_of(Json::parse(json));
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::optional<std::vector<Job>> stored_jobs(std::string_view text) {
  std::vector<Job> jobs;
  const bool whole = for_each_stored(text, [&jobs](const Json& json) {
    auto job = job_of(json);
    if (job) jobs.push_back(std::move(*job));
    return job.has_value();
  });
  return whole ? std::optional(std::move(jobs)) : std::nullopt;
}

std::vector<StoredOwner> stored_owners(std::string_view text) {
  std::vector<StoredOwner> owners;
  const bool whole = for_each_stored(text, [&owners](const Json& json) {
    owners.push_back({json.at("name").get<std::string>(), json.at("user").get<std::string>(),
                      json.at("uid").get<uid_t>()});
    return true;
  });
  return whole ? owners : std::vector<StoredOwner>{};
}

}  // namespace leader_cron
