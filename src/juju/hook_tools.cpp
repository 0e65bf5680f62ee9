#include "juju/hook_tools.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "system/log.h"

namespace leader_cron {
namespace {

using nlohmann::json;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// A warning that names the tool and what it said on stderr, its first line.
void warn_of_failure(std::string_view tool, const Output& output) {
  const std::string_view said = trimmed(output.err);
  log(LogLevel::warning, output.started
                             ? fmt::format("{} failed with exit status {}: {}", tool, output.status,
                                           said.substr(0, said.find('\n')))
                             : fmt::format("{} cannot be started: {}", tool, said));
}

// The tool's answer, or nothing with a warning.
std::optional<json> answer_of(std::string_view tool, const Output& output) {
  if (!output.succeeded()) {
    warn_of_failure(tool, output);
    return std::nullopt;
  }
  json answer = json::parse(output.out, nullptr, false);
  if (answer.is_discarded()) {
    log(LogLevel::warning, fmt::format("{} printed no JSON", tool));
    return std::nullopt;
  }
  return answer;
}

Leadership leadership_of(const Output& output) {
  if (!output.succeeded()) {
    warn_of_failure("is-leader", output);
    return Leadership::unknown;
  }
  const std::string_view word = trimmed(output.out);
  if (word == "true" || word == "True") return Leadership::leader;
  if (word == "false" || word == "False") return Leadership::follower;
  log(LogLevel::warning, "is-leader printed neither true nor false");
  return Leadership::unknown;
}

Command databag_command(std::string_view relation_id, std::string_view owner, Databags kind) {
  Command command{{"relation-get", "--format", "json", "-r", std::string(relation_id)}, {}};
  if (kind == Databags::application) command.arguments.emplace_back("--app");
  command.arguments.emplace_back("-");
  command.arguments.emplace_back(owner);
  return command;
}

Command databag_change(std::string_view relation_id, Databags kind, const Databag& values) {
  Command command{{"relation-set", "-r", std::string(relation_id)}, json(values).dump()};
  if (kind == Databags::application) command.arguments.emplace_back("--app");
  command.arguments.emplace_back("--file");
  command.arguments.emplace_back("-");
  return command;
}

// An option's number, which may come as a float; `fallback` where it is not there. What no
// std::int64_t holds becomes the nearest that a float can tell, far from anything an option takes.
std::int64_t number_option(const json& options, const char* name, std::int64_t fallback) {
  const auto found = options.find(name);
  if (found == options.end() || !found->is_number()) return fallback;
  constexpr double kLargest = 9007199254740992;  // 2^53
  return static_cast<std::int64_t>(std::clamp(found->get<double>(), -kLargest, kLargest));
}

// An option's text; nothing where it is not there.
std::optional<std::string> text_option(const json& options, const char* name) {
  const auto found = options.find(name);
  if (found == options.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

// Juju has checked the types against config.yaml: anything but a text is nonsense.
bool is_text_or_absent(const json& options, const char* name) {
  const auto found = options.find(name);
  return found == options.end() || found->is_null() || found->is_string();
}

constexpr std::array<const char*, 4> kLevels = {"DEBUG", "INFO", "WARNING", "ERROR"};
// One argument may not exceed 131071 bytes (the kernel's MAX_ARG_STRLEN); what take_log() adds
// needs some room.
constexpr std::size_t kLongestMessage = 130000;

}  // namespace

LeadershipQuestion::LeadershipQuestion()
    : tool_({{"is-leader", "--format", "json"}, std::nullopt}) {}

Leadership LeadershipQuestion::answer() {
  if (!answer_) answer_ = leadership_of(tool_.finish());
  return *answer_;
}

ConfigQuestion::ConfigQuestion() : tool_({{"config-get", "--format", "json"}, std::nullopt}) {}

const Output& ConfigQuestion::output() {
  if (!output_) output_ = tool_.finish();
  return *output_;
}

std::string_view ConfigQuestion::text() {
  return output().succeeded() ? std::string_view(output().out) : std::string_view();
}

std::optional<Options> ConfigQuestion::answer() {
  const auto options = answer_of("config-get", output());
  if (!options) return std::nullopt;
  if (!options->is_object()) {
    log(LogLevel::warning, "config-get printed something else than a mapping of options");
    return std::nullopt;
  }
  for (const char* name : {"jobs", "service-name", "log-level", "metrics-directory", "handover"}) {
    if (is_text_or_absent(*options, name)) continue;
    log(LogLevel::warning, fmt::format("config-get printed an option {} that is no text", name));
    return std::nullopt;
  }
  return Options{{text_option(*options, "jobs"), text_option(*options, "service-name").value_or(""),
                  text_option(*options, "metrics-directory").value_or(""),
                  text_option(*options, "handover").value_or("immediate"),
                  number_option(*options, "leadership-ttl", kDefaultTtlMinutes)},
                 text_option(*options, "log-level").value_or("")};
}

std::optional<std::string> relation_id(std::string_view endpoint) {
  const auto ids = answer_of(
      "relation-ids", run({{"relation-ids", "--format", "json", std::string(endpoint)}, {}}));
  if (!ids || !ids->is_array()) return std::nullopt;
  return ids->empty() || !ids->front().is_string() ? "" : ids->front().get<std::string>();
}

DatabagQuestion::DatabagQuestion(std::string_view relation_id, std::string_view owner,
                                 Databags kind)
    : tool_(databag_command(relation_id, owner, kind)) {}

std::optional<Databag> DatabagQuestion::answer() {
  const auto data = answer_of("relation-get", tool_.finish());
  if (!data) return std::nullopt;
  Databag bag;
  if (!data->is_object()) return bag;  // null: nothing was ever written
  for (const auto& [key, value] : data->items()) {
    if (value.is_string()) bag.emplace(key, value.get<std::string>());
  }
  return bag;
}

DatabagWriting::DatabagWriting(std::string_view relation_id, Databags kind, const Databag& values)
    : tool_(databag_change(relation_id, kind, values)) {}

void DatabagWriting::finish() {
  const Output output = tool_.finish();
  if (!output.succeeded()) warn_of_failure("relation-set", output);
}

StatusSetting::StatusSetting(const Status& status)
    : tool_({{"status-set", std::string(word_of(status.workload)), "--", status.message}, {}}) {}

bool StatusSetting::finish() {
  const Output output = tool_.finish();
  if (!output.succeeded()) warn_of_failure("status-set", output);
  return output.succeeded();
}

std::optional<Status> shown_status() {
  const Output output = run({{"status-get", "--include-data", "--format", "json"}, {}});
  if (!output.succeeded()) return std::nullopt;
  const json answer = json::parse(output.out, nullptr, false);
  if (!answer.is_object()) return std::nullopt;
  for (const Workload workload : {Workload::active, Workload::blocked}) {
    if (answer.value("status", "") == word_of(workload))
      return Status{workload, answer.value("message", "")};
  }
  return std::nullopt;
}

std::optional<ActionParameters> action_parameters() {
  const auto answer = answer_of("action-get", run({{"action-get", "--format", "json"}, {}}));
  if (!answer || !answer->is_object()) return std::nullopt;
  ActionParameters parameters;
  parameters.job = text_option(*answer, "job").value_or("");
  // As with config-get, a number may come as a float.
  if (const auto count = answer->find("count"); count != answer->end() && count->is_number())
    parameters.count = static_cast<std::size_t>(std::max(0.0, count->get<double>()));
  if (const auto force = answer->find("force"); force != answer->end() && force->is_boolean())
    parameters.force = force->get<bool>();
  return parameters;
}

void set_results(const std::vector<std::pair<std::string, std::string>>& results) {
  // Of 2 MiB that the kernel takes at least.
  constexpr std::size_t kLongestCall = std::size_t{512} << 10;
  Command command{{"action-set"}, std::nullopt};
  std::size_t size = 0;
  const auto send = [&] {
    if (command.arguments.size() == 1) return;
    if (const Output output = run(command); !output.succeeded())
      warn_of_failure("action-set", output);
    command.arguments.resize(1);
    size = 0;
  };
  for (const auto& [key, value] : results) {
    std::string argument = fmt::format("{}={}", key, value.substr(0, kLongestMessage));
    for (char& c : argument) {
      const auto byte = static_cast<unsigned char>(c);
      if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f) c = '?';
    }
    if (size + argument.size() > kLongestCall) send();
    size += argument.size() + sizeof(char*) + 1;
    command.arguments.push_back(std::move(argument));
  }
  send();
}

void fail_action(std::string_view message) {
  if (const Output output = run({{"action-fail", std::string(message)}, {}}); !output.succeeded())
    warn_of_failure("action-fail", output);
}

LogSending::LogSending(LogLevel threshold) : texts_(take_log(threshold, kLongestMessage)) {
  tools_.reserve(texts_.size());
  for (const LoggedText& logged : texts_) {
    const char* level = kLevels[static_cast<std::size_t>(logged.level)];
    tools_.emplace_back(Command{{"juju-log", "-l", level, "--", logged.text}, std::nullopt});
  }
}

void LogSending::finish() {
  for (std::size_t i = 0; i < tools_.size(); ++i) {
    if (tools_[i].finish().succeeded()) continue;
    // Juju logs a hook's stderr too.
    const std::string line =
        fmt::format("{}: {}\n", kLevels[static_cast<std::size_t>(texts_[i].level)], texts_[i].text);
    if (write(STDERR_FILENO, line.data(), line.size()) < 0) return;
  }
}

void send_log(LogLevel threshold) {
  LogSending(threshold).finish();
}

}  // namespace leader_cron
