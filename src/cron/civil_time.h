// Instants as people write and read them, in a time zone. Which zone and what time it is now are
// for the callers.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "cron/time_zone.h"

namespace leader_cron {

// What the zone's clock shows, as if it were UTC.
using LocalTime = std::chrono::local_seconds;

LocalTime to_local(std::chrono::sys_seconds instant, const TimeZone& zone);

// The first instant at which the zone's clock shows that time; in a gap, the instant at which it
// would have.
std::chrono::sys_seconds from_local(LocalTime local, const TimeZone& zone);

// "2026-11-23T17:00:00Z", with an offset like +01:00, or without one for the zone's own clock; a
// space may stand for the T, and seconds, or all of the time, may be missing; "@1700000000" counts
// seconds since 1970. Years 1900 to 2999. Nothing for anything else.
std::optional<std::chrono::sys_seconds> parse_instant(std::string_view text, const TimeZone& zone);

// "2026-11-23 17:00 +01:00"
std::string show_instant(std::chrono::sys_seconds instant, const TimeZone& zone);

}  // namespace leader_cron
