#include "jobs/job_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "cron/ascii.h"
#include "cron/schedule_warning.h"
#include "jobs/job_names.h"
#include "jobs/message_words.h"
#include "jobs/plain_scalar.h"
#include "jobs/source_text.h"
#include "jobs/suggest.h"
#include "jobs/yaml_tree.h"

namespace leader_cron {
namespace {

// Environment and command of one job together; the kernel's bound on all arguments is at least
// twice that.
constexpr std::size_t kLargestJob = 1U << 20;
// All jobs together: aliases make much of a short text.
constexpr std::size_t kLargestFile = 16U << 20;

constexpr std::array<std::string_view, 9> kKeys = {"name",      "schedule",    "command",
                                                   "user",      "description", "environment",
                                                   "directory", "run-on",      "enabled"};
constexpr std::array<std::string_view, 2> kRunOn = {"leader", "all"};

std::string_view without_final_newline(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

class JobFileReader {
 public:
  explicit JobFileReader(std::string_view text) : source_(text), text_(text) {}

  JobFile read() {
    if (auto unreadable = source_.first_unreadable()) {
      file_.problems.push_back(std::move(*unreadable));
      return std::move(file_);
    }
    ParsedYaml parsed = parse_yaml(text_);
    if (parsed.problem) {
      problem(parsed.problem->at, std::move(parsed.problem->what),
              std::move(parsed.problem->instead));
      return std::move(file_);
    }
    tree_ = std::move(parsed.tree);
    read_list(tree_[tree_.root]);
    for (auto* list : {&file_.problems, &file_.warnings}) {
      std::stable_sort(list->begin(), list->end(),
                       [](const Problem& a, const Problem& b) { return a.at < b.at; });
    }
    if (!file_.problems.empty()) file_.jobs.clear();
    return std::move(file_);
  }

 private:
  void read_list(const YamlNode& root) {
    if (root.kind == YamlNode::Kind::null) return;
    if (root.kind != YamlNode::Kind::sequence) {
      problem(root.at, fmt::format("the job file is a list of jobs, not {}", kind_of(root)),
              "- name: ...");
      return;
    }
    for (const std::size_t item : root.items) {
      read_job(tree_[item]);
      if (size_ <= kLargestFile) continue;
      problem(tree_[item].at,
              fmt::format("the jobs up to here have more than {} bytes together", kLargestFile));
      return;
    }
  }

  void read_job(const YamlNode& node) {
    if (node.kind != YamlNode::Kind::map) {
      problem(node.at, fmt::format("a job is a mapping with name, schedule and command, not {}",
                                   node.kind == YamlNode::Kind::null ? "nothing" : kind_of(node)));
      return;
    }
    Job job;
    std::map<std::string, Position> seen;
    std::set<std::string_view> misspelt;  // the keys that were perhaps meant
    for (const auto& [key_index, value_index] : node.entries) {
      const YamlNode& key = tree_[key_index];
      if (key.kind != YamlNode::Kind::scalar) {
        problem(key.at, fmt::format("a key is a word, not {}", kind_of(key)));
        continue;
      }
      if (const auto [earlier, first] = seen.emplace(key.scalar, key.at); !first) {
        problem(key.at, fmt::format("key {} stands twice in this job, first at line {}",
                                    quoted_name(key.scalar), earlier->second.line));
        continue;
      }
      if (std::find(kKeys.begin(), kKeys.end(), key.scalar) == kKeys.end()) {
        misspelt.insert(unknown_key(key));
      } else {
        read_value(job, key, tree_[value_index]);
      }
    }
    for (const std::string_view required : {"name", "schedule", "command"}) {
      if (seen.contains(std::string(required)) || misspelt.contains(required)) continue;
      problem(node.at, job.name.empty() ? fmt::format("this job lacks a {}", required)
                                        : fmt::format("job {} lacks a {}", job.name, required));
    }
    check_reboot(job, node);
    check_size(job, node);
    file_.jobs.push_back(std::move(job));
  }

  // For one of kKeys.
  void read_value(Job& job, const YamlNode& key, const YamlNode& value) {
    if (key.scalar == "name") {
      read_name(job, value);
    } else if (key.scalar == "schedule") {
      read_schedule(job, value);
    } else if (key.scalar == "command") {
      read_command(job, value);
    } else if (key.scalar == "user") {
      read_user(job, value);
    } else if (key.scalar == "description") {
      read_description(job, value);
    } else if (key.scalar == "environment") {
      read_environment(job, value);
    } else if (key.scalar == "directory") {
      read_directory(job, value);
    } else if (key.scalar == "run-on") {
      read_run_on(job, value);
    } else {
      read_enabled(job, value);
    }
  }

  // Gives the key that was perhaps meant, or nothing.
  std::string_view unknown_key(const YamlNode& key) {
    if (key.scalar == "<<") {
      problem(key.at, "merge keys (<<) are not supported: an alias stands for one whole value");
      return {};
    }
    const std::string_view nearest = nearest_word(key.scalar, kKeys);
    problem(key.at,
            nearest.empty()
                ? fmt::format("unknown key {}", quoted_name(key.scalar))
                : fmt::format("unknown key {}; did you mean {}?", quoted_name(key.scalar), nearest),
            std::string(nearest));
    return nearest;
  }

  void read_name(Job& job, const YamlNode& value) {
    const auto name = one_line(value, "name");
    if (!name) return;
    if (!is_job_name(*name)) {
      problem(
          value.at,
          name->size() > kLongestJobName
              ? fmt::format("name {} is longer than {} characters", quoted(*name), kLongestJobName)
              : fmt::format("name '{}' is not made of lowercase letters, digits and hyphens",
                            quoted(*name)),
          as_job_name(*name));
      return;
    }
    job.name = *name;
    if (const auto [earlier, first] = names_.emplace(job.name, value.at); !first) {
      problem(value.at, fmt::format("name {} is taken by the job at line {}", job.name,
                                    earlier->second.line));
    }
  }

  void read_schedule(Job& job, const YamlNode& value) {
    const auto text = one_line(value, "schedule");
    if (!text) return;
    ParsedSchedule parsed = parse_schedule(*text);
    for (ScheduleProblem& mistake : parsed.problems) {
      problem(source_.position_within(value.at, value.scalar, mistake.offset),
              std::move(mistake.what), std::move(mistake.instead));
    }
    if (!parsed.schedule) return;
    for (std::string& warning : schedule_warnings(*parsed.schedule)) {
      file_.warnings.push_back({value.at, std::move(warning), ""});
    }
    job.schedule = std::move(*parsed.schedule);
    job.schedule_as_written = *text;
  }

  void read_command(Job& job, const YamlNode& value) {
    const auto command = string_value(value, "command");
    if (!command) return;
    if (command->find_first_not_of(" \t\n") == std::string::npos) {
      problem(value.at, "command is empty");
    } else if (const auto bad =
                   std::find_if(command->begin(), command->end(),
                                [](char c) { return is_control(c) && c != '\n' && c != '\t'; });
               bad != command->end()) {
      problem(value.at,
              fmt::format("command holds the control character 0x{:02x}",
                          static_cast<unsigned char>(*bad)),
              fmt::format("$(printf '\\{:03o}')", static_cast<unsigned char>(*bad)));
    } else if (command->size() > kLongestArgument) {
      problem(value.at,
              fmt::format("command has {} bytes, and the kernel takes at most {}", command->size(),
                          kLongestArgument),
              "the path of a script");
    } else {
      job.command = *command;
    }
  }

  void read_user(Job& job, const YamlNode& value) {
    if (value.kind == YamlNode::Kind::scalar && !value.scalar.empty() &&
        std::all_of(value.scalar.begin(), value.scalar.end(), is_digit)) {
      problem(value.at, fmt::format("user {} is a number, but cron takes users by name",
                                    quoted(value.scalar)));
      return;
    }
    const auto user = one_line(value, "user");
    if (!user) return;
    if (!is_user_name(*user)) {
      problem(value.at, fmt::format("user '{}' is not a user name", quoted(*user)));
      return;
    }
    job.user = *user;
  }

  // Line ends and tabs become spaces, so that a folded or literal block may be used.
  void read_description(Job& job, const YamlNode& value) {
    auto text = string_value(value, "description");
    if (!text) return;
    for (char& c : *text) {
      if (c == '\n' || c == '\t') c = ' ';
    }
    if (!no_control(*text, value, "description")) return;
    const std::size_t first = text->find_first_not_of(' ');
    if (first == std::string::npos) return;
    job.description = text->substr(first, text->find_last_not_of(' ') - first + 1);
  }

  // The values may be secrets: no message repeats one.
  void read_environment(Job& job, const YamlNode& value) {
    if (value.kind != YamlNode::Kind::map) {
      problem(value.at,
              fmt::format("environment is a mapping of names to strings, not {}", kind_of(value)),
              "{NAME: value}");
      return;
    }
    std::map<std::string, Position> seen;
    for (const auto& [name_index, value_index] : value.entries) {
      const YamlNode& name = tree_[name_index];
      if (name.kind != YamlNode::Kind::scalar || !is_variable_name(name.scalar)) {
        problem(name.at,
                name.kind == YamlNode::Kind::scalar
                    ? fmt::format("environment has the name '{}': a name has letters, digits and "
                                  "_, no digit first",
                                  quoted_name(name.scalar))
                    : fmt::format("environment has {} where a name stands", kind_of(name)));
        continue;
      }
      if (const auto [earlier, first] = seen.emplace(name.scalar, name.at); !first) {
        problem(name.at, fmt::format("environment names {} twice, first at line {}",
                                     quoted_name(name.scalar), earlier->second.line));
        continue;
      }
      read_variable(job, name.scalar, tree_[value_index]);
    }
  }

  void read_variable(Job& job, const std::string& name, const YamlNode& value) {
    const bool number = value.kind == YamlNode::Kind::scalar && value.plain &&
                        look_of(value.scalar) == PlainLook::number;
    if (!number && (value.kind != YamlNode::Kind::scalar ||
                    (value.plain && look_of(value.scalar) != PlainLook::string))) {
      problem(value.at, fmt::format("environment {} is {}: write a string, in quotes", quoted(name),
                                    kind_of(value)));
    } else if (value.scalar.find('\0') != std::string::npos) {
      problem(value.at, fmt::format("environment {} holds a NUL byte", quoted(name)));
    } else if (name.size() + 1 + value.scalar.size() > kLongestArgument) {
      problem(value.at,
              fmt::format("environment {} has {} bytes, and the kernel takes at most {}",
                          quoted(name), name.size() + 1 + value.scalar.size(), kLongestArgument));
    } else {
      job.environment.emplace_back(name, value.scalar);
    }
  }

  void read_directory(Job& job, const YamlNode& value) {
    const auto directory = one_line(value, "directory");
    if (!directory) return;
    if (!directory->starts_with('/')) {
      problem(value.at, fmt::format("directory '{}' is not an absolute path", quoted(*directory)));
      return;
    }
    job.directory = *directory;
  }

  void read_run_on(Job& job, const YamlNode& value) {
    const auto where = one_line(value, "run-on");
    if (!where) return;
    if (*where == "leader") {
      job.run_on = RunOn::leader;
    } else if (*where == "all") {
      job.run_on = RunOn::all;
    } else {
      problem(value.at, fmt::format("run-on is leader or all, not '{}'", quoted(*where)),
              std::string(nearest_word(*where, kRunOn)));
    }
  }

  void read_enabled(Job& job, const YamlNode& value) {
    if (value.kind == YamlNode::Kind::scalar && value.plain) {
      if (const auto enabled = boolean_of(value.scalar)) {
        job.enabled = *enabled;
        return;
      }
    }
    problem(value.at, fmt::format("enabled is true or false, not {}", kind_of(value)), "true");
  }

  // Cron starts before the agent has told any unit who leads: whoever said True before would run
  // it.
  void check_reboot(const Job& job, const YamlNode& node) {
    if (!job.schedule.reboot || job.run_on == RunOn::all) return;
    Position at = node.at;
    for (const auto& [key, value] : node.entries) {
      if (tree_[key].scalar == "schedule") at = tree_[value].at;
    }
    problem(at,
            "@reboot runs when cron starts, before Juju has said which unit leads, so it cannot be "
            "for the leader only",
            "run-on: all");
  }

  void check_size(const Job& job, const YamlNode& node) {
    std::size_t size = job.command.size();
    for (const auto& [name, value] : job.environment) size += name.size() + value.size() + 2;
    size_ += size;
    if (size > kLargestJob) {
      problem(
          node.at,
          fmt::format(
              "command and environment of this job have {} bytes together, at most {} can be run",
              size, kLargestJob));
    }
  }

  // A scalar that is a string to YAML, whatever its lines; else a problem.
  std::optional<std::string> string_value(const YamlNode& value, std::string_view key) {
    if (value.kind == YamlNode::Kind::scalar &&
        (!value.plain || look_of(value.scalar) == PlainLook::string)) {
      return value.scalar;
    }
    problem(
        value.at, fmt::format("{} is a string, not {}", key, kind_of(value)),
        value.kind == YamlNode::Kind::scalar ? fmt::format("\"{}\"", quoted(value.scalar)) : "");
    return std::nullopt;
  }

  // A string without line ends (one at its end is dropped) and other control characters; tabs may
  // stay.
  std::optional<std::string> one_line(const YamlNode& value, std::string_view key) {
    auto text = string_value(value, key);
    if (!text) return std::nullopt;
    const std::string line(without_final_newline(*text));
    return no_control(line, value, key) ? std::optional(line) : std::nullopt;
  }

  bool no_control(std::string_view text, const YamlNode& value, std::string_view key) {
    const auto bad =
        std::find_if(text.begin(), text.end(), [](char c) { return is_control(c) && c != '\t'; });
    if (bad == text.end()) return true;
    problem(value.at, *bad == '\n' ? fmt::format("{} has more than one line", key)
                                   : fmt::format("{} holds the control character 0x{:02x}", key,
                                                 static_cast<unsigned char>(*bad)));
    return false;
  }

  void problem(Position at, std::string what, std::string instead = {}) {
    file_.problems.push_back({source_.within(at), std::move(what), std::move(instead)});
  }

  SourceText source_;
  std::string_view text_;
  YamlTree tree_;
  JobFile file_;
  std::map<std::string, Position> names_;
  std::size_t size_ = 0;
};

}  // namespace

JobFile read_job_file(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return JobFileReader(text).read();
}

}  // namespace leader_cron
