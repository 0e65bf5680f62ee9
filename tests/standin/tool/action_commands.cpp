// action-get, action-set, action-fail, action-log.

#include <algorithm>
#include <array>
#include <cctype>

#include "../hook_files.h"
#include "commands.h"

namespace standin::tool {
namespace {

using nlohmann::json;

void require_action(const Call& call) {
  if (call.session.text("action").empty()) throw Failure("not running an action");
}

/// A segment of a result's key: lowercase letters, digits and hyphens, none of these at an end.
bool is_key(const std::string& key) {
  return !key.empty() && key.front() != '-' && key.back() != '-' &&
         std::all_of(key.begin(), key.end(), [](unsigned char c) {
           return std::islower(c) || std::isdigit(c) || c == '-';
         });
}

void action_get(Call& call) {
  call.expect_at_most(1);
  require_action(call);
  const json* value = &call.session.context().at("parameters");
  const std::string key = call.argument(0);
  for (std::size_t begin = 0; begin < key.size();) {
    const auto dot = std::min(key.find('.', begin), key.size());
    const auto segment = key.substr(begin, dot - begin);
    if (!value->is_object() || !value->contains(segment)) return call.reply(nullptr);
    value = &value->at(segment);
    begin = dot + 1;
  }
  call.reply(*value);
}

void action_set(Call& call) {
  static constexpr std::array<std::string_view, 4> kReserved = {"stdout", "stdout-encoding",
                                                                "stderr", "stderr-encoding"};
  json values = json::object();
  for (const auto& argument : call.line.arguments) {
    const auto equals = argument.find('=');
    if (equals == std::string::npos) {
      throw UsageError("argument \"" + argument + "\" must be of the form key...=value");
    }
    const auto key = argument.substr(0, equals);
    if (std::find(kReserved.begin(), kReserved.end(), key) != kReserved.end()) {
      throw UsageError("cannot set reserved action key \"" + key + "\"");
    }
    for (std::size_t begin = 0; begin <= key.size();) {
      const auto dot = std::min(key.find('.', begin), key.size());
      if (!is_key(key.substr(begin, dot - begin))) {
        throw UsageError("key \"" + key +
                         "\" must start and end with lowercase alphanumeric, and contain only "
                         "lowercase alphanumeric, hyphens and periods");
      }
      begin = dot + 1;
    }
    values[key] = argument.substr(equals + 1);
  }
  require_action(call);
  if (!values.empty()) call.effect = {{"kind", kActionSet}, {"values", std::move(values)}};
}

void action_fail(Call& call) {
  call.expect_at_most(1);
  require_action(call);
  const bool given = !call.line.arguments.empty();
  call.effect = {{"kind", kActionFail},
                 {"message", given ? call.argument(0)
                                   : "action failed without reason given, check "
                                     "action for errors"}};
}

void action_log(Call& call) {
  if (call.line.arguments.empty()) throw UsageError("no message specified");
  require_action(call);
  std::string message;
  for (const auto& word : call.line.arguments) message += (message.empty() ? "" : " ") + word;
  call.effect = {{"kind", kActionLog}, {"message", message}};
}

}  // namespace

const std::vector<Command>& action_commands() {
  static const std::vector<Command> table = {
      {"action-get", {}, true, action_get},
      {"action-set", {}, false, action_set},
      {"action-fail", {}, false, action_fail},
      {"action-log", {}, false, action_log},
  };
  return table;
}

}  // namespace standin::tool
