#include "jobs/message_words.h"

#include "cron/ascii.h"
#include "jobs/plain_scalar.h"
#include "jobs/source_text.h"

namespace leader_cron {

std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  std::string shown;
  for (const char c : first_characters(text, kLongest)) shown += is_control(c) ? '?' : c;
  return count_characters(text) > kLongest ? shown + "..." : shown;
}

std::string quoted_name(std::string_view text) {
  const std::size_t end = text.find_first_of("= :");
  return end == std::string_view::npos ? quoted(text) : quoted(text.substr(0, end)) + "...";
}

std::string kind_of(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null:
      return "empty";
    case YamlNode::Kind::sequence:
      return "a list";
    case YamlNode::Kind::map:
      return "a mapping";
    case YamlNode::Kind::scalar:
      break;
  }
  if (!node.plain) return "a string";
  switch (look_of(node.scalar)) {
    case PlainLook::boolean:
      return "a boolean";
    case PlainLook::number:
      return "a number";
    case PlainLook::string:
      break;
  }
  return "a string";
}

}  // namespace leader_cron
