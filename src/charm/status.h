// What `juju status` shows for the unit: a workload status and a message of at most 80 characters
// that changes only when the truth does.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "jobs/problem.h"

namespace leader_cron {

inline constexpr std::size_t kLongestStatus = 80;

enum class Workload { active, blocked };

struct Status {
  Workload workload = Workload::active;
  std::string message;

  bool operator==(const Status&) const = default;
};

std::string_view word_of(Workload workload);

// "leader, 3 jobs", with "; " and the warning if there is one.
Status working(bool leader, std::size_t jobs, std::string_view warning);

// Cut to 80 characters.
Status blocked(std::string_view message);

// "jobs, line 3: hour 25 is out of range 0-23 (and 2 more)". `problems` is not empty.
Status blocked_by_jobs(std::span<const Problem> problems);

}  // namespace leader_cron
