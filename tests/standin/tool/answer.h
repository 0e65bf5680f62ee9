#pragma once
// How a hook tool prints its answer: --format json, yaml or smart, the way Juju's command package
// does. It knows nothing of what is printed.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace standin::tool {

enum class Format { smart, json, yaml };

/// Throws UsageError for a format that Juju does not have.
Format parse_format(std::string_view name);

/// The text with its final newline. Like Go's encoder, JSON writes <, > and & as \u003c, \u003e and
/// \u0026. Smart prints strings as they are, a list of strings one a line, True/False, nothing for
/// null, and YAML for the rest.
std::string format_answer(const nlohmann::json& answer, Format format);

}  // namespace standin::tool
