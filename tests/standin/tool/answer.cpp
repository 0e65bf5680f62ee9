#include "answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "flags.h"

namespace standin::tool {
namespace {

using nlohmann::json;

std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string as_json(const json& answer) {
  std::string text;
  for (const char c : dumped(answer)) {
    switch (c) {
      case '<':
        text += "\\u003c";
        break;
      case '>':
        text += "\\u003e";
        break;
      case '&':
        text += "\\u0026";
        break;
      default:
        text += c;
    }
  }
  return text;
}

/// Letters first, then nothing that YAML could read as something else; all other strings are
/// quoted.
bool is_plain(const std::string& text) {
  static constexpr std::string_view kWords[] = {"true", "false", "yes", "no", "on",
                                                "off",  "null",  "y",   "n"};
  if (text.empty() || !std::isalpha(static_cast<unsigned char>(text[0]))) return false;
  if (!std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return std::isalnum(c) || c == '-' || c == '_' || c == '/' || c == '.';
      })) {
    return false;
  }
  std::string lower = text;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(std::begin(kWords), std::end(kWords), lower) == std::end(kWords);
}

std::string yaml_scalar(const json& value) {
  if (value.is_string() && is_plain(value.get_ref<const std::string&>())) {
    return value.get<std::string>();
  }
  return dumped(value);  // JSON is YAML
}

std::string as_yaml(const json& value, const std::string& indent = {}) {
  if (!value.is_structured() || value.empty()) return indent + yaml_scalar(value) + "\n";
  std::string text;
  if (value.is_array()) {
    for (const auto& item : value) text += fmt::format("{}- {}\n", indent, dumped(item));
    return text;
  }
  for (const auto& [key, item] : value.items()) {
    text += indent + yaml_scalar(key) + ":";
    if (item.is_structured() && !item.empty()) {
      text += fmt::format("\n{}", as_yaml(item, indent + "  "));
    } else {
      text += fmt::format(" {}\n", yaml_scalar(item));
    }
  }
  return text;
}

std::string as_smart(const json& answer) {
  if (answer.is_null()) return {};
  if (answer.is_boolean()) return answer.get<bool>() ? "True\n" : "False\n";
  if (answer.is_string()) return answer.get<std::string>() + "\n";
  if (answer.is_array()) {
    std::string text;
    for (const auto& item : answer) text += as_smart(item);
    return text;
  }
  return as_yaml(answer);
}

}  // namespace

Format parse_format(std::string_view name) {
  if (name == "smart") return Format::smart;
  if (name == "json") return Format::json;
  if (name == "yaml") return Format::yaml;
  throw UsageError(
      fmt::format("invalid value \"{0}\" for flag --format: unknown format \"{0}\"", name));
}

std::string format_answer(const json& answer, Format format) {
  switch (format) {
    case Format::json:
      return as_json(answer) + "\n";
    case Format::yaml:
      return as_yaml(answer);
    case Format::smart:
      break;
  }
  return as_smart(answer);
}

}  // namespace standin::tool
