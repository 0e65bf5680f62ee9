// Leadership in the operator's words: the options as they are written, and what the status line
// says beside "leader" and "standby".
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "charm/leadership.h"
#include "cron/time_zone.h"

namespace leader_cron {

inline constexpr Ttl kLongestTtl = std::chrono::hours(24);

struct ReadLeadershipOptions {
  std::optional<LeadershipOptions> options;
  std::string problem;  // for the status line; empty: there is none

  bool operator==(const ReadLeadershipOptions&) const = default;
};

// The options handover and leadership-ttl.
ReadLeadershipOptions read_leadership_options(std::string_view handover, std::int64_t minutes);

// Why a leader does not act, or that its stamps expire between two hooks; empty: nothing to say.
//   waiting for django-cron/1 until 14:05        the hour of the zone's clock, rounded up
//   waiting for django-cron/1 (and 2 more) until 14:05
//   waiting for django-cron/1, whose leadership never expires
//   leadership-ttl 15m is shorter than the 60m between hooks
std::string words_of(const LeadershipDecision& decision, const ClockReading& reading,
                     std::chrono::sys_seconds now, const TimeZone& zone);

}  // namespace leader_cron
