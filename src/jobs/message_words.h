// Pieces of the operator's text as they may stand in a message: one line, short, and no secret.
#pragma once

#include <string>
#include <string_view>

#include "jobs/yaml_tree.h"

namespace leader_cron {

// At most 40 characters, control characters as '?'.
std::string quoted(std::string_view text);

// A name as far as it can be one: what follows an '=' written by mistake may be a secret.
std::string quoted_name(std::string_view text);

// "a list", "a boolean", "empty": what a value is to YAML.
std::string kind_of(const YamlNode& node);

}  // namespace leader_cron
