#include "jobs/job_lines.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "jobs/job_names.h"

namespace leader_cron {
namespace {

constexpr std::string_view kSince = "{\"since\":";
constexpr std::string_view kName = "\"name\":\"";

bool is_before(const JobLine& one, const JobLine& other) {
  return one.name < other.name;
}

bool is_same(const JobLine& one, const JobLine& other) {
  return one.name == other.name;
}

}  // namespace

std::optional<JobLine> job_line_in(std::string_view line) {
  if (!line.starts_with(kSince)) return std::nullopt;
  line.remove_prefix(kSince.size());
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), seconds);
  if (error != std::errc() || end == line.data() + line.size() || *end != ',') return std::nullopt;
  line.remove_prefix(static_cast<std::size_t>(end - line.data()) + 1);
  if (!line.starts_with(kName)) return std::nullopt;
  const std::string_view rest = line.substr(kName.size());
  const std::string_view name = rest.substr(0, rest.find('"'));
  if (name.size() == rest.size() || !is_job_name(name)) return std::nullopt;
  return JobLine{name, std::chrono::sys_seconds(std::chrono::seconds(seconds)), line};
}

void add_line(std::string& text, const JobLine& line) {
  text += kSince;
  text += std::to_string(line.since.time_since_epoch().count());
  text += ',';
  text += line.body;
  text += '\n';
}

JobLines::JobLines(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (const auto line = job_line_in(text.substr(0, end))) lines_.push_back(*line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  // As we wrote it, it is sorted.
  if (!std::is_sorted(lines_.begin(), lines_.end(), is_before))
    std::stable_sort(lines_.begin(), lines_.end(), is_before);
  lines_.erase(std::unique(lines_.begin(), lines_.end(), is_same), lines_.end());
}

const JobLine* JobLines::find(std::string_view name) const {
  const auto found = std::lower_bound(
      lines_.begin(), lines_.end(), name,
      [](const JobLine& line, std::string_view wanted) { return line.name < wanted; });
  return found != lines_.end() && found->name == name ? &*found : nullptr;
}

}  // namespace leader_cron
