// A YAML text as a small tree with positions, nothing lost: duplicate keys stay visible, scalars
// keep their text and whether they were quoted. What the values mean is for job_file.h. The only
// file that knows the YAML library.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jobs/problem.h"

namespace leader_cron {

struct YamlNode {
  enum class Kind { null, scalar, sequence, map };

  Kind kind = Kind::null;
  Position at;
  std::string scalar;              // the value, escapes resolved
  bool plain = false;              // a scalar without quotes, whose type YAML guesses from its look
  std::vector<std::size_t> items;  // of a sequence: indices into YamlTree::nodes
  std::vector<std::pair<std::size_t, std::size_t>> entries;  // of a map: key, value

  bool operator==(const YamlNode&) const = default;
};

struct YamlTree {
  std::vector<YamlNode> nodes;
  std::size_t root = 0;  // an empty text gives one null node

  const YamlNode& operator[](std::size_t index) const { return nodes[index]; }
  bool operator==(const YamlTree&) const = default;
};

// Either a tree or the first thing that the library could not read. Anchors and aliases are
// resolved (an alias is the index of its anchor's node); a text of two documents is a problem.
struct ParsedYaml {
  YamlTree tree;
  std::optional<Problem> problem;
};

ParsedYaml parse_yaml(std::string_view text);

// The same, by the library alone.
ParsedYaml parse_any_yaml(std::string_view text);

}  // namespace leader_cron
