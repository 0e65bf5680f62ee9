// The job file: the YAML (so JSON too) text of the option `jobs`, read into jobs or into problems
// with positions. Looking up users, and what is done with the jobs, is left to others.
//
//   - name: clearsessions              # [a-z0-9][a-z0-9-]*, unique
//     schedule: "17 3 * * *"           # see cron/schedule.h; @reboot only with run-on: all
//     command: manage.py clearsessions # may have many lines; runs under /bin/sh -c
//     user: www-data                   # default root
//     description: Purge expired sessions
//     environment: {DJANGO_SETTINGS_MODULE: app.settings, PORT: 8080}
//     directory: /srv/app
//     run-on: leader                   # leader (default) | all
//     enabled: true
//     timeout: 1h30m                   # see quantity.h; none by default
//     overlap: skip                    # skip (default) | allow
//     catch-up: true                   # run once what a fail-over, reboot or outage made us miss
//     catch-up-window: 6h              # if it is not older, 3m to 1d; default one period
//     umask: "027"                     # octal, default 022
//     log-limit: 1M                    # of output kept, 4K to 1G
//
// An empty text, `[]` and a text of comments only are a file without jobs.
#pragma once

#include <string_view>
#include <vector>

#include "jobs/job.h"
#include "jobs/problem.h"

namespace leader_cron {

// `jobs` counts only when there are no problems; problems and warnings are in the order of the
// text.
struct JobFile {
  std::vector<Job> jobs;
  std::vector<Problem> problems;
  std::vector<Problem> warnings;  // legal, and perhaps not meant

  bool operator==(const JobFile&) const = default;
};

JobFile read_job_file(std::string_view text);

}  // namespace leader_cron
