// A maintenance job as the operator declared it, checked. Reading it from YAML is for job_file.h;
// how it is kept on disk for stored_job.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cron/schedule.h"

namespace leader_cron {

enum class RunOn { leader, all };

// What becomes of a run that is due while the one before it still goes on.
enum class Overlap { skip, allow };

inline constexpr std::uint64_t kDefaultLogLimit = 1U << 20;

struct Job {
  std::string name;  // [a-z0-9][a-z0-9-]*, unique in its file, at most kLongestJobName characters
  Schedule schedule;
  std::string schedule_as_written;  // the operator's own words for it
  std::string command;              // run by /bin/sh -c; may have many lines
  std::string user = "root";
  std::string description;                                       // one line, may be empty
  std::vector<std::pair<std::string, std::string>> environment;  // in the order of the file
  std::string directory;  // absolute, or empty: where cron starts the job
  RunOn run_on = RunOn::leader;
  bool enabled = true;
  std::optional<std::chrono::seconds> timeout;  // nothing: it may run for ever
  Overlap overlap = Overlap::skip;
  unsigned umask = 022;
  bool catch_up = false;  // a slot that nobody ran when it was due is run later, once
  std::optional<std::chrono::seconds> catch_up_window;  // nothing: one period, at most a day
  std::uint64_t log_limit = kDefaultLogLimit;           // bytes of its output that are kept

  bool operator==(const Job&) const = default;
};

}  // namespace leader_cron
