#include "charm/leadership_words.h"

#include <fmt/format.h>

#include <algorithm>

namespace leader_cron {
namespace {

std::string hour_of(std::chrono::sys_seconds instant, const TimeZone& zone) {
  const auto local = (instant + zone.offset(instant)).time_since_epoch();
  const auto minutes =
      (std::chrono::ceil<std::chrono::minutes>(local) % std::chrono::hours(24)).count();
  return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

// Rounded up: what it is compared with is shorter.
std::int64_t minutes_of(std::chrono::seconds span) {
  return std::chrono::ceil<std::chrono::minutes>(span).count();
}

std::string waiting_words(const LeadershipDecision& decision, const ClockReading& reading,
                          std::chrono::sys_seconds now, const TimeZone& zone) {
  // Whoever is waited for longest.
  const auto last = std::max_element(decision.awaited.begin(), decision.awaited.end(),
                                     [](const Awaited& one, const Awaited& other) {
                                       if (!one.until || !other.until)
                                         return one.until.has_value() && !other.until;
                                       return *one.until < *other.until;
                                     });
  if (last == decision.awaited.end()) return "waiting for the others";
  std::string words = fmt::format("waiting for {}", last->unit);
  if (decision.awaited.size() > 1)
    words += fmt::format(" (and {} more)", decision.awaited.size() - 1);
  return last->until ? fmt::format("{} until {}", words,
                                   hour_of(now + (*last->until - reading.since_boot), zone))
                     : words + ", whose leadership never expires";
}

}  // namespace

ReadLeadershipOptions read_leadership_options(std::string_view handover, std::int64_t minutes) {
  LeadershipOptions options;
  if (handover == "safe") {
    options.handover = Handover::safe;
  } else if (handover != "immediate") {
    return {std::nullopt, "handover: immediate or safe"};
  }
  if (minutes < 0 || minutes > kLongestTtl.count()) {
    return {std::nullopt, fmt::format("leadership-ttl: minutes, at most {}, or 0 for no end",
                                      kLongestTtl.count())};
  }
  options.ttl = Ttl(minutes);
  return {options, ""};
}

std::string words_of(const LeadershipDecision& decision, const ClockReading& reading,
                     std::chrono::sys_seconds now, const TimeZone& zone) {
  switch (decision.standing) {
    case Standing::follower:
      return "";
    case Standing::claiming:
      return "claiming leadership";
    case Standing::waiting:
      return waiting_words(decision, reading, now, zone);
    case Standing::waiting_alone:
      if (decision.awaited.empty() || !decision.awaited.front().until)
        return "handover=safe needs a leadership-ttl or the peer relation";
      return fmt::format(
          "waiting until {}",
          hour_of(now + (*decision.awaited.front().until - reading.since_boot), zone));
    case Standing::active:
      break;
  }
  if (!decision.late) return "";
  return fmt::format("leadership-ttl {}m is shorter than the {}m between hooks",
                     decision.late->ttl.count(), minutes_of(decision.late->interval));
}

}  // namespace leader_cron
