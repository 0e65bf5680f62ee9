#include "run/admission.h"

namespace leader_cron {

std::string refusal(const Job& job, std::optional<bool> leader, bool forced) {
  if (job.run_on == RunOn::all || forced) return "";
  if (!leader) return "no crontab says whether this unit leads";
  return *leader ? "" : "not the leader";
}

}  // namespace leader_cron
