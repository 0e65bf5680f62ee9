#include "unit.h"

#include <fmt/format.h>

#include <array>

namespace leader_cron::simulator {

std::string describe(const Unit& unit) {
  static constexpr std::array<const char*, 3> kLeadership = {"False", "True", "unknown"};
  static constexpr std::array<const char*, 5> kStanding = {"active", "follower", "claiming",
                                                           "waiting", "waiting alone"};
  const Hook& hook = unit.hook;
  std::string text =
      fmt::format("  {} at {} s: is-leader {}, ", unit.name, hook.facts.reading.since_boot.count(),
                  kLeadership[static_cast<std::size_t>(hook.facts.leadership)]);
  if (hook.facts.application.value) {
    text += fmt::format("data: leader '{}'", hook.facts.application.value->leader);
    for (const Claim& each : hook.facts.application.value->claims)
      text += fmt::format(" [{} term {} ttl {}]", each.unit, each.term, each.ttl.count());
  }
  text += fmt::format(" -> {}", kStanding[static_cast<std::size_t>(hook.decision.standing)]);
  for (const Awaited& each : hook.decision.awaited) {
    text += fmt::format(" for {} until {}", each.unit, each.until ? each.until->count() : 0);
  }
  if (hook.decision.stamp)
    text += fmt::format(", stamp of {} min", hook.decision.stamp->ttl.count());
  if (hook.decision.own) text += fmt::format(", yields {}", hook.decision.own->yielded);
  if (hook.decision.application) {
    for (const Claim& each : hook.decision.application->set)
      text += fmt::format(", sets [{} term {} ttl {}]", each.unit, each.term, each.ttl.count());
    for (const Claim& each : hook.decision.application->remove)
      text += fmt::format(", removes [{} term {}]", each.unit, each.term);
  }
  return text;
}

}  // namespace leader_cron::simulator
