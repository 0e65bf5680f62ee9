// Durations and sizes as an operator writes them: "1h30m", "512K".
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leader_cron {

// Whole numbers with a unit each, of s, m, h, d, the largest unit first and each at most once:
// "90s", "1h30m", "1d 12h". Nothing for anything else, a number without a unit among it, or for
// more than 100 years.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

// The shortest form of the same: 5400 s gives "1h30m", 0 gives "0s".
std::string show_duration(std::chrono::seconds duration);

// A whole number of bytes, or of units of 1024 bytes: K, M, G, also written KiB, MiB, GiB. Nothing
// for anything else.
std::optional<std::uint64_t> parse_size(std::string_view text);

// 1048576 gives "1M"; what is no whole number of units is given in bytes.
std::string show_size(std::uint64_t bytes);

}  // namespace leader_cron
