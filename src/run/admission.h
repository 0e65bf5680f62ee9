// Whether a run may start on this unit at all, before any lock is asked for.
#pragma once

#include <optional>
#include <string>

#include "jobs/job.h"

namespace leader_cron {

// Why it may not, for its record ("not the leader"); empty: it may. `leader` is what the crontab
// says now, nothing where there is none: cron may have started the run by a crontab that has been
// replaced since, for it looks once a minute only.
std::string refusal(const Job& job, std::optional<bool> leader, bool forced);

}  // namespace leader_cron
