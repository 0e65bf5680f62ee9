// Catch-up as a part of a hook: what is known of slots is read, decided on, and carried out. What
// is missed is for charm/catch_up.h.
#pragma once

#include <string_view>

#include "charm/facts.h"
#include "charm/plan.h"
#include "commands/ask_leadership.h"

namespace leader_cron {

// After the files of `plan` are in place, the stamp's among them: what the records say then is all
// that this unit has started on the strength of it. Starts what is caught up, detached, notes what
// is lost, and adds to `plan` what the others are told. False where a run goes on that must be
// looked at again should it end without a record.
bool catch_up_jobs(const Facts& facts, const Questions& questions, Plan& plan);

}  // namespace leader_cron
