#include "cron/crontab.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <kainjow/mustache.hpp>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

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

// What the names in the template stand for. The library's own would hold a tree of all jobs, copied
// twice; this one makes a job's values when the template asks for them.
class TemplateNames : public kainjow::mustache::basic_context<std::string> {
 public:
  explicit TemplateNames(const Crontab& crontab) : crontab_(crontab) {
    for (std::size_t i = 0; i < crontab.jobs.size(); ++i) jobs_.push_back(data(true));
  }

  // An item of the list stands for the job of the same place.
  void push(const data* item) override { items_.push_back(item); }
  void pop() override { items_.pop_back(); }

  const data* get(const std::string& name) const override {
    if (name == "jobs") return &jobs_;
    const CrontabJob* job = current_job();
    auto value = job == nullptr ? std::nullopt : value_of(*job, name);
    if (!value) value = value_of_all(name);
    if (!value) return nullptr;
    return &(values_[name] = std::move(*value));
  }
  const data* get_partial(const std::string& name) const override { return get(name); }

 private:
  const CrontabJob* current_job() const {
    if (crontab_.jobs.empty()) return nullptr;
    const data* first = &jobs_.list_value().front();
    for (auto item = items_.rbegin(); item != items_.rend(); ++item) {
      const std::less<const data*> before;
      if (!before(*item, first) && before(*item, first + crontab_.jobs.size()))
        return &crontab_.jobs[static_cast<std::size_t>(*item - first)];
    }
    return nullptr;
  }

  std::optional<data> value_of_all(std::string_view name) const {
    if (name == "service") return data(for_comment(crontab_.service));
    if (name == "application") return data(for_comment(crontab_.application));
    if (name == "is_leader") return data(crontab_.leader ? "True" : "False");
    return std::nullopt;
  }

  static std::optional<data> value_of(const CrontabJob& job, std::string_view name) {
    if (name == "name") return data(std::string(job.name));
    if (name == "title") {
      return data(for_comment(job.description.empty()
                                  ? std::string(job.name)
                                  : fmt::format("{}: {}", job.name, job.description)));
    }
    if (name == "command") return data(shown_command(job.command));
    if (name == "when") return data(for_comment(job.when));
    if (name == "due") return data(job.absence.empty());
    if (name == "guarded") return data(job.leader_only);
    if (name == "schedule") return data(std::string(job.schedule));
    if (name == "user") return data(std::string(job.user));
    if (name == "reason") return data(for_comment(job.absence));
    return std::nullopt;
  }

  const Crontab& crontab_;
  data jobs_{data::type::list};
  std::vector<const data*> items_;
  // What get() gave, for as long as the library looks at it.
  mutable std::map<std::string, data, std::less<>> values_;
};

// What the library writes to.
struct Text {
  std::string text;

  Text& operator<<(const std::string& more) {
    text += more;
    return *this;
  }
};

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
  TemplateNames names(crontab);
  Text text;
  constexpr std::size_t kUsual = 300;  // bytes of a job
  text.text.reserve((crontab.jobs.size() + 4) * kUsual);
  mustache.render(names, text);
  return std::move(text.text);
}

}  // namespace leader_cron
