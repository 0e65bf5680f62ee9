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
#include "jobs/job_values.h"
#include "jobs/message_words.h"
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

constexpr std::array<std::string_view, 2> kRunOn = {"leader", "all"};
constexpr std::array<std::string_view, 2> kOverlap = {"skip", "allow"};
constexpr std::chrono::hours kLongestTimeout(24 * 365);
// A slot is cron's for two minutes: in a shorter window none would ever be caught up.
constexpr std::chrono::minutes kShortestCatchUpWindow(3);
constexpr std::chrono::hours kLongestCatchUpWindow(24);

// Whether no two runs are more than two minutes apart.
bool is_due_all_the_time(const Schedule& schedule) {
  constexpr std::uint64_t kAllMinutes = (std::uint64_t{1} << 60) - 1;
  constexpr std::uint32_t kAllHours = (1U << 24) - 1;
  const std::uint64_t after_them = (schedule.minutes << 1 | schedule.minutes >> 59) & kAllMinutes;
  return (schedule.minutes | after_them) == kAllMinutes && schedule.hours == kAllHours;
}

class JobFileReader {
 public:
  explicit JobFileReader(std::string_view text)
      : source_(text), text_(text), values_(source_, file_.problems) {}

  JobFile read() {
    if (auto unreadable = source_.first_unreadable()) {
      file_.problems.push_back(std::move(*unreadable));
      return std::move(file_);
    }
    ParsedYaml parsed = parse_yaml(text_);
    if (parsed.problem) {
      values_.problem(parsed.problem->at, std::move(parsed.problem->what),
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
      values_.problem(root.at, fmt::format("the job file is a list of jobs, not {}", kind_of(root)),
                      "- name: ...");
      return;
    }
    file_.jobs.reserve(root.items.size());
    for (const std::size_t item : root.items) {
      read_job(tree_[item]);
      if (size_ <= kLargestFile) continue;
      values_.problem(
          tree_[item].at,
          fmt::format("the jobs up to here have more than {} bytes together", kLargestFile));
      return;
    }
  }

  void read_job(const YamlNode& node) {
    if (node.kind != YamlNode::Kind::map) {
      values_.problem(node.at,
                      fmt::format("a job is a mapping with name, schedule and command, not {}",
                                  node.kind == YamlNode::Kind::null ? "nothing" : kind_of(node)));
      return;
    }
    Job job;
    catch_up_misread_ = false;
    std::map<std::string, Position> seen;
    std::set<std::string_view> misspelt;  // the keys that were perhaps meant
    for (const auto& [key_index, value_index] : node.entries) {
      const YamlNode& key = tree_[key_index];
      if (key.kind != YamlNode::Kind::scalar) {
        values_.problem(key.at, fmt::format("a key is a word, not {}", kind_of(key)));
        continue;
      }
      if (const auto [earlier, first] = seen.emplace(key.scalar, key.at); !first) {
        values_.problem(key.at, fmt::format("key {} stands twice in this job, first at line {}",
                                            quoted_name(key.scalar), earlier->second.line));
        continue;
      }
      const auto known = std::find_if(kKeys.begin(), kKeys.end(),
                                      [&key](const Key& each) { return each.name == key.scalar; });
      if (known == kKeys.end()) {
        misspelt.insert(unknown_key(key));
      } else {
        (this->*known->read)(job, tree_[value_index]);
      }
    }
    for (const std::string_view required : {"name", "schedule", "command"}) {
      if (seen.contains(std::string(required)) || misspelt.contains(required)) continue;
      values_.problem(node.at, job.name.empty()
                                   ? fmt::format("this job lacks a {}", required)
                                   : fmt::format("job {} lacks a {}", job.name, required));
    }
    check_reboot(job, node);
    check_catch_up(job, node, catch_up_misread_ || misspelt.contains("catch-up"));
    check_size(job, node);
    file_.jobs.push_back(std::move(job));
  }

  // Gives the key that was perhaps meant, or nothing.
  std::string_view unknown_key(const YamlNode& key) {
    if (key.scalar == "<<") {
      values_.problem(key.at,
                      "merge keys (<<) are not supported: an alias stands for one whole value");
      return {};
    }
    std::array<std::string_view, kKeys.size()> names;
    std::transform(kKeys.begin(), kKeys.end(), names.begin(),
                   [](const Key& each) { return each.name; });
    const std::string_view nearest = nearest_word(key.scalar, names);
    values_.problem(key.at,
                    nearest.empty() ? fmt::format("unknown key {}", quoted_name(key.scalar))
                                    : fmt::format("unknown key {}; did you mean {}?",
                                                  quoted_name(key.scalar), nearest),
                    std::string(nearest));
    return nearest;
  }

  void read_name(Job& job, const YamlNode& value) {
    const auto name = values_.line(value, "name");
    if (!name) return;
    if (!is_job_name(*name)) {
      values_.problem(
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
      values_.problem(value.at, fmt::format("name {} is taken by the job at line {}", job.name,
                                            earlier->second.line));
    }
  }

  void read_schedule(Job& job, const YamlNode& value) {
    const auto text = values_.line(value, "schedule");
    if (!text) return;
    ParsedSchedule parsed = parse_schedule(*text);
    for (ScheduleProblem& mistake : parsed.problems) {
      values_.problem(source_.position_within(value.at, value.scalar, mistake.offset),
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
    const auto command = values_.string(value, "command");
    if (!command) return;
    if (command->find_first_not_of(" \t\n") == std::string::npos) {
      values_.problem(value.at, "command is empty");
    } else if (const auto bad =
                   std::find_if(command->begin(), command->end(),
                                [](char c) { return is_control(c) && c != '\n' && c != '\t'; });
               bad != command->end()) {
      values_.problem(value.at,
                      fmt::format("command holds the control character 0x{:02x}",
                                  static_cast<unsigned char>(*bad)),
                      fmt::format("$(printf '\\{:03o}')", static_cast<unsigned char>(*bad)));
    } else if (command->size() > kLongestArgument) {
      values_.problem(value.at,
                      fmt::format("command has {} bytes, and the kernel takes at most {}",
                                  command->size(), kLongestArgument),
                      "the path of a script");
    } else {
      job.command = *command;
    }
  }

  void read_user(Job& job, const YamlNode& value) {
    if (value.kind == YamlNode::Kind::scalar && !value.scalar.empty() &&
        std::all_of(value.scalar.begin(), value.scalar.end(), is_digit)) {
      values_.problem(value.at, fmt::format("user {} is a number, but cron takes users by name",
                                            quoted(value.scalar)));
      return;
    }
    const auto user = values_.line(value, "user");
    if (!user) return;
    if (!is_user_name(*user)) {
      values_.problem(value.at, fmt::format("user '{}' is not a user name", quoted(*user)));
      return;
    }
    job.user = *user;
  }

  // Line ends and tabs become spaces, so that a folded or literal block may be used.
  void read_description(Job& job, const YamlNode& value) {
    auto text = values_.string(value, "description");
    if (!text) return;
    for (char& c : *text) {
      if (c == '\n' || c == '\t') c = ' ';
    }
    if (!values_.no_control(*text, value, "description")) return;
    const std::size_t first = text->find_first_not_of(' ');
    if (first == std::string::npos) return;
    job.description = text->substr(first, text->find_last_not_of(' ') - first + 1);
  }

  void read_environment(Job& job, const YamlNode& value) {
    job.environment = values_.environment(tree_, value);
  }

  void read_directory(Job& job, const YamlNode& value) {
    const auto directory = values_.line(value, "directory");
    if (!directory) return;
    if (!directory->starts_with('/')) {
      values_.problem(value.at,
                      fmt::format("directory '{}' is not an absolute path", quoted(*directory)));
      return;
    }
    job.directory = *directory;
  }

  void read_run_on(Job& job, const YamlNode& value) {
    if (const auto where = values_.word(value, "run-on", kRunOn))
      job.run_on = *where == 0 ? RunOn::leader : RunOn::all;
  }

  void read_enabled(Job& job, const YamlNode& value) {
    if (const auto enabled = values_.boolean(value, "enabled")) job.enabled = *enabled;
  }

  void read_timeout(Job& job, const YamlNode& value) {
    job.timeout = values_.duration(value, "timeout", std::chrono::seconds(1), kLongestTimeout);
  }

  void read_overlap(Job& job, const YamlNode& value) {
    if (const auto word = values_.word(value, "overlap", kOverlap))
      job.overlap = *word == 0 ? Overlap::skip : Overlap::allow;
  }

  void read_catch_up(Job& job, const YamlNode& value) {
    const auto catch_up = values_.boolean(value, "catch-up");
    job.catch_up = catch_up.value_or(false);
    catch_up_misread_ = !catch_up;
  }

  void read_catch_up_window(Job& job, const YamlNode& value) {
    job.catch_up_window =
        values_.duration(value, "catch-up-window", kShortestCatchUpWindow, kLongestCatchUpWindow);
  }

  void read_umask(Job& job, const YamlNode& value) {
    if (const auto bits = values_.permissions(value, "umask")) job.umask = *bits;
  }

  void read_log_limit(Job& job, const YamlNode& value) {
    if (const auto size = values_.size(value, "log-limit", 4U << 10, 1U << 30))
      job.log_limit = *size;
  }

  // Cron starts before the agent has told any unit who leads: whoever said True before would run
  // it.
  void check_reboot(const Job& job, const YamlNode& node) {
    if (!job.schedule.reboot || job.run_on == RunOn::all) return;
    values_.problem(
        place_of("schedule", node),
        "@reboot runs when cron starts, before Juju has said which unit leads, so it cannot be "
        "for the leader only",
        "run-on: all");
  }

  // A window beside a catch-up that could not be read is no second mistake.
  void check_catch_up(const Job& job, const YamlNode& node, bool misread) {
    if (job.catch_up && job.schedule.reboot) {
      values_.problem(place_of("catch-up", node), "@reboot has no times that could be caught up",
                      "catch-up: false");
    }
    if (job.catch_up_window && !job.catch_up && !misread) {
      values_.problem(place_of("catch-up-window", node), "catch-up-window without catch-up",
                      "catch-up: true");
    }
    if (job.catch_up && !job.catch_up_window && is_due_all_the_time(job.schedule)) {
      file_.warnings.push_back(
          {source_.within(place_of("catch-up", node)),
           "a missed run of a job that is due this often is too old before it can be caught up",
           "catch-up-window: 1h"});
    }
  }

  // Where the value of that key stands.
  Position place_of(std::string_view name, const YamlNode& node) const {
    for (const auto& [key, value] : node.entries) {
      if (tree_[key].scalar == name) return tree_[value].at;
    }
    return node.at;
  }

  void check_size(const Job& job, const YamlNode& node) {
    std::size_t size = job.command.size();
    for (const auto& [name, value] : job.environment) size += name.size() + value.size() + 2;
    size_ += size;
    if (size > kLargestJob) {
      values_.problem(
          node.at,
          fmt::format(
              "command and environment of this job have {} bytes together, at most {} can be run",
              size, kLargestJob));
    }
  }

  // A key of a job, and what reads its value.
  struct Key {
    std::string_view name;
    void (JobFileReader::*read)(Job& job, const YamlNode& value);
  };
  static const std::array<Key, 15> kKeys;

  SourceText source_;
  std::string_view text_;
  YamlTree tree_;
  JobFile file_;
  JobValues values_;
  std::map<std::string, Position> names_;
  std::size_t size_ = 0;
  bool catch_up_misread_ = false;  // of the job that is read now
};

constexpr std::array<JobFileReader::Key, 15> JobFileReader::kKeys = {{
    {"name", &JobFileReader::read_name},
    {"schedule", &JobFileReader::read_schedule},
    {"command", &JobFileReader::read_command},
    {"user", &JobFileReader::read_user},
    {"description", &JobFileReader::read_description},
    {"environment", &JobFileReader::read_environment},
    {"directory", &JobFileReader::read_directory},
    {"run-on", &JobFileReader::read_run_on},
    {"enabled", &JobFileReader::read_enabled},
    {"timeout", &JobFileReader::read_timeout},
    {"overlap", &JobFileReader::read_overlap},
    {"catch-up", &JobFileReader::read_catch_up},
    {"catch-up-window", &JobFileReader::read_catch_up_window},
    {"umask", &JobFileReader::read_umask},
    {"log-limit", &JobFileReader::read_log_limit},
}};

}  // namespace

JobFile read_job_file(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return JobFileReader(text).read();
}

}  // namespace leader_cron
