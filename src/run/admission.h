// Whether a run may start on this unit at all, before any lock is asked for.
#pragma once

#include <optional>
#include <string>

#include "jobs/job.h"
#include "run/stamp.h"

namespace leader_cron {

// Why a run is skipped whose job does not allow two at once, while another goes on.
inline constexpr const char* kOverlap = "the run before it goes on";

// What a unit's files say of its leadership.
struct LeadershipFiles {
  // As the crontab has it now, nothing where there is none: cron may have started the run by a
  // crontab that has been replaced since, for it looks once a minute only.
  std::optional<bool> leader;
  std::optional<std::string> stamp;  // its text
  std::optional<Ttl> allowed;        // see check_stamp()
  ClockReading now;
};

// Why it may not, for its record ("not the leader"); empty: it may.
std::string refusal(const Job& job, const LeadershipFiles& files, bool forced);

}  // namespace leader_cron
