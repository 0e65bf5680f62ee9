// A job as it is kept on disk, in JSON: in a line of its user's file (job_lines.h) for the
// supervisor, and with all others as the last good jobs. Who may read these files is for those who
// write them.
//
// Both hold a job's own text, `"name":...}` (here: its body), behind what is known besides: a line
// `{"since":N,` and an element of the last good jobs `{"uid":N,`.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jobs/job.h"

namespace leader_cron {

// The same bytes for equal jobs.
std::string body_of(const Job& job);

// The last good jobs.
struct StoredJobs {
  struct Place {
    std::size_t start = 0;
    std::size_t size = 0;
  };

  std::string text;           // with a final newline
  std::vector<Place> bodies;  // of each job, in `text`

  std::string_view body(std::size_t job) const {
    return std::string_view(text).substr(bodies[job].start, bodies[job].size);
  }
};

// `owners` are whose file each of the jobs is in.
StoredJobs store_jobs(std::span<const Job> jobs, std::span<const uid_t> owners);

// Nothing where the text is not what these wrote, or a schedule in it is not accepted.
std::optional<Job> stored_job(std::string_view body);
std::optional<std::vector<Job>> stored_jobs(std::string_view text);

// Of each of the last good jobs, whose file it was in; empty where the text is damaged.
struct StoredOwner {
  std::string job;
  std::string user;
  uid_t owner = 0;

  bool operator==(const StoredOwner&) const = default;
};
std::vector<StoredOwner> stored_owners(std::string_view text);

}  // namespace leader_cron
