// relation-ids, relation-list, relation-get, relation-set, and leader-get, leader-set (Juju 3.6
// only).

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "../hook_files.h"
#include "commands.h"

namespace standin::tool {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

const json& relations(const Call& call) {
  return call.session.context().at("relations");
}

/// The relation of -r, or the one the hook is about. Its id is left in `id`.
const json& find_relation(const Call& call, std::string& id) {
  id = call.line.value("relation", call.session.text("relation"));
  if (id.empty()) throw UsageError("no relation id specified");
  const auto found = relations(call).find(id);
  if (found == relations(call).end()) {
    const std::string message = "invalid value \"" + id + "\" for flag -r: relation not found";
    // Before a unit is installed it is in no relation, however right the id is.
    if (!call.session.context().value("relations_usable", true)) throw Failure(message);
    throw UsageError(message);
  }
  return *found;
}

fs::path bag_path(const json& relation, std::string owner) {
  std::replace(owner.begin(), owner.end(), '/', '-');
  return fs::path(relation.value("folder", "")) / (owner + ".json");
}

void overlay(json& bag, const json& values) {
  for (const auto& [key, value] : values.items()) {
    if (value.get_ref<const std::string&>().empty()) {
      bag.erase(key);
    } else {
      bag[key] = value;
    }
  }
}

void relation_ids(Call& call) {
  call.expect_at_most(1);
  const auto own = call.session.text("relation");
  const auto name = call.line.arguments.empty() ? own.substr(0, own.find(':')) : call.argument(0);
  if (name.empty()) throw UsageError("no endpoint name specified");
  json ids = json::array();
  for (const auto& [id, relation] : relations(call).items()) {
    if (relation["name"] == name) ids.push_back(id);
  }
  call.reply(std::move(ids));
}

void relation_list(Call& call) {
  call.expect_at_most(0);
  std::string id;
  const json& relation = find_relation(call, id);
  if (call.line.has("app")) return call.reply(call.session.text("application"));
  call.reply(relation["members"]);
}

std::string application_owner(const Call& call, const std::string& given) {
  if (given.empty()) {
    auto remote = call.session.text("remote_app");
    if (remote.empty()) throw UsageError("no unit or application specified");
    return remote;
  }
  return given.substr(0, given.find('/'));
}

std::string unit_owner(const Call& call, const std::string& given) {
  if (given.empty()) {
    auto remote = call.session.text("remote_unit");
    if (remote.empty()) throw UsageError("no unit id specified");
    return remote;
  }
  if (given.find('/') == std::string::npos) {
    throw UsageError("expected unit name, got application name \"" + given + "\"");
  }
  return given;
}

void relation_get(Call& call) {
  call.expect_at_most(2);
  std::string id;
  const json& relation = find_relation(call, id);
  const bool app = call.line.has("app");
  const auto owner =
      app ? application_owner(call, call.argument(1)) : unit_owner(call, call.argument(1));
  json bag = Session::read_json(bag_path(relation, owner));
  if (!bag.is_object()) {
    throw Failure("cannot read settings for \"" + owner + "\" in relation \"" + id +
                  "\": settings not found");
  }
  const bool own = owner == call.session.text(app ? "application" : "unit");
  if (own) {
    for (const auto& effect : call.session.earlier_effects(kRelationSet)) {
      if (effect["relation"] == id && effect["app"] == app) overlay(bag, effect["values"]);
    }
  }
  const auto key = call.argument(0);
  if (key.empty() || key == "-") return call.reply(std::move(bag));
  call.reply(bag.contains(key) ? bag[key] : json(nullptr));
}

void relation_set(Call& call) {
  std::string id;
  find_relation(call, id);
  json values = read_values(call);
  const bool app = call.line.has("app");
  if (app && !call.session.is_leader()) {
    throw Failure("cannot write relation settings: \"" + call.session.text("unit") +
                  "\" is not leader of \"" + call.session.text("application") + "\"");
  }
  if (values.empty()) return;
  call.effect = {
      {"kind", kRelationSet}, {"relation", id}, {"app", app}, {"values", std::move(values)}};
}

void leader_get(Call& call) {
  call.expect_at_most(1);
  json settings = call.session.context().at("leader_settings");
  for (const auto& effect : call.session.earlier_effects(kLeaderSet)) {
    overlay(settings, effect["values"]);
  }
  const auto key = call.argument(0);
  if (key.empty() || key == "-") return call.reply(std::move(settings));
  call.reply(settings.contains(key) ? settings[key] : json(nullptr));
}

void leader_set(Call& call) {
  json values = parse_key_values(call.line.arguments);
  if (!call.session.is_leader()) {
    throw Failure("cannot write leadership settings: cannot write settings: not the leader");
  }
  if (!values.empty()) call.effect = {{"kind", kLeaderSet}, {"values", std::move(values)}};
}

std::string read_all(const std::string& file) {
  std::FILE* stream = file == "-" ? stdin : std::fopen(file.c_str(), "re");
  if (stream == nullptr) throw Failure("open " + file + ": no such file or directory");
  std::string text;
  char buffer[16384];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, stream)) text.append(buffer, n);
  if (stream != stdin) std::fclose(stream);
  return text;
}

std::map<std::string, std::string> parse_lines(const std::string& text) {
  std::map<std::string, std::string> values;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.empty() || line[0] == '#' || line == "---") continue;
    const auto colon = line.find(": ");
    const bool empty_value = line.back() == ':';
    if ((colon == std::string::npos && !empty_value) || line[0] == ' ' || line[0] == '-') {
      throw Failure("cannot parse the file: expected \"key: value\", got \"" + line + "\"");
    }
    auto value = colon == std::string::npos ? std::string() : line.substr(colon + 2);
    if (value.size() >= 2 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0]) {
      const auto quoted = value[0] == '"' ? json::parse(value, nullptr, false) : json();
      value = quoted.is_string() ? quoted.get<std::string>() : value.substr(1, value.size() - 2);
    }
    values[line.substr(0, std::min(colon, line.size() - (colon == std::string::npos)))] = value;
  }
  return values;
}

}  // namespace

std::map<std::string, std::string> read_values(Call& call) {
  std::map<std::string, std::string> values;
  const auto arguments = parse_key_values(call.line.arguments);
  if (const auto file = call.line.value("file"); !file.empty()) {
    call.input = read_all(file);
    const json map = json::parse(call.input, nullptr, false);
    if (map.is_object()) {
      for (const auto& [key, value] : map.items()) {
        if (value.is_structured()) throw Failure("cannot unmarshal a map or list into string");
        values[key] = value.is_null()     ? ""
                      : value.is_string() ? value.get<std::string>()
                                          : value.dump();
      }
    } else {
      values = parse_lines(call.input);
    }
  }
  for (const auto& [key, value] : arguments) values[key] = value;
  return values;
}

const std::vector<Command>& relation_commands() {
  static const std::vector<Flag> relation = {{"--relation", "relation"}, {"-r", "relation"}};
  static const auto with = [](std::vector<Flag> flags) {
    flags.insert(flags.end(), relation.begin(), relation.end());
    return flags;
  };
  static const std::vector<Command> table = {
      {"relation-ids", {}, true, relation_ids},
      {"relation-list", with({{"--app", "app", false}}), true, relation_list},
      {"relation-get", with({{"--app", "app", false}}), true, relation_get},
      {"relation-set", with({{"--app", "app", false}, {"--file", "file"}}), false, relation_set},
      {"leader-get", {}, true, leader_get},
      {"leader-set", {}, false, leader_set},
  };
  return table;
}

}  // namespace standin::tool
