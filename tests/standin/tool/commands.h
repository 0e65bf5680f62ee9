#pragma once
// The hook tools themselves: each reads its command line and the context, and fills in a Call with
// an answer and at most one effect. Nothing here prints, writes or knows of scripted faults; main
// does.

#include <string_view>
#include <vector>

#include "flags.h"
#include "session.h"

namespace standin::tool {

struct Command {
  std::string_view name;
  std::vector<Flag> flags;  // besides --help; --format and --output are added where it `prints`
  bool prints;
  void (*run)(Call&);
};

/// Null if there is no such tool.
const Command* find_command(std::string_view name);

const std::vector<Command>& relation_commands();  // relation-*, leader-get, leader-set
const std::vector<Command>& unit_commands();      // is-leader, config-get, status-*, state-*, ...
const std::vector<Command>& action_commands();    // action-*

/// The map behind "--file F" ("-": standard input, kept in call.input) with the k=v arguments over
/// it: JSON, or lines "key: value". Values that are no strings are taken as their text, null as "".
std::map<std::string, std::string> read_values(Call& call);

}  // namespace standin::tool
