#include "run/admission.h"

namespace leader_cron {

std::string refusal(const Job& job, const LeadershipFiles& files, bool forced) {
  if (job.run_on == RunOn::all || forced) return "";
  if (!files.leader) return "no crontab says whether this unit leads";
  if (!*files.leader) return "not the leader";
  const auto refused = check_stamp(files.stamp, files.allowed, files.now);
  return refused ? sentence(*refused) : "";
}

}  // namespace leader_cron
