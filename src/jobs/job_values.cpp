#include "jobs/job_values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "cron/ascii.h"
#include "jobs/job_names.h"
#include "jobs/message_words.h"
#include "jobs/plain_scalar.h"
#include "jobs/quantity.h"
#include "jobs/suggest.h"

namespace leader_cron {

JobValues::JobValues(const SourceText& source, std::vector<Problem>& problems)
    : source_(source), problems_(problems) {}

std::optional<std::string> JobValues::string(const YamlNode& value, std::string_view key) {
  if (value.kind == YamlNode::Kind::scalar &&
      (!value.plain || look_of(value.scalar) == PlainLook::string)) {
    return value.scalar;
  }
  problem(value.at, fmt::format("{} is a string, not {}", key, kind_of(value)),
          value.kind == YamlNode::Kind::scalar ? fmt::format("\"{}\"", quoted(value.scalar)) : "");
  return std::nullopt;
}

std::optional<std::string> JobValues::line(const YamlNode& value, std::string_view key) {
  auto text = string(value, key);
  if (!text) return std::nullopt;
  if (text->ends_with('\n')) text->pop_back();
  return no_control(*text, value, key) ? text : std::nullopt;
}

std::optional<std::size_t> JobValues::word(const YamlNode& value, std::string_view key,
                                           std::span<const std::string_view> words) {
  const auto text = line(value, key);
  if (!text) return std::nullopt;
  const auto found = std::find(words.begin(), words.end(), *text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  problem(value.at, fmt::format("{} is {}, not '{}'", key, fmt::join(words, " or "), quoted(*text)),
          std::string(nearest_word(*text, words)));
  return std::nullopt;
}

std::optional<bool> JobValues::boolean(const YamlNode& value, std::string_view key) {
  if (value.kind == YamlNode::Kind::scalar && value.plain) {
    if (const auto truth = boolean_of(value.scalar)) return truth;
  }
  problem(value.at, fmt::format("{} is true or false, not {}", key, kind_of(value)), "true");
  return std::nullopt;
}

std::optional<std::chrono::seconds> JobValues::duration(const YamlNode& value, std::string_view key,
                                                        std::chrono::seconds least,
                                                        std::chrono::seconds most) {
  const bool scalar = value.kind == YamlNode::Kind::scalar;
  const auto duration = scalar ? parse_duration(value.scalar) : std::nullopt;
  if (!duration) {
    problem(value.at,
            fmt::format("{} is a duration like 90s, 15m or 1h30m, not {}", key,
                        scalar ? quoted(value.scalar) : kind_of(value)),
            scalar && all_digits(value.scalar) ? quoted(value.scalar) + "s" : "");
    return std::nullopt;
  }
  if (*duration >= least && *duration <= most) return duration;
  problem(value.at, fmt::format("{} {} is out of range {}-{}", key, quoted(value.scalar),
                                show_duration(least), show_duration(most)));
  return std::nullopt;
}

std::optional<std::uint64_t> JobValues::size(const YamlNode& value, std::string_view key,
                                             std::uint64_t least, std::uint64_t most) {
  const bool scalar = value.kind == YamlNode::Kind::scalar;
  const auto size = scalar ? parse_size(value.scalar) : std::nullopt;
  if (!size) {
    problem(value.at, fmt::format("{} is a size like 512K or 10M, not {}", key,
                                  scalar ? quoted(value.scalar) : kind_of(value)));
    return std::nullopt;
  }
  if (*size >= least && *size <= most) return size;
  problem(value.at, fmt::format("{} {} is out of range {}-{}", key, quoted(value.scalar),
                                show_size(least), show_size(most)));
  return std::nullopt;
}

std::optional<unsigned> JobValues::permissions(const YamlNode& value, std::string_view key) {
  constexpr unsigned kMost = 0777;
  unsigned bits = 0;
  if (value.kind == YamlNode::Kind::scalar) {
    const char* end = value.scalar.data() + value.scalar.size();
    const auto parsed = std::from_chars(value.scalar.data(), end, bits, 8);
    if (parsed.ec == std::errc() && parsed.ptr == end && bits <= kMost) return bits;
  }
  problem(value.at,
          fmt::format("{} is an octal number from 000 to 777, not {}", key,
                      value.kind == YamlNode::Kind::scalar ? quoted(value.scalar) : kind_of(value)),
          "\"022\"");
  return std::nullopt;
}

std::vector<std::pair<std::string, std::string>> JobValues::environment(const YamlTree& tree,
                                                                        const YamlNode& value) {
  std::vector<std::pair<std::string, std::string>> variables;
  if (value.kind != YamlNode::Kind::map) {
    problem(value.at,
            fmt::format("environment is a mapping of names to strings, not {}", kind_of(value)),
            "{NAME: value}");
    return variables;
  }
  std::map<std::string, Position> seen;
  for (const auto& [name_index, value_index] : value.entries) {
    const YamlNode& name = tree[name_index];
    if (name.kind != YamlNode::Kind::scalar || !is_variable_name(name.scalar)) {
      problem(name.at,
              name.kind == YamlNode::Kind::scalar
                  ? fmt::format("environment has the name '{}': a name has letters, digits and "
                                "_, no digit first",
                                quoted_name(name.scalar))
                  : fmt::format("environment has {} where a name stands", kind_of(name)));
      continue;
    }
    if (const auto [earlier, first] = seen.emplace(name.scalar, name.at); !first) {
      problem(name.at, fmt::format("environment names {} twice, first at line {}",
                                   quoted_name(name.scalar), earlier->second.line));
      continue;
    }
    if (auto text = variable(name.scalar, tree[value_index]))
      variables.emplace_back(name.scalar, *std::move(text));
  }
  return variables;
}

std::optional<std::string> JobValues::variable(const std::string& name, const YamlNode& value) {
  const bool number = value.kind == YamlNode::Kind::scalar && value.plain &&
                      look_of(value.scalar) == PlainLook::number;
  if (!number && (value.kind != YamlNode::Kind::scalar ||
                  (value.plain && look_of(value.scalar) != PlainLook::string))) {
    problem(value.at, fmt::format("environment {} is {}: write a string, in quotes", quoted(name),
                                  kind_of(value)));
    return std::nullopt;
  }
  if (value.scalar.find('\0') != std::string::npos) {
    problem(value.at, fmt::format("environment {} holds a NUL byte", quoted(name)));
    return std::nullopt;
  }
  if (const std::size_t size = name.size() + 1 + value.scalar.size(); size > kLongestArgument) {
    problem(value.at, fmt::format("environment {} has {} bytes, and the kernel takes at most {}",
                                  quoted(name), size, kLongestArgument));
    return std::nullopt;
  }
  return value.scalar;
}

bool JobValues::no_control(std::string_view text, const YamlNode& value, std::string_view key) {
  const auto bad =
      std::find_if(text.begin(), text.end(), [](char c) { return is_control(c) && c != '\t'; });
  if (bad == text.end()) return true;
  problem(value.at, *bad == '\n' ? fmt::format("{} has more than one line", key)
                                 : fmt::format("{} holds the control character 0x{:02x}", key,
                                               static_cast<unsigned char>(*bad)));
  return false;
}

void JobValues::problem(Position at, std::string what, std::string instead) {
  problems_.push_back({source_.within(at), std::move(what), std::move(instead)});
}

}  // namespace leader_cron
