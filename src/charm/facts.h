// All that a hook knows when it decides: what Juju said, what the operator wrote, what lies on the
// machine. Values only; gathering them is for commands/gather.h, deciding for plan.h.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "charm/is_leader.h"
#include "charm/leadership.h"
#include "cron/time_zone.h"
#include "jobs/job_file.h"
#include "run/health.h"

namespace leader_cron {

inline constexpr std::int64_t kDefaultTtlMinutes = 15;

// The options of config.yaml that decide something here. (log-level is the log's own.)
struct Config {
  std::optional<std::string> jobs;  // YAML, empty once it is read; nothing: not told
  std::string service_name;         // empty: see default_service()
  std::string metrics_directory;    // empty: no metrics
  std::string handover = "immediate";
  std::int64_t leadership_ttl = kDefaultTtlMinutes;

  bool operator==(const Config&) const = default;
};

// A service that is maintained on this machine, by whom it may be.
struct OwnedService {
  std::string service;
  std::string unit;        // as its owner file says
  bool unit_lives = true;  // its agent is on this machine; a unit that was removed with --force has
                           // left its files only

  bool operator==(const OwnedService&) const = default;
};

// The file of a user's jobs, as it lies there.
struct InstalledJobs {
  std::string text;    // see jobs/job_lines.h; the user may have written to it
  bool sound = false;  // that user's, mode 0400

  bool operator==(const InstalledJobs&) const = default;
};

// What lies in the folder of what a user's jobs leave.
struct InstalledRuns {
  std::vector<std::string> names;  // sorted; of jobs that ran, and what else the user put there
  bool sound = false;              // that user's, mode 0700

  bool operator==(const InstalledRuns&) const = default;
};

// What lies on the machine for the service that this unit maintains.
struct Installed {
  std::optional<std::string> crontab;  // its text; nothing: there is no regular file
  bool crontab_in_the_way = false;     // something that is no regular file
  bool crontab_sound =
      false;  // root:root 0644, so that cron takes it, and settled (see crontab_file.h)
  bool folder_in_the_way =
      false;  // the crontab's place or the supervisor's is a folder: no rename replaces that
  bool supervisor_exists = false;
  bool supervisor_current = false;      // a copy of this program, mode 0755
  bool state_in_the_way = false;        // the state folder exists, is not empty, and has no owner
  std::map<uid_t, InstalledJobs> jobs;  // by the user that the file's name says
  std::map<uid_t, InstalledRuns> runs;  // the same of the folder's name
  // Whose those jobs were, by the last good jobs, of which another user than theirs now has a
  // folder: that user may have made it for any job.
  std::map<std::string, uid_t> former_owners;
  std::optional<std::chrono::sys_seconds> leader_since;
  // Of the files that the leadership protocol keeps, see ServicePaths; nothing: there is none.
  std::optional<std::string> stamp;
  std::optional<std::string> allowed;
  std::string leadership;
  std::string metrics_file;            // the one that was last written, empty: none
  std::string metrics;                 // its text
  bool has_metrics_directory = false;  // the one that is asked for is there
  // Looked at only where the configuration gives no good ones.
  std::optional<std::vector<Job>> last_good;
  std::string last_good_text;
  std::string status;  // the text of the status file
  std::vector<std::string>
      leftovers;  // temporary files of a hook that was killed, and files of no job

  bool operator==(const Installed&) const = default;
};

struct Facts {
  std::string model;
  std::string unit;
  std::string principal_unit;  // empty: we are a principal
  Leadership leadership = Leadership::unknown;
  LeadershipDecision decision;     // whether this unit acts as leader, and what it tells the others
  std::string leadership_problem;  // what is wrong with the options handover and leadership-ttl
  ClockReading reading;            // from before is-leader was asked
  std::string relation_id;         // of the peer relation; empty: none, or not needed
  std::optional<Config> config;    // nothing: config-get failed or made no sense
  bool cron_daemon = true;
  std::vector<OwnedService> services;
  std::string service;  // what choose_service() said, unless that is refused: then the one
                        // maintained so far
  std::string
      refusal;  // why the service that the configuration asks for cannot be had; empty: it can
  Installed installed;
  JobFile job_file;  // read from config->jobs
  // The uid that the files of this user's jobs get. Users that this machine does not know are
  // missing; root is not.
  std::map<std::string, uid_t> users;
  std::map<std::string, JobRuns> runs;  // of the jobs that matter to status and metrics
  std::chrono::sys_seconds now;
  TimeZone zone;  // the machine's
  std::string crontab_template;

  bool operator==(const Facts&) const = default;
};

}  // namespace leader_cron
