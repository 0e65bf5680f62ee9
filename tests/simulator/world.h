// A fleet, the Juju that it talks to, and the time that passes: units run hooks by the real
// decisions of src/charm, one step at a time, and what may never happen is looked for after each.
//
// Time is counted in milliseconds; each machine has a boot clock that drifts and a wall clock that
// is off. Juju's lease is one of 60 s, renewed every 30 s, of which is-leader promises 30.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "charm/catch_up.h"
#include "charm/leadership.h"
#include "rules.h"
#include "schedule.h"

namespace leader_cron::simulator {

// The steps of a hook, before each of which it may freeze.
enum HookStep : int {
  kTakeReading,
  kAskLeadership,
  kAskOptions,
  kReadApplication,
  kReadUnitsAndDecide,
  kFirstFile,
  kSecondFile,
  kThirdFile,
  kCommit,
  kHookSteps,
};

std::string_view word_of(Invariant invariant);

struct Violation {
  Invariant invariant = Invariant::none;
  std::size_t event = 0;  // the events' number: after they had stopped
  std::string what;
};

struct Outcome {
  std::optional<Violation> violation;
  // How much of what is to be tested came about.
  int hooks = 0;
  int activations = 0;
  int waits_to_the_end = 0;
  int caught_up = 0;
};

using Trace = std::function<void(const std::string&)>;

Outcome play(const Schedule& schedule, Broken broken, const Trace& trace = {});

}  // namespace leader_cron::simulator
