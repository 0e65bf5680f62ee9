#pragma once
// What Juju reads of a staged charm: the name of its peer relation, its options with their types
// and defaults, its actions with their parameters. Values leave here as JSON, checked and typed.
// Hooks and programs of the charm are left to others.

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace standin {

struct CharmOption {
  std::string type;        // string, int, float, boolean, secret
  nlohmann::json initial;  // null: none
};

struct CharmAction {
  std::map<std::string, nlohmann::json> parameters;  // name to {"type": ..., "default": ...}
  bool additional = true;                            // additionalProperties
};

struct CharmFiles {
  std::optional<std::string> peer_relation;
  std::map<std::string, CharmOption> options;
  std::map<std::string, CharmAction> actions;
};

/// Missing files count as empty. Throws std::invalid_argument for one that cannot be parsed.
CharmFiles read_charm(const std::filesystem::path& folder);

/// The typed value of an option given as text. Throws std::invalid_argument in Juju's words.
nlohmann::json option_value(const CharmFiles& charm, const std::string& key,
                            const std::string& text);

/// All options with the value a unit sees: set, else the default, else null.
nlohmann::json settings(const CharmFiles& charm, const std::map<std::string, std::string>& set,
                        bool numbers_as_floats);

/// The parameters an action sees, defaults filled in. Throws std::invalid_argument.
nlohmann::json action_parameters(const CharmFiles& charm, const std::string& action,
                                 const std::map<std::string, std::string>& given);

}  // namespace standin
