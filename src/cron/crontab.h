// The text of /etc/cron.d/<service>-maintenance, from a mustache template and what is to run. It
// looks the same on every unit but for IS_LEADER. How a file gets where cron sees it is for
// system/crontab_file.h.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leader_cron {

// One job's part of the crontab: a comment and, unless `absence` says why not, its line. Refers to
// texts of the job's.
struct CrontabJob {
  std::string_view name;
  std::string_view schedule;     // five portable fields, see Schedule::text
  std::string_view user;         // one word that cron knows as a user on this machine
  std::string_view description;  // may be empty
  std::string when;              // the schedule for people, in a comment
  std::string_view command;  // only shown, in a comment; the supervisor holds the command that runs
  bool leader_only = true;   // guarded by IS_LEADER
  std::string absence;       // empty: the job has a line

  bool operator==(const CrontabJob&) const = default;
};

struct Crontab {
  std::string service;
  std::string application;
  bool leader = false;
  std::vector<CrontabJob> jobs;

  bool operator==(const Crontab&) const = default;
};

// What begins the first line of each of our crontabs, for a reader that asks whose a file is.
bool is_written_by(std::string_view crontab, std::string_view application);

// The assignments at the top of a crontab of ours, which hold for all its jobs.
struct CrontabHead {
  std::vector<std::string> environment;  // NAME=value, in order
  std::optional<bool> leader;            // IS_LEADER; nothing: there is no such line

  bool operator==(const CrontabHead&) const = default;
};

// `text` is a crontab, or as much of its beginning as holds the assignments.
CrontabHead read_crontab_head(std::string_view text);

// How many bytes of a crontab hold its head; the template's own take a few hundred.
inline constexpr std::size_t kCrontabHead = 4096;

// The template that was in templates/ when the program was built.
std::string_view built_in_crontab_template();

// Every line ends with a newline. No text of the operator's can leave its comment: line ends and
// control characters in it become spaces. Throws std::invalid_argument when `template_text` is not
// mustache.
std::string render_crontab(const Crontab& crontab, std::string_view template_text);

}  // namespace leader_cron
