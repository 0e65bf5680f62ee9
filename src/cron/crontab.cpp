#include "cron/crontab.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <kainjow/mustache.hpp>
#include <stdexcept>

namespace leader_cron {
namespace {

using kainjow::mustache::data;

// A comment is for reading: more of one command line than this is not.
constexpr std::size_t kLongestShown = 500;

std::string for_comment(std::string_view text) {
  std::string shown(text);
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return shown;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

// The first line that says something, and how much follows it.
std::string shown_command(std::string_view command) {
  while (!command.empty() &&
         (command.back() == '\n' || command.back() == ' ' || command.back() == '\t')) {
    command.remove_suffix(1);
  }
  std::string_view first = command.substr(0, command.find('\n'));
  while (is_blank(first) && first.size() < command.size()) {
    command.remove_prefix(first.size() + 1);
    first = command.substr(0, command.find('\n'));
  }
  const auto following = std::count(command.begin(), command.end(), '\n');
  std::string shown;
  if (first.size() > kLongestShown) {
    std::size_t cut = kLongestShown;
    while (cut > 0 && (static_cast<unsigned char>(first[cut]) & 0xC0) == 0x80) --cut;
    shown = fmt::format("{} ... (and {} more bytes)", for_comment(first.substr(0, cut)),
                        first.size() - cut);
  } else {
    shown = for_comment(first);
  }
  if (following > 0)
    shown += fmt::format(" ... (and {} more line{})", following, following == 1 ? "" : "s");
  return shown;
}

data data_of(const CrontabJob& job) {
  data item;
  item.set("name", job.name);
  item.set("title",
           for_comment(job.description.empty() ? job.name : job.name + ": " + job.description));
  item.set("command", shown_command(job.command));
  item.set("when", for_comment(job.when));
  item.set("due", data(job.absence.empty() ? data::type::bool_true : data::type::bool_false));
  item.set("guarded", data(job.leader_only ? data::type::bool_true : data::type::bool_false));
  item.set("schedule", job.schedule);
  item.set("user", job.user);
  item.set("reason", for_comment(job.absence));
  return item;
}

}  // namespace

bool is_written_by(std::string_view crontab, std::string_view application) {
  const std::string_view first_line = crontab.substr(0, crontab.find('\n'));
  return first_line.starts_with("# Maintenance jobs of ") &&
         first_line.find(fmt::format(", written by the Juju application {}.", application)) !=
             std::string_view::npos;
}

CrontabHead read_crontab_head(std::string_view text) {
  CrontabHead head;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) break;  // cron ignores such a line
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (line.empty() || line.front() == '#') continue;
    const std::size_t name = line.find_first_of("= \t");
    if (name == std::string_view::npos || line[name] != '=') break;
    head.environment.emplace_back(line);
    if (line.substr(0, name) == "IS_LEADER") head.leader = line.substr(name + 1) == "True";
  }
  return head;
}

std::string render_crontab(const Crontab& crontab, std::string_view template_text) {
  kainjow::mustache::mustache mustache{std::string(template_text)};
  if (!mustache.is_valid()) {
    throw std::invalid_argument(
        fmt::format("the crontab template is not mustache: {}", mustache.error_message()));
  }
  data jobs{data::type::list};
  for (const CrontabJob& job : crontab.jobs) jobs << data_of(job);
  data values;
  values.set("service", for_comment(crontab.service));
  values.set("application", for_comment(crontab.application));
  values.set("is_leader", crontab.leader ? "True" : "False");
  values.set("jobs", jobs);
  return mustache.render(values);
}

}  // namespace leader_cron
