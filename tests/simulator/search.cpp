#include "search.h"

#include <algorithm>
#include <utility>

namespace leader_cron::simulator {
namespace {

bool still_fails(const Schedule& schedule, Broken broken, Invariant invariant) {
  const Outcome outcome = play(schedule, broken);
  return outcome.violation && outcome.violation->invariant == invariant;
}

bool try_change(Schedule& schedule, Schedule changed, Broken broken, Invariant invariant) {
  if (!still_fails(changed, broken, invariant)) return false;
  schedule = std::move(changed);
  return true;
}

bool drop_events(Schedule& schedule, Broken broken, Invariant invariant) {
  bool shorter = false;
  for (std::size_t size = std::max<std::size_t>(schedule.events.size() / 2, 1); size > 0;
       size /= 2) {
    for (std::size_t at = 0; at + size <= schedule.events.size();) {
      Schedule changed = schedule;
      const auto first = changed.events.begin() + static_cast<std::ptrdiff_t>(at);
      changed.events.erase(first, first + static_cast<std::ptrdiff_t>(size));
      if (try_change(schedule, std::move(changed), broken, invariant)) {
        shorter = true;
      } else {
        ++at;
      }
    }
  }
  return shorter;
}

bool simplify_events(Schedule& schedule, Broken broken, Invariant invariant) {
  bool simpler = false;
  for (std::size_t i = 0; i < schedule.events.size(); ++i) {
    const Event event = schedule.events[i];
    if (event.faults != 0) {
      Schedule changed = schedule;
      changed.events[i].faults = 0;
      simpler = try_change(schedule, std::move(changed), broken, invariant) || simpler;
    }
    if (event.kind == Kind::hook && event.value != kHookSteps) {
      Schedule changed = schedule;
      changed.events[i].value = kHookSteps;
      simpler = try_change(schedule, std::move(changed), broken, invariant) || simpler;
    }
    if (event.kind == Kind::advance && event.value % 1000 != 0) {
      Schedule changed = schedule;
      changed.events[i].value -= event.value % 1000;
      simpler = try_change(schedule, std::move(changed), broken, invariant) || simpler;
    }
  }
  return simpler;
}

}  // namespace

std::optional<Found> search(const Search& search, Counted* counted) {
  for (std::uint64_t i = 0; i < search.schedules; ++i) {
    const std::uint64_t seed = search.first_seed + i;
    Schedule schedule = make_schedule(seed);
    Outcome outcome = play(schedule, search.broken);
    if (counted != nullptr) {
      ++counted->schedules;
      counted->events += schedule.events.size();
      counted->hooks += static_cast<std::uint64_t>(outcome.hooks);
      counted->activations += static_cast<std::uint64_t>(outcome.activations);
      counted->waits_to_the_end += static_cast<std::uint64_t>(outcome.waits_to_the_end);
      counted->caught_up += static_cast<std::uint64_t>(outcome.caught_up);
    }
    if (!outcome.violation) continue;
    if (search.only == Invariant::none || search.only == outcome.violation->invariant)
      return Found{seed, std::move(schedule), std::move(*outcome.violation)};
  }
  return std::nullopt;
}

Schedule shrink(Schedule schedule, Broken broken, Invariant invariant) {
  for (int pass = 0; pass < 10; ++pass) {
    const bool shorter = drop_events(schedule, broken, invariant);
    if (!simplify_events(schedule, broken, invariant) && !shorter) break;
  }
  if (schedule.catches_up) {
    Schedule changed = schedule;
    changed.catches_up = false;
    try_change(schedule, std::move(changed), broken, invariant);
  }
  return schedule;
}

}  // namespace leader_cron::simulator
