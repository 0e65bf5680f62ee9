#include "run/stamp.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace leader_cron {
namespace {

constexpr std::string_view kVersion = "1";
// More than a century: what is larger was not written by us, and would not fit in seconds.
constexpr std::int64_t kMostSeconds = 4'000'000'000;
constexpr std::int64_t kMostMinutes = kMostSeconds / 60;

std::optional<std::int64_t> number(std::string_view text, std::int64_t most) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value < 0 || value > most) return std::nullopt;
  return value;
}

std::string in_minutes(std::chrono::seconds span) {
  return span < std::chrono::minutes(1) ? fmt::format("{}s", span.count())
                                        : fmt::format("{}m", span.count() / 60);
}

}  // namespace

Ttl shorter(Ttl one, Ttl other) {
  if (one == kNeverExpires) return other;
  if (other == kNeverExpires) return one;
  return std::min(one, other);
}

std::string text_of(const Stamp& stamp) {
  return fmt::format("{} {} {} {}\n", kVersion, stamp.taken.boot_id, stamp.taken.since_boot.count(),
                     stamp.ttl.count());
}

std::optional<Stamp> parse_stamp(std::string_view text) {
  if (!text.ends_with('\n')) return std::nullopt;
  text.remove_suffix(1);
  std::array<std::string_view, 4> words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t end = i + 1 < words.size() ? text.find(' ') : text.size();
    if (end == std::string_view::npos || end == 0) return std::nullopt;
    words[i] = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const auto seconds = number(words[2], kMostSeconds);
  const auto minutes = number(words[3], kMostMinutes);
  if (words[0] != kVersion || !seconds || !minutes) return std::nullopt;
  return Stamp{{std::string(words[1]), std::chrono::seconds(*seconds)}, Ttl(*minutes)};
}

std::optional<StampRefusal> check_stamp(const Stamp& stamp, std::optional<Ttl> allowed,
                                        const ClockReading& now) {
  using Why = StampRefusal::Why;
  if (stamp.taken.boot_id != now.boot_id) return StampRefusal{Why::other_boot};
  if (stamp.taken.since_boot > now.since_boot) return StampRefusal{Why::from_the_future};
  const Ttl ttl = shorter(stamp.ttl, allowed.value_or(kNeverExpires));
  const std::chrono::seconds age = now.since_boot - stamp.taken.since_boot;
  // Both readings are rounded down, so an age of ttl - 1 s is one of less than the ttl.
  if (ttl != kNeverExpires && age >= ttl) return StampRefusal{Why::expired, age, ttl};
  return std::nullopt;
}

std::optional<StampRefusal> check_stamp(std::optional<std::string_view> text,
                                        std::optional<Ttl> allowed, const ClockReading& now) {
  using Why = StampRefusal::Why;
  if (!text) {
    if (allowed == kNeverExpires) return std::nullopt;
    return StampRefusal{Why::absent};
  }
  const auto stamp = parse_stamp(*text);
  if (!stamp) return StampRefusal{Why::unreadable};
  return check_stamp(*stamp, allowed, now);
}

std::string text_of(Ttl ttl) {
  return fmt::format("{}\n", ttl.count());
}

std::optional<Ttl> ttl_in(std::string_view text) {
  if (!text.ends_with('\n')) return std::nullopt;
  text.remove_suffix(1);
  const auto minutes = number(text, kMostMinutes);
  return minutes ? std::optional(Ttl(*minutes)) : std::nullopt;
}

std::string sentence(const StampRefusal& refusal) {
  switch (refusal.why) {
    case StampRefusal::Why::absent:
      return "leadership was not confirmed since this machine started";
    case StampRefusal::Why::unreadable:
      return "the leadership stamp is unreadable";
    case StampRefusal::Why::other_boot:
      return "leadership was last confirmed before this machine restarted";
    case StampRefusal::Why::from_the_future:
      return "the leadership stamp is from the future";
    case StampRefusal::Why::expired:
      break;
  }
  return fmt::format("leadership was last confirmed {} ago; leadership-ttl is {}",
                     in_minutes(refusal.age), in_minutes(refusal.ttl));
}

}  // namespace leader_cron
