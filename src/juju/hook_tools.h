// Juju's hook tools as typed functions: what is asked and what the answer means. When to ask is for
// the callers. A tool that fails, is missing or prints nonsense gives the "unknown" of its type and
// a warning in the log, never an exception: Juju takes one for a failed hook. Facts about the tools
// are those of Juju 2.9 to 4.0.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "charm/facts.h"
#include "charm/log_message.h"
#include "charm/peer_data.h"
#include "charm/status.h"
#include "system/log.h"
#include "system/process.h"

namespace leader_cron {

// A question under way. Several may be: the tools start at once, and Juju answers them in turn. An
// answer may be taken more than once.
class LeadershipQuestion {
 public:
  LeadershipQuestion();
  Leadership answer();

 private:
  Child tool_;
  std::optional<Leadership> answer_;
};

struct Options {
  Config config;
  std::string log_level;
};

class ConfigQuestion {
 public:
  ConfigQuestion();
  std::optional<Options> answer();
  // What the tool printed, unread; empty where it failed.
  std::string_view text();

 private:
  const Output& output();

  Child tool_;
  std::optional<Output> output_;
};

enum class Databags { application, unit };

// What a relation holds of an application or of a unit, under way. For the leader its own
// application's; for any unit its own and the other units'.
class DatabagQuestion {
 public:
  DatabagQuestion(std::string_view relation_id, std::string_view owner, Databags kind);
  std::optional<Databag> answer();

 private:
  Child tool_;
};

// The first relation of that endpoint; empty where there is none, nothing where that cannot be
// told. One call.
std::optional<std::string> relation_id(std::string_view endpoint);

// What Juju is told. As with questions, several tools may be under way at once.

// To the unit's own data, or to its application's if it leads. Buffered by Juju until the hook
// exits 0; an error is only logged. An empty value removes its key.
class DatabagWriting {
 public:
  DatabagWriting(std::string_view relation_id, Databags kind, const Databag& values);
  void finish();

 private:
  Child tool_;
};

// At once, and kept whatever becomes of the hook.
class StatusSetting {
 public:
  explicit StatusSetting(const Status& status);
  // False if Juju did not take it.
  bool finish();

 private:
  Child tool_;
};

// What was logged until now, one call for each level that has something to say.
class LogSending {
 public:
  explicit LogSending(LogLevel threshold);
  void finish();

 private:
  std::vector<LoggedText> texts_;
  std::vector<Child> tools_;
};

// What Juju shows now; nothing where it cannot be told.
std::optional<Status> shown_status();

// The parameters of the action that runs, those that actions.yaml declares; nothing where the tool
// fails.
struct ActionParameters {
  std::string job;
  std::size_t count = 0;
  bool force = false;
};
std::optional<ActionParameters> action_parameters();

// Results of the action. Keys are segments of lowercase letters, digits and hyphens, none of these
// last, joined by dots; control characters in values become '?', line ends and tabs stay.
void set_results(const std::vector<std::pair<std::string, std::string>>& results);

// The action will have failed; it goes on all the same.
void fail_action(std::string_view message);

void send_log(LogLevel threshold);

}  // namespace leader_cron
