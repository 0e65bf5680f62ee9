#include "schedule.h"

#include <fmt/format.h>

#include <array>

#include "world.h"

namespace leader_cron::simulator {
namespace {

int pick_span(Random& random) {
  static constexpr std::array<int, 18> kSeconds = {0,  0,  1,   1,   2,   5,   10,  20,  31,
                                                   45, 70, 120, 300, 300, 600, 890, 915, 3700};
  return kSeconds[static_cast<std::size_t>(random.below(static_cast<int>(kSeconds.size())))] *
             1000 +
         random.below(1000);
}

Ttl pick_ttl(Random& random) {
  static constexpr std::array<int, 8> kMinutes = {15, 15, 5, 5, 60, 1440, 0, 15};
  return Ttl(kMinutes[static_cast<std::size_t>(random.below(static_cast<int>(kMinutes.size())))]);
}

std::uint8_t pick_faults(Random& random) {
  if (!random.one_in(8)) return 0;
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(random.below(6)));
}

Event hook(Random& random, std::uint8_t unit) {
  const int freeze = random.one_in(5) ? random.below(kHookSteps) : kHookSteps;
  return {Kind::hook, unit, pick_faults(random), freeze};
}

// What happens more seldom.
Event pick_rare(Random& random, std::uint8_t unit, const Schedule& schedule) {
  switch (random.below(26)) {
    case 0:
    case 1:
    case 2:
      return {Kind::partition, unit};
    case 3:
    case 4:
    case 5:
      return {Kind::heal, unit};
    case 6:
      return {Kind::reboot, unit};
    case 7:
    case 8:
      return {Kind::power_loss, unit};
    case 9:
      return {Kind::restore, unit};
    case 10:
      return {Kind::lose_local, unit};
    case 11:
      return {Kind::kill_machine, unit};
    case 12:
      return {Kind::remove_unit, unit};
    case 13:
    case 14:
      return {Kind::force_remove, unit};
    case 15:
      return {Kind::add_unit, unit};
    case 16:
      return {Kind::upgrade, unit};
    case 17:
      return {Kind::handover, 0, 0, random.below(2)};
    case 18:
    case 19:
    case 20:
      return {Kind::ttl, 0, 0, static_cast<int>(pick_ttl(random).count())};
    case 21:
    case 22:
      return {Kind::drift, unit, 0, random.one_in(2) ? 1000 : -1000};
    case 23:
    case 24:
      return {Kind::wall_step, unit, 0,
              schedule.catches_up ? random.below(50'000) - 25'000
                                  : random.below(7'200'000) - 3'600'000};
    default:
      return {Kind::kill_hook, unit};
  }
}

Event pick_event(Random& random, const Schedule& schedule) {
  const auto unit = static_cast<std::uint8_t>(random.below(schedule.units));
  const int choice = random.below(100);
  if (choice < 42) return hook(random, unit);
  if (choice < 62) return {Kind::advance, 0, 0, pick_span(random)};
  if (choice < 67) return {Kind::advance_wait, unit, 0, random.below(3) * 700};
  if (choice < 75) return {Kind::pass, unit};
  if (choice < 79) return {Kind::elect, unit};
  if (choice < 85) return {Kind::resume, unit};
  return pick_rare(random, unit, schedule);
}

// What it takes to get somewhere at all: chains of events that chance would put together too
// seldom. Other events come in between.
class Weaver {
 public:
  Weaver(Random& random, Schedule& schedule) : random_(random), schedule_(schedule) {}

  void weave() {
    const auto u = static_cast<std::uint8_t>(random_.below(schedule_.units));
    const auto v = other_than(u);
    switch (random_.below(11)) {
      case 0:
        return lead(u);
      case 1:  // u hangs while v claims
        lead(u);
        claim(v);
        frozen_hook(u);
        hooks(v, 2);
        return add({Kind::resume, u});
      case 2:  // leadership goes from u to v and back while u hangs
        pass(u);
        if (random_.one_in(2)) hooks(u, 2);
        frozen_hook(u);
        lead(v);
        hooks(v, random_.below(2));
        add({Kind::partition, v});
        pass(u);
        add({Kind::resume, u});
        return hooks(u, 2);
      case 3:  // u is cut off
        lead(u);
        if (random_.one_in(2)) {
          add({Kind::drift, u, 0, -1000});
          add({Kind::drift, v, 0, 1000});
        }
        return cut_off(u, v);
      case 4:  // the ttl changes, and u is cut off
        lead(u);
        add({Kind::ttl, 0, 0, static_cast<int>(pick_ttl(random_).count())});
        frozen_hook(u);
        return cut_off(u, v);
      case 5:  // u misses a slot, catches up and loses power
        lead(u);
        add({Kind::reboot, u});
        add({Kind::advance, 0, 0, 610'000 + random_.below(240'000)});
        frozen_hook(u);
        add({Kind::power_loss, u});
        return hooks(u, 2);
      case 6:  // u yields and loses power
        lead(u);
        claim(v);
        hooks(u, 1);
        hooks(v, random_.below(2));
        add({Kind::power_loss, u});
        return hooks(v, 1);
      case 7:  // v's claim takes long, and u leads meanwhile
        lead(u);
        pass(v);
        frozen_hook(v);
        add({Kind::advance, 0, 0, pick_span(random_)});
        pass(u);
        hooks(u, 1);
        pass(v);
        add({Kind::resume, v});
        hooks(v, 1);
        add({Kind::partition, u});
        add({Kind::advance_wait, v, 0, random_.below(3) * 700});
        return hooks(v, 1);
      case 8:  // u, then v, which forgets u and leaves; then u, then another
        lead(u);
        claim(v);
        hooks(u, 1);
        hooks(v, 1);
        add({Kind::ttl, 0, 0, static_cast<int>(pick_ttl(random_).count())});
        hooks(v, 1);
        add({Kind::remove_unit, v});
        hooks(v, 1);
        lead(u);
        return lead(other_than(u));
      case 9:  // u leads and nobody hears of it
        pass(u);
        add({Kind::hook, u, random_.one_in(2) ? kFails : kCommitFails, kHookSteps});
        add({Kind::partition, u});
        lead(v);
        add({Kind::advance, 0, 0, 960'000});
        return hooks(v, 1);
      default:  // u is gone without a word
        lead(u);
        add({random_.one_in(2) ? Kind::force_remove : Kind::kill_machine, u});
        lead(v);
        return hooks(v, 1);
    }
  }

 private:
  std::uint8_t other_than(std::uint8_t unit) {
    return static_cast<std::uint8_t>((unit + 1 + random_.below(schedule_.units - 1)) %
                                     schedule_.units);
  }

  void add(Event event) {
    if (random_.one_in(12)) schedule_.events.push_back(pick_event(random_, schedule_));
    schedule_.events.push_back(event);
  }

  void pass(std::uint8_t unit) { add({Kind::pass, unit}); }

  void hooks(std::uint8_t unit, int count) {
    for (int i = 0; i < count; ++i) add({Kind::hook, unit, 0, kHookSteps});
  }

  void frozen_hook(std::uint8_t unit) { add({Kind::hook, unit, 0, random_.below(kHookSteps + 1)}); }

  void claim(std::uint8_t unit) {
    pass(unit);
    hooks(unit, 1);
  }

  void lead(std::uint8_t unit) {
    claim(unit);
    hooks(unit, 1);
  }

  void cut_off(std::uint8_t unit, std::uint8_t successor) {
    add({Kind::partition, unit});
    lead(successor);
    if (!schedule_.catches_up && random_.one_in(4))
      add({Kind::wall_step, successor, 0, 1'800'000 + random_.below(1'800'000)});
    if (random_.one_in(4)) hooks(successor, 1);
    add({Kind::advance_wait, successor, 0, random_.below(3) * 700});
    hooks(successor, 1);
  }

  Random& random_;
  Schedule& schedule_;
};

}  // namespace

Schedule make_schedule(std::uint64_t seed) {
  Random random(seed * 0x2545f4914f6cdd1dULL + 1);
  Schedule schedule;
  schedule.units = random.one_in(3) ? 2 : 3;
  schedule.options.handover = random.one_in(3) ? Handover::immediate : Handover::safe;
  schedule.options.ttl = pick_ttl(random);
  schedule.catches_up = random.one_in(2);
  schedule.juju_hears = random.one_in(2);
  if (random.one_in(8)) schedule.old_units = static_cast<std::uint8_t>(random.below(8));
  const int events = 20 + random.below(40);
  schedule.events.reserve(static_cast<std::size_t>(events) + 40);
  while (static_cast<int>(schedule.events.size()) < events) {
    if (random.one_in(10)) {
      Weaver(random, schedule).weave();
    } else {
      schedule.events.push_back(pick_event(random, schedule));
    }
  }
  return schedule;
}

std::string text_of(const Event& event) {
  static constexpr std::array<const char*, 22> kNames = {
      "advance",      "advance to the end of the wait of",
      "hook",         "resume",
      "kill hook",    "lease passes to",
      "lease to",     "partition",
      "heal",         "reboot",
      "power loss",   "restore snapshot",
      "lose local",   "kill machine",
      "remove unit",  "remove --force",
      "add unit",     "upgrade",
      "handover",     "leadership-ttl",
      "clock drifts", "wall clock off by",
  };
  const char* const name = kNames[static_cast<std::size_t>(event.kind)];
  switch (event.kind) {
    case Kind::advance:
      return fmt::format("{} {:.3f} s", name, event.value / 1000.0);
    case Kind::handover:
      return fmt::format("{}={}", name, event.value == 0 ? "immediate" : "safe");
    case Kind::ttl:
      return fmt::format("{}={}", name, event.value);
    case Kind::hook: {
      std::string text = fmt::format("{} app/{}", name, event.unit);
      if (event.value < kHookSteps) text += fmt::format(", freezes before step {}", event.value);
      static constexpr std::array<const char*, 6> kFaults = {
          "is-leader unknown",    "config-get fails", "application data unreadable",
          "unit data unreadable", "exits 1",          "commit fails"};
      for (std::size_t i = 0; i < kFaults.size(); ++i) {
        if ((event.faults >> i & 1U) != 0) text += fmt::format(", {}", kFaults[i]);
      }
      return text;
    }
    case Kind::drift:
      return fmt::format("{} app/{} {} ppm", name, event.unit, event.value);
    case Kind::wall_step:
      return fmt::format("{} app/{} {:.3f} s", name, event.unit, event.value / 1000.0);
    case Kind::advance_wait:
      return fmt::format("{} app/{} and {:.3f} s", name, event.unit, event.value / 1000.0);
    default:
      return fmt::format("{} app/{}", name, event.unit);
  }
}

}  // namespace leader_cron::simulator
