// What happens in one simulated life of a fleet: a list of events, made from a seed, that means the
// same whenever it is played. An event that does not apply when its turn comes does nothing, so any
// part of a list is a list.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "charm/leadership.h"

namespace leader_cron::simulator {

inline constexpr int kMostUnits = 5;

// splitmix64
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  int below(int bound) { return static_cast<int>(next() % static_cast<std::uint64_t>(bound)); }
  bool one_in(int chances) { return below(chances) == 0; }

 private:
  std::uint64_t state_;
};

enum class Kind : std::uint8_t {
  advance,       // value: milliseconds
  advance_wait,  // until the unit's wait is over; value: milliseconds more
  hook,          // value: before which step it freezes, kHookSteps: never; faults
  resume,        // a frozen hook goes on to its end
  kill_hook,     // it ends where it is, the agent tries again
  pass,          // the leader's agent does not renew until its lease has run out; the unit gets it
  elect,         // the unit gets the lease if nobody has it
  partition,
  heal,
  reboot,
  power_loss,  // a reboot that loses what was not flushed
  restore,     // a reboot with the files of an older snapshot
  lose_local,  // what is in /run but the stamp
  kill_machine,
  remove_unit,  // gracefully: the next hook departs, the one after that stops
  force_remove,
  add_unit,
  upgrade,    // from a version without claims
  handover,   // value: 0 immediate, 1 safe
  ttl,        // value: minutes
  drift,      // value: parts per million
  wall_step,  // value: milliseconds off true time
};

// What may go wrong in a hook.
enum Fault : std::uint8_t {
  kLeadershipUnknown = 1,
  kOptionsUnknown = 2,
  kNoApplicationData = 4,
  kNoUnitData = 8,
  kFails = 16,
  kCommitFails = 32,
};

struct Event {
  Kind kind = Kind::advance;
  std::uint8_t unit = 0;
  std::uint8_t faults = 0;
  int value = 0;
};

struct Schedule {
  int units = 3;
  std::uint8_t old_units = 0;  // a bit for each that runs a version without claims
  LeadershipOptions options;
  bool catches_up = false;
  bool juju_hears = false;  // Juju 3.6 with leader settings: a demoted leader gets a hook
  std::vector<Event> events;
};

Schedule make_schedule(std::uint64_t seed);

std::string text_of(const Event& event);

}  // namespace leader_cron::simulator
