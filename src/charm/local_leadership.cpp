#include "charm/local_leadership.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace leader_cron {
namespace {

constexpr std::string_view kVersion = "1";
constexpr std::string_view kNothing = "-";

template <typename Number>
bool read(std::string_view word, Number& value) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  return error == std::errc() && end == word.data() + word.size();
}

bool read(std::string_view word, bool& value) {
  value = word == "1";
  return value || word == "0";
}

bool read(std::string_view word, std::chrono::seconds& value) {
  std::uint32_t count = 0;
  if (!read(word, count)) return false;
  value = std::chrono::seconds(count);
  return true;
}

}  // namespace

std::string text_of(const LocalLeadership& local) {
  return fmt::format("{} {} {} {} {} {:d} {} {} {} {:d} {}\n", kVersion, local.boot_id, local.term,
                     local.id, local.read_back.count(), local.settled, local.doubt_until.count(),
                     local.yielded,
                     local.alone_since ? fmt::to_string(local.alone_since->count()) : kNothing,
                     local.active, local.relation ? "=" + *local.relation : kNothing);
}

std::optional<LocalLeadership> parse_local_leadership(std::string_view text) {
  if (!text.ends_with('\n')) return std::nullopt;
  text.remove_suffix(1);
  std::array<std::string_view, 11> words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t end = i + 1 < words.size() ? text.find(' ') : text.size();
    if (end == std::string_view::npos || end == 0) return std::nullopt;
    words[i] = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  LocalLeadership local;
  local.boot_id = words[1];
  if (words[0] != kVersion || !read(words[2], local.term) || !read(words[3], local.id) ||
      !read(words[4], local.read_back) || !read(words[5], local.settled) ||
      !read(words[6], local.doubt_until) || !read(words[7], local.yielded) ||
      !read(words[9], local.active)) {
    return std::nullopt;
  }
  if (words[8] != kNothing) {
    std::chrono::seconds since{0};
    if (!read(words[8], since)) return std::nullopt;
    local.alone_since = since;
  }
  if (words[10] != kNothing) {
    if (words[10].front() != '=') return std::nullopt;
    local.relation = words[10].substr(1);
  }
  return local;
}

}  // namespace leader_cron
