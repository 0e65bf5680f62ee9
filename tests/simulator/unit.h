// A unit of a simulated fleet: its machine, its agent, what lies on its disk, and the hook that it
// is in.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "charm/catch_up.h"
#include "charm/leadership.h"
#include "world.h"

namespace leader_cron::simulator {

enum class Mode { none, old_version, immediate, safe };

struct Hook {
  int step = kHookSteps;  // kHookSteps: none is under way
  std::uint8_t faults = 0;
  bool installs = false;
  bool stops = false;
  LeadershipFacts facts;
  std::int64_t wall_at_reading = 0;
  LeadershipDecision decision;
  Marks published;
  Marks handed_over;
  std::optional<Marks> publish;
  // Of a version without claims.
  bool names_itself = false;

  bool under_way() const { return step < kHookSteps; }
};

// What lies on a disk: as it is read, and as a power loss leaves it.
template <typename Value>
struct OnDisk {
  Value now{};
  Value flushed{};

  void write(Value value) { now = flushed = std::move(value); }
  void write_unflushed(Value value) { now = std::move(value); }
  void flush() { flushed = now; }
  void lose() { now = flushed; }
};

struct Unit {
  std::string name;
  bool exists = false;
  bool agent = false;    // Juju's, and Juju knows the unit
  bool machine = false;  // is running
  bool connected = true;
  bool installed = true;
  bool dying = false;
  bool departed = false;  // its departed hook ran
  bool old = false;

  std::int64_t boot_micros = 0;
  int drift = 0;
  int boots = 0;
  std::string boot_id;
  std::int64_t wall_offset = 0;

  OnDisk<bool> crontab;
  OnDisk<std::optional<Ttl>> allowed;
  bool was_active = false;
  bool old_supervisor = false;
  std::optional<Stamp> stamp;
  std::optional<LocalLeadership> local;
  OnDisk<Marks> kept;
  OnDisk<Marks> started;
  std::int64_t last_slot = 0;
  Mode mode = Mode::none;

  std::int64_t last_led = 0;
  std::int64_t lease_until = 0;
  std::optional<std::chrono::seconds> first_led;  // for Broken::wait_from_first_sight

  UnitData data;
  Marks data_marks;
  Hook hook;
};

// What its hook knows and has decided, in one line.
std::string describe(const Unit& unit);

}  // namespace leader_cron::simulator
