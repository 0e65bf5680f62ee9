// What YAML takes an unquoted scalar for: the core schema of YAML 1.2, and for booleans also the
// yes/no/on/off of YAML 1.1, which Juju's own files use.
#pragma once

#include <optional>
#include <string_view>

namespace leader_cron {

enum class PlainLook { string, boolean, number };

// Only true and false (in the three spellings of YAML 1.2) look like booleans: `command: yes` is a
// program.
PlainLook look_of(std::string_view plain);

// true, yes, on and false, no, off, in lower case, upper case or with a capital.
std::optional<bool> boolean_of(std::string_view plain);

}  // namespace leader_cron
