// Looks for a schedule that breaks an invariant, and makes the first one found short.
#pragma once

#include <cstdint>
#include <optional>

#include "world.h"

namespace leader_cron::simulator {

struct Search {
  std::uint64_t first_seed = 1;
  std::uint64_t schedules = 20'000;
  Broken broken = Broken::nothing;
  Invariant only = Invariant::none;  // none: whichever is broken first
};

struct Found {
  std::uint64_t seed = 0;
  Schedule schedule;  // the whole one
  Violation violation;
};

struct Counted {
  std::uint64_t schedules = 0;
  std::uint64_t events = 0;
  std::uint64_t hooks = 0;
  std::uint64_t activations = 0;
  std::uint64_t waits_to_the_end = 0;
  std::uint64_t caught_up = 0;
};

std::optional<Found> search(const Search& search, Counted* counted = nullptr);

// Without events and unit faults that the violation does not need.
Schedule shrink(Schedule schedule, Broken broken, Invariant invariant);

}  // namespace leader_cron::simulator
