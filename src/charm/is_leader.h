// What is-leader said.
#pragma once

namespace leader_cron {

// unknown: is-leader failed or made no sense. Then nothing may be inferred, and the unit does not
// act as leader.
enum class Leadership { follower, leader, unknown };

}  // namespace leader_cron
