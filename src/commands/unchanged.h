// The way that nearly every hook goes: nothing has changed since one that left nothing to do, so
// there is nothing to do. It looks at all that gather() looks at, but at files by their identity
// and at texts by their digest: what costs is then what Juju's own tools cost.
//
// Whoever lets a decision rest on something new adds that here, too; what is not looked at here
// does not wake a hook that finds all else unchanged.
#pragma once

#include <set>
#include <string>

#include "commands/gather.h"

namespace leader_cron {

// True: this hook may end. Asks, and waits for, what gather() would ask too.
bool is_unchanged(const HookCall& call, Questions& questions);

// After a plan was carried out, when a plan made now would be empty.
void remember_unchanged(const HookCall& call, Questions& questions, const Gathered& gathered);

}  // namespace leader_cron
