// What a hook decides: from Facts to a Plan, both plain values. Nothing here touches the machine;
// commands/apply.h carries a plan out, in the order in which its members stand.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "charm/facts.h"
#include "charm/log_message.h"
#include "charm/peer_data.h"
#include "charm/status.h"

namespace leader_cron {

// The file of a user's jobs, mode 0400.
struct JobFileToWrite {
  uid_t user = 0;
  std::string text;

  bool operator==(const JobFileToWrite&) const = default;
};

// The folder of a job's runs, to be given from one user to another with what it holds.
struct RunFolderToMove {
  std::string job;
  uid_t from = 0;
  uid_t to = 0;

  bool operator==(const RunFolderToMove&) const = default;
};

// What lies under this name in the folder of a user's runs.
struct RunFolderToRemove {
  uid_t user = 0;
  std::string name;  // empty: the user's folder itself, with all that it holds

  bool operator==(const RunFolderToRemove&) const = default;
};

struct MetricsFile {
  std::string path;
  std::string text;

  bool operator==(const MetricsFile&) const = default;
};

// To be written to the peer relation when all files are in place.
struct DatabagWrite {
  std::string relation_id;
  Databag values;

  bool operator==(const DatabagWrite&) const = default;
};

// A file that is to have this text, or not to be; nothing: it is as it should be.
struct FileChange {
  bool remove = false;
  std::string text;

  bool operator==(const FileChange&) const = default;
};

// The order is what makes a kill at any point harmless: who owns the files first; a job in its
// user's file before the crontab that names it, beside those that the crontab before it may name;
// what the crontab no longer names goes after it; the last good jobs when all else is in place;
// another service's files when this one's are complete. Leave to act as
// leader is given before the crontab says True and taken after it says False, and others are told
// last.
struct Plan {
  std::string service;  // whose files these are
  std::vector<std::string> remove_leftovers;
  std::optional<std::string> claim;  // the owner file's text
  bool copy_supervisor = false;
  std::vector<uid_t> prepare_runs;  // users whose folder is to be made or mended
  std::vector<RunFolderToMove> move_runs;
  std::vector<JobFileToWrite> install_jobs;
  std::optional<std::string> crontab;
  std::vector<JobFileToWrite> prune_jobs;  // what install_jobs left, without the jobs that are gone
  std::vector<uid_t> remove_jobs;          // users whose file goes
  std::vector<RunFolderToRemove> remove_runs;
  std::optional<bool> mark_leader;  // that this unit leads from now on, or does not any more
  std::optional<std::string> last_good;
  std::vector<std::string> abandon;       // services whose files go, all of them
  std::optional<FileChange> allowed;      // written before the crontab, removed after it
  std::optional<FileChange> stamp;        // the same; an active unit's is renewed by each hook
  std::optional<std::string> leadership;  // what is remembered of it
  std::optional<DatabagWrite> application_data;
  std::optional<DatabagWrite> unit_data;
  std::optional<Status> status;  // for status-set
  // The status file's text. A status that cannot be remembered is set only where Juju does not show
  // it already.
  std::optional<std::string> remember;
  std::optional<std::string> remove_metrics;  // a path
  std::optional<MetricsFile> metrics;
  std::vector<LogMessage> log;

  bool operator==(const Plan&) const = default;
};

// Whose file a job is in, and who may read what its runs leave: its user, or root as long as this
// machine does not know that user.
uid_t owner_of(const Job& job, const std::map<std::string, uid_t>& users);

// Whether the runs of a job matter to what `plan` says: it runs on this unit, or there are metrics.
bool wants_runs(const Facts& facts, const Job& job);

// The service this unit maintains. Where the configuration is unknown or its service-name is not a
// name, the one it maintains already, so that leadership is still applied to it; empty if there is
// none yet.
std::string choose_service(std::string_view unit, std::string_view principal_unit,
                           const std::optional<Config>& config,
                           const std::vector<OwnedService>& services);

// Why this unit must not touch the files of `facts.service`; empty: it may.
std::string objection(const Facts& facts);

// The jobs that are to be installed: those of the configuration, or the last good ones where it is
// bad or unknown. Refers to one of its arguments.
const std::vector<Job>& choose_jobs(const std::optional<Config>& config, const JobFile& job_file,
                                    const std::optional<std::vector<Job>>& last_good);

// For every hook but stop and remove. Nothing in it depends on which hook runs, and a plan made
// after it was carried out is empty but for an active unit's stamp.
Plan plan(const Facts& facts);

// For stop and remove, whatever is-leader says: all services that `unit` owns are abandoned.
Plan plan_removal(const Facts& facts);

}  // namespace leader_cron
