// Names that follow from the names Juju gives: the service that a unit maintains, and where its
// files lie. All paths are as the crontab and the operator see them, without LEADER_CRON_ROOT.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace leader_cron {

// "django-cron/3" gives "django-cron"; a name without a slash is its own application.
std::string_view application_of(std::string_view unit);

// So that a temporary file's name, which adds 17 characters, is one that file systems take (255),
// and a line of the crontab stays far below the 998 characters that Debian's cron takes.
inline constexpr std::size_t kLongestServiceName = 200;

// [a-z0-9][a-z0-9-]*, at most kLongestServiceName: names that cron reads with -l (LSB) too, and
// Juju's applications.
bool is_service_name(std::string_view text);

// Config option service-name, else the principal's application, else our own.
std::string_view default_service(std::string_view unit, std::string_view principal_unit);

struct ServicePaths {
  explicit ServicePaths(std::string_view service);

  std::string crontab;     // /etc/cron.d/<service>-maintenance
  std::string supervisor;  // /usr/local/bin/<service>-maintenance
  std::string state;       // /var/lib/<service>-maintenance: owner, last good jobs, jobs/, status
  std::string runtime;     // /run/<service>-maintenance
  std::string owner;       // the unit that these files belong to
  std::string last_good;   // all jobs of the last accepted configuration; root only, for
                           // environments hold secrets
  std::string jobs;        // the folder of one file a user, see job_file(): root's, 0755
  std::string status;      // what juju status was last told
  std::string metrics;     // the path of the metrics that were last written
  std::string leader;      // there while this unit leads; its time tells since when
  std::string runs;        // the folder of one folder a user, see user_runs(): root's, 0755
  std::string remembered;  // see remembered.h
  std::string stamp;       // in runtime: leave to act as leader, see run/stamp.h
  std::string leadership;  // in runtime: see local_leadership.h
  std::string marks;       // how far each tracked job has come, see catch_up.h
  std::string hook_lock;   // in runtime: held by a hook as long as it runs
  std::string allowed;  // minutes for which `run` accepts a stamp, see LeadershipDecision::allowed

  // The jobs of one user, a line each (jobs/job_lines.h): jobs/1000.jsonl, 0400, that user's.
  std::string job_file(uid_t user) const;
  // The folder of what the runs of one user's jobs leave: runs/1000, 0700, that user's.
  std::string user_runs(uid_t user) const;
  // What the runs of one job leave (system/run_folder.h): runs/1000/JOB. Its first run makes it.
  std::string run(uid_t user, std::string_view job) const;
};

// Whose file in the folder of jobs, or folder in that of runs, has this name; nothing: it is none
// of ours.
std::optional<uid_t> user_of_job_file(std::string_view name);
std::optional<uid_t> user_of_run_folder(std::string_view name);

// The textfile collector reads files named *.prom.
std::string metrics_path(std::string_view folder, std::string_view service);

inline constexpr std::string_view kStateParent = "/var/lib";
inline constexpr std::string_view kServiceSuffix = "-maintenance";

}  // namespace leader_cron
