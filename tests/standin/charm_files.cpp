#include "charm_files.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <stdexcept>

namespace standin {
namespace {

using nlohmann::json;

YAML::Node load(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return {};
  try {
    return YAML::LoadFile(path.string());
  } catch (const YAML::Exception& error) {
    throw std::invalid_argument(fmt::format("cannot read '{}': {}", path.string(), error.what()));
  }
}

/// A scalar as YAML types it; a quoted one stays a string.
json scalar(const YAML::Node& node) {
  if (!node || node.IsNull()) return nullptr;
  if (!node.IsScalar()) return YAML::Dump(node);
  if (node.Tag() == "!") return node.Scalar();
  if (bool value = false; YAML::convert<bool>::decode(node, value)) return value;
  if (long long value = 0; YAML::convert<long long>::decode(node, value)) return value;
  if (double value = 0; YAML::convert<double>::decode(node, value)) return value;
  return node.Scalar();
}

json typed(const std::string& type, const std::string& text) {
  const YAML::Node node(text);
  if (type == "int" || type == "integer") {
    if (long long value = 0; YAML::convert<long long>::decode(node, value)) return value;
  } else if (type == "float" || type == "number") {
    if (double value = 0; YAML::convert<double>::decode(node, value)) return value;
  } else if (type == "boolean") {
    if (bool value = false; YAML::convert<bool>::decode(node, value)) return value;
  } else {
    return text;
  }
  return nullptr;
}

CharmAction read_action(const YAML::Node& node) {
  CharmAction action;
  if (!node.IsMap()) return action;
  if (const auto additional = node["additionalProperties"])
    action.additional = additional.as<bool>();
  for (const auto& parameter : node["params"]) {
    json about{{"type", "string"}, {"default", nullptr}};
    if (parameter.second.IsMap()) {
      if (const auto type = parameter.second["type"]) about["type"] = type.Scalar();
      about["default"] = scalar(parameter.second["default"]);
    }
    action.parameters[parameter.first.Scalar()] = about;
  }
  return action;
}

}  // namespace

CharmFiles read_charm(const std::filesystem::path& folder) {
  CharmFiles charm;
  const auto metadata = load(folder / "metadata.yaml");
  if (metadata && metadata.IsMap() && metadata["peers"] && metadata["peers"].IsMap()) {
    for (const auto& peer : metadata["peers"]) {
      if (!charm.peer_relation) charm.peer_relation = peer.first.Scalar();
    }
  }
  const auto config = load(folder / "config.yaml");
  if (config && config.IsMap() && config["options"] && config["options"].IsMap()) {
    for (const auto& option : config["options"]) {
      CharmOption about{"string", nullptr};
      if (const auto type = option.second["type"]) about.type = type.Scalar();
      if (const auto initial = option.second["default"]; initial && !initial.IsNull()) {
        about.initial = typed(about.type, initial.Scalar());
      }
      charm.options[option.first.Scalar()] = about;
    }
  }
  const auto actions = load(folder / "actions.yaml");
  if (actions && actions.IsMap()) {
    for (const auto& action : actions) {
      charm.actions[action.first.Scalar()] = read_action(action.second);
    }
  }
  return charm;
}

json option_value(const CharmFiles& charm, const std::string& key, const std::string& text) {
  const auto found = charm.options.find(key);
  if (found == charm.options.end()) {
    throw std::invalid_argument(fmt::format("unknown option \"{}\"", key));
  }
  json value = typed(found->second.type, text);
  if (value.is_null()) {
    throw std::invalid_argument(
        fmt::format("option \"{}\" expected {}, got \"{}\"", key, found->second.type, text));
  }
  return value;
}

json settings(const CharmFiles& charm, const std::map<std::string, std::string>& set,
              bool numbers_as_floats) {
  json all = json::object();
  for (const auto& [key, option] : charm.options) {
    const auto given = set.find(key);
    json value = given == set.end() ? option.initial : option_value(charm, key, given->second);
    if (numbers_as_floats && value.is_number_integer()) value = value.get<double>();
    all[key] = std::move(value);
  }
  return all;
}

json action_parameters(const CharmFiles& charm, const std::string& name,
                       const std::map<std::string, std::string>& given) {
  const auto found = charm.actions.find(name);
  if (found == charm.actions.end()) {
    throw std::invalid_argument(fmt::format("action \"{}\" not defined", name));
  }
  const CharmAction& action = found->second;
  json all = json::object();
  for (const auto& [key, about] : action.parameters) {
    if (!about["default"].is_null()) all[key] = about["default"];
  }
  for (const auto& [key, text] : given) {
    const auto about = action.parameters.find(key);
    if (about == action.parameters.end()) {
      if (!action.additional) {
        throw std::invalid_argument(fmt::format("additional property \"{}\" is not allowed", key));
      }
      all[key] = scalar(YAML::Load(text));
      continue;
    }
    const std::string type = about->second["type"];
    all[key] = typed(type, text);
    if (all[key].is_null()) {
      throw std::invalid_argument(fmt::format("(root).{} : must be of type {}", key, type));
    }
  }
  return all;
}

}  // namespace standin
