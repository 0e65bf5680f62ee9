// The part of a plan that deals with jobs: the files that hold them, the folders of what their runs
// leave, and the last good jobs. Values in, values out, like the rest of plan.h.
#pragma once

#include <vector>

#include "charm/plan.h"

namespace leader_cron {

// Fills in what is to be done for `jobs`, and what of it is worth a line in the log. The time since
// when a job is there stays as it is as long as its text does; of a new one it is `facts.now`.
void plan_jobs(const Facts& facts, const std::vector<Job>& jobs, Plan& plan);

}  // namespace leader_cron
