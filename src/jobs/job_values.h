// The kinds of value that the keys of a job take (a string, a line, a word of a list, ...), read
// from YAML into a value or a problem with its place. Which key takes which is for job_file.cpp.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jobs/problem.h"
#include "jobs/source_text.h"
#include "jobs/yaml_tree.h"

namespace leader_cron {

// The kernel's MAX_ARG_STRLEN less the final NUL: no longer string can be an argument or an
// environment entry.
inline constexpr std::size_t kLongestArgument = 131071;

// `key` is the key's name, for messages. Where nothing is returned, a problem was reported.
class JobValues {
 public:
  // Keeps references; problems are added to `problems`.
  JobValues(const SourceText& source, std::vector<Problem>& problems);

  // A scalar that is a string to YAML, whatever its lines.
  std::optional<std::string> string(const YamlNode& value, std::string_view key);

  // A string without line ends (one at its end is dropped) and other control characters; tabs may
  // stay.
  std::optional<std::string> line(const YamlNode& value, std::string_view key);

  // The index of one of `words`.
  std::optional<std::size_t> word(const YamlNode& value, std::string_view key,
                                  std::span<const std::string_view> words);

  std::optional<bool> boolean(const YamlNode& value, std::string_view key);

  // "1h30m", from `least` to `most`.
  std::optional<std::chrono::seconds> duration(const YamlNode& value, std::string_view key,
                                               std::chrono::seconds least,
                                               std::chrono::seconds most);

  // "512K", from `least` to `most` bytes; a number without a unit may stay unquoted.
  std::optional<std::uint64_t> size(const YamlNode& value, std::string_view key,
                                    std::uint64_t least, std::uint64_t most);

  // Permission bits in octal, quoted or not.
  std::optional<unsigned> permissions(const YamlNode& value, std::string_view key);

  // A mapping of names to strings, in the order of the text; what is wrong in it is left out. The
  // values may be secrets: no message repeats one.
  std::vector<std::pair<std::string, std::string>> environment(const YamlTree& tree,
                                                               const YamlNode& value);

  bool no_control(std::string_view text, const YamlNode& value, std::string_view key);

  void problem(Position at, std::string what, std::string instead = {});

 private:
  std::optional<std::string> variable(const std::string& name, const YamlNode& value);

  const SourceText& source_;
  std::vector<Problem>& problems_;
};

}  // namespace leader_cron
