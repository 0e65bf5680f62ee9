// is-leader, config-get, status-*, juju-log, state-*, unit-get, application-version-set.

#include <algorithm>
#include <array>

#include "../hook_files.h"
#include "commands.h"

namespace standin::tool {
namespace {

using nlohmann::json;

void is_leader(Call& call) {
  call.expect_at_most(0);
  call.reply(call.session.is_leader());
}

void config_get(Call& call) {
  call.expect_at_most(1);
  json settings = Session::read_json(call.session.text("settings"));
  const std::string key = call.argument(0);
  if (!key.empty()) {
    if (call.line.has("all")) throw UsageError("cannot use argument --all together with key");
    call.reply(settings.contains(key) ? settings[key] : json(nullptr));
    return;
  }
  if (!call.line.has("all")) {  // unset options without a default are listed with --all only
    for (auto it = settings.begin(); it != settings.end();) {
      it = it->is_null() ? settings.erase(it) : std::next(it);
    }
  }
  call.reply(std::move(settings));
}

void status_set(Call& call) {
  static constexpr std::array<std::string_view, 4> kStates = {"maintenance", "blocked", "waiting",
                                                              "active"};
  if (call.line.arguments.empty()) throw UsageError("invalid args, require <status> [message]");
  call.expect_at_most(2);
  const std::string status = call.argument(0);
  if (std::find(kStates.begin(), kStates.end(), status) == kStates.end()) {
    throw UsageError("invalid status \"" + status +
                     "\", expected one of [maintenance blocked waiting active]");
  }
  if (call.line.has("application")) {
    if (!call.session.is_leader()) throw Failure("cannot set application status: not the leader");
    return;
  }
  call.effect = {{"kind", kStatusSet}, {"status", status}, {"message", call.argument(1)}};
}

void status_get(Call& call) {
  call.expect_at_most(0);
  json status = call.session.context().at("status");
  if (auto set = call.session.earlier_effects(kStatusSet); !set.empty()) {
    status = {{"status", set.back()["status"]}, {"message", set.back()["message"]}};
  }
  if (!call.line.has("include-data")) return call.reply(status["status"]);
  status["status-data"] = json::object();
  call.reply(std::move(status));
}

void juju_log(Call& call) {
  if (call.line.arguments.empty()) throw UsageError("no message specified");
  std::string level = call.line.has("debug") ? "DEBUG" : call.line.value("log-level", "INFO");
  std::transform(level.begin(), level.end(), level.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  static constexpr std::array<std::string_view, 6> kLevels = {"TRACE",   "DEBUG", "INFO",
                                                              "WARNING", "ERROR", "CRITICAL"};
  if (std::find(kLevels.begin(), kLevels.end(), level) == kLevels.end()) level = "INFO";
  std::string message;
  for (const auto& word : call.line.arguments) message += (message.empty() ? "" : " ") + word;
  call.effect = {{"kind", kLog}, {"level", level}, {"message", message}};
}

json current_state(const Call& call) {
  json state = call.session.context().at("state");
  // Sets and deletes interleave, so they are replayed in one order: a delete is a null value.
  for (const auto& effect : call.session.earlier_effects(kStateSet)) {
    for (const auto& [key, value] : effect["values"].items()) {
      if (value.is_null()) {
        state.erase(key);
      } else {
        state[key] = value;
      }
    }
  }
  return state;
}

void state_get(Call& call) {
  call.expect_at_most(1);
  const json state = current_state(call);
  const std::string key = call.argument(0);
  if (key.empty() || key == "-") {
    // Juju 4.0 prints null for a unit that has stored nothing, 3.6 an empty map.
    const bool null_when_empty = call.session.text("mode") == "4.0";
    call.reply(state.empty() && null_when_empty ? json(nullptr) : state);
  } else if (state.contains(key)) {
    call.reply(state[key]);
  } else if (call.line.has("strict")) {
    throw Failure("\"" + key + "\" not found");
  } else {
    call.reply("");
  }
}

void state_set(Call& call) {
  json values = read_values(call);
  if (!values.empty()) call.effect = {{"kind", kStateSet}, {"values", std::move(values)}};
}

void state_delete(Call& call) {
  call.expect_at_most(1);
  const std::string key = call.argument(0);
  if (key.empty()) throw UsageError("missing key");
  call.effect = {{"kind", kStateSet}, {"values", {{key, nullptr}}}};
}

void unit_get(Call& call) {
  call.expect_at_most(1);
  const std::string key = call.argument(0);
  if (key.empty()) throw UsageError("no setting specified");
  if (key != "private-address" && key != "public-address") {
    throw UsageError("unknown setting \"" + key + "\"");
  }
  call.reply(call.session.text("address"));
}

void application_version_set(Call& call) {
  if (call.line.arguments.empty()) throw UsageError("no version specified");
  call.expect_at_most(1);
  call.effect = {{"kind", kVersion}, {"version", call.argument(0)}};
}

}  // namespace

const std::vector<Command>& unit_commands() {
  static const std::vector<Command> table = {
      {"is-leader", {}, true, is_leader},
      {"config-get", {{"--all", "all", false}, {"-a", "all", false}}, true, config_get},
      {"status-set", {{"--application", "application", false}}, false, status_set},
      {"status-get",
       {{"--include-data", "include-data", false}, {"--application", "application", false}},
       true,
       status_get},
      {"juju-log",
       {{"--log-level", "log-level"}, {"-l", "log-level"}, {"--debug", "debug", false}},
       false,
       juju_log},
      {"state-get", {{"--strict", "strict", false}}, true, state_get},
      {"state-set", {{"--file", "file"}}, false, state_set},
      {"state-delete", {}, false, state_delete},
      {"unit-get", {}, true, unit_get},
      {"application-version-set", {}, false, application_version_set},
  };
  return table;
}

}  // namespace standin::tool
