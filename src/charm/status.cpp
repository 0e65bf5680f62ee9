#include "charm/status.h"

#include <fmt/format.h>

#include "jobs/problem_text.h"
#include "jobs/source_text.h"

namespace leader_cron {
namespace {

// `text` within `characters`, its end marked where it was cut.
std::string shortened(std::string_view text, std::size_t characters) {
  constexpr std::string_view kCut = "...";
  if (count_characters(text) <= characters) return std::string(text);
  return fmt::format("{}{}", first_characters(text, characters - kCut.size()), kCut);
}

}  // namespace

std::string_view word_of(Workload workload) {
  return workload == Workload::active ? "active" : "blocked";
}

Status working(bool leader, std::size_t jobs, std::string_view warning) {
  std::string message =
      fmt::format("{}, {} job{}", leader ? "leader" : "standby", jobs, jobs == 1 ? "" : "s");
  if (!warning.empty()) message += fmt::format("; {}", warning);
  return {Workload::active, shortened(message, kLongestStatus)};
}

Status blocked(std::string_view message) {
  return {Workload::blocked, shortened(message, kLongestStatus)};
}

Status blocked_by_jobs(std::span<const Problem> problems) {
  const Problem& first = problems.front();
  const std::string where =
      first.at.line == 0 ? "jobs: " : fmt::format("jobs, line {}: ", first.at.line);
  const std::string more =
      problems.size() > 1 ? fmt::format(" (and {} more)", problems.size() - 1) : "";
  // What to write instead, where there is room for it.
  const std::string whole = where + sentence(first) + more;
  if (count_characters(whole) <= kLongestStatus) return {Workload::blocked, whole};
  return {Workload::blocked,
          where + shortened(first.what, kLongestStatus - where.size() - more.size()) + more};
}

}  // namespace leader_cron
