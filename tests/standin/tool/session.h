#pragma once
// One call of a hook tool: the context the driver wrote, what earlier calls in the same hook
// journalled, and this call's own answer and effect. It reads and appends files and decides
// nothing; the tools in commands.h do.

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "flags.h"

namespace standin::tool {

class Session {
 public:
  /// Opens the context in `folder`. Throws Failure when the hook it belonged to is over.
  explicit Session(std::filesystem::path folder);

  [[nodiscard]] const nlohmann::json& context() const { return context_; }
  [[nodiscard]] std::string text(const char* key) const { return context_.value(key, ""); }
  [[nodiscard]] bool is_leader() const;

  /// The effects journalled so far by this hook, oldest first, of one kind.
  [[nodiscard]] std::vector<nlohmann::json> earlier_effects(const char* kind) const;

  /// How often this hook has called `tool` before ("*": any tool).
  [[nodiscard]] std::size_t earlier_calls(const std::string& tool) const;

  void append(const nlohmann::json& record) const;

  static nlohmann::json read_json(const std::filesystem::path& path);

 private:
  [[nodiscard]] std::vector<nlohmann::json> journal() const;

  std::filesystem::path folder_;
  nlohmann::json context_;
};

/// What one call does: filled in by the tool, carried out by main.
struct Call {
  const Session& session;
  CommandLine line;
  nlohmann::json effect;  // null: none
  nlohmann::json answer;  // printed with --format when `answers`
  bool answers = false;
  std::string input;  // what was read from standard input, for the record

  void reply(nlohmann::json value) {
    answer = std::move(value);
    answers = true;
  }
  [[nodiscard]] std::string argument(std::size_t i) const {
    return i < line.arguments.size() ? line.arguments[i] : std::string();
  }
  /// Throws UsageError if there are more than `most` arguments.
  void expect_at_most(std::size_t most) const;
};

}  // namespace standin::tool
