// How many hooks a fail-over costs the whole fleet: those that Juju runs because of what the hooks
// of the fail-over have written. update-status runs anyway and is not counted.
#pragma once

#include "charm/leadership.h"

namespace leader_cron::simulator {

struct FailOver {
  int units = 3;
  Handover handover = Handover::immediate;
  bool old_leader_hears = true;  // false: it is waited out
};

int hooks_of(const FailOver& fail_over);

}  // namespace leader_cron::simulator
