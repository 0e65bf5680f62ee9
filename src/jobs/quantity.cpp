#include "jobs/quantity.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "cron/ascii.h"

namespace leader_cron {
namespace {

struct Unit {
  char letter;
  std::int64_t size;
};

constexpr std::array<Unit, 4> kTimeUnits = {{{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}}};
constexpr std::array<Unit, 3> kSizeUnits = {{{'G', 1 << 30}, {'M', 1 << 20}, {'K', 1 << 10}}};
constexpr std::int64_t kLongest = std::int64_t{100} * 366 * 86400;

// Takes a whole number of at most `most` off the front.
std::optional<std::int64_t> take_number(std::string_view& text, std::int64_t most) {
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number > most) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

}  // namespace

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  std::int64_t total = 0;
  auto unit = kTimeUnits.begin();
  bool any = false;
  while (!text.empty()) {
    if (any && text.front() == ' ') text.remove_prefix(1);
    const auto number = take_number(text, kLongest);
    if (!number || text.empty()) return std::nullopt;
    while (unit != kTimeUnits.end() && unit->letter != text.front()) ++unit;
    if (unit == kTimeUnits.end() || *number > kLongest / unit->size) return std::nullopt;
    total += *number * unit->size;
    ++unit;
    any = true;
    text.remove_prefix(1);
  }
  if (!any || total > kLongest) return std::nullopt;
  return std::chrono::seconds(total);
}

std::string show_duration(std::chrono::seconds duration) {
  std::int64_t rest = duration.count();
  std::string text;
  for (const Unit& unit : kTimeUnits) {
    if (const std::int64_t number = rest / unit.size; number > 0)
      text += fmt::format("{}{}", number, unit.letter);
    rest %= unit.size;
  }
  return text.empty() ? "0s" : text;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  constexpr std::int64_t kLargest = std::int64_t{1} << 50;
  const auto number = take_number(text, kLargest);
  if (!number) return std::nullopt;
  if (text.empty()) return static_cast<std::uint64_t>(*number);
  for (const Unit& unit : kSizeUnits) {
    if (text.front() != unit.letter || (text.size() > 1 && text.substr(1) != "iB")) continue;
    if (*number > kLargest / unit.size) return std::nullopt;
    return static_cast<std::uint64_t>(*number * unit.size);
  }
  return std::nullopt;
}

std::string show_size(std::uint64_t bytes) {
  for (const Unit& unit : kSizeUnits) {
    const auto size = static_cast<std::uint64_t>(unit.size);
    if (bytes >= size && bytes % size == 0) return fmt::format("{}{}", bytes / size, unit.letter);
  }
  return fmt::format("{}", bytes);
}

}  // namespace leader_cron
