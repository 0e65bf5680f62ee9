#include "fuzz_targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "cron/schedule.h"
#include "jobs/job_file.h"
#include "jobs/problem_text.h"
#include "jobs/source_text.h"
#include "jobs/stored_job.h"

namespace fuzz {
namespace {

using namespace leader_cron;

bool is_utf8(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == '\0'; }) &&
         !SourceText(text).first_unreadable();
}

bool is_one_line(std::string_view text) {
  return text.find_first_of("\r\n") == std::string_view::npos && is_utf8(text);
}

// Messages go to a terminal, to logs and to juju status: one line of text.
std::string broken_by_message(std::string_view message) {
  return is_one_line(message) ? "" : fmt::format("a message is not one line of text: {}", message);
}

// A whole schedule, or one part of the field it is told for: what is written instead must not be
// the next mistake.
bool is_accepted_instead(std::string_view text, const ScheduleProblem& problem) {
  if (parse_schedule(problem.instead).schedule) return true;
  std::size_t field = 0;
  bool in_word = false;
  for (std::size_t i = 0; i < problem.offset; ++i) {
    const bool blank = text[i] == ' ' || text[i] == '\t';
    if (blank && in_word) ++field;
    in_word = !blank;
  }
  std::string around;
  for (std::size_t i = 0; i < 5; ++i) {
    if (i > 0) around += ' ';
    around += i == field ? problem.instead : "*";
  }
  return parse_schedule(around).schedule.has_value();
}

std::string broken_by_equal_reading(const Schedule& schedule) {
  const ParsedSchedule again = parse_schedule(schedule.text);
  if (!again.schedule) return fmt::format("the portable text is refused: {}", schedule.text);
  if (*again.schedule != schedule)
    return fmt::format("the portable text reads back as {}: {}", again.schedule->text,
                       schedule.text);
  return {};
}

// The number of characters of each line, without its end.
std::vector<std::size_t> line_lengths(std::string_view text) {
  std::vector<std::size_t> lengths;
  while (true) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lengths.push_back(count_characters(text.substr(0, end)));
    if (end == text.size()) return lengths;
    text.remove_prefix(end + 1);
  }
}

std::string broken_by_problems(std::string_view text, const std::vector<Problem>& problems) {
  const std::vector<std::size_t> lengths = line_lengths(text);
  Position last;
  for (const Problem& problem : problems) {
    if (problem.what.empty()) return "a problem without words";
    for (const std::string& message : {problem.what, problem.instead}) {
      if (auto broken = broken_by_message(message); !broken.empty()) return broken;
    }
    if (problem.at < last) return fmt::format("out of order: {}", problem.what);
    last = problem.at;
    if (problem.at.line == 0) continue;
    const auto line = static_cast<std::size_t>(problem.at.line);
    // One behind the last character is where something is missing.
    if (problem.at.line < 0 || line > lengths.size() || problem.at.column < 1 ||
        static_cast<std::size_t>(problem.at.column) > lengths[line - 1] + 1)
      return fmt::format("{}:{} is outside of the text: {}", problem.at.line, problem.at.column,
                         problem.what);
  }
  return {};
}

}  // namespace

std::string broken_by_schedule(std::string_view text) {
  const ParsedSchedule parsed = parse_schedule(text);
  if (parsed.schedule.has_value() != parsed.problems.empty())
    return "neither a schedule nor problems, or both";
  if (parsed.schedule) return broken_by_equal_reading(*parsed.schedule);
  // A job file's schedule is one line, else it is not asked for; a message may repeat what it is
  // of.
  const bool one_line = is_one_line(text);
  for (const ScheduleProblem& problem : parsed.problems) {
    if (problem.offset > text.size())
      return fmt::format("at {} of {}: {}", problem.offset, text.size(), problem.what);
    if (problem.what.empty()) return "a problem without words";
    if (one_line) {
      if (auto broken = broken_by_message(problem.what); !broken.empty()) return broken;
    }
    if (!problem.instead.empty() && !is_accepted_instead(text, problem))
      return fmt::format("'{}' is told instead, which is refused: {}", problem.instead,
                         problem.what);
  }
  return {};
}

std::string broken_by_job_file(std::string_view text) {
  const JobFile file = read_job_file(text);
  if (auto broken = broken_by_problems(text, file.warnings); !broken.empty()) return broken;
  if (!file.problems.empty()) {
    if (!file.jobs.empty()) return "jobs and problems";
    if (auto broken = broken_by_problems(text, file.problems); !broken.empty()) return broken;
    for (const std::string_view source : {text, std::string_view{}}) {
      const std::string shown = list_problems("jobs.yaml", file.problems, source);
      const auto lines = static_cast<std::size_t>(std::count(shown.begin(), shown.end(), '\n'));
      if (lines < file.problems.size()) return "a problem is not shown";
      if (is_utf8(text) && !is_utf8(shown))
        return "the problems are shown in what is no UTF-8 text";
    }
    return {};
  }
  for (const Job& job : file.jobs) {
    if (auto broken = broken_by_equal_reading(job.schedule); !broken.empty()) return broken;
    if (stored_job(body_of(job)) != job)
      return fmt::format("job {} is stored as another one", job.name);
  }
  const std::vector<uid_t> owners(file.jobs.size());
  if (stored_jobs(store_jobs(file.jobs, owners).text) != file.jobs)
    return "the jobs are stored as other ones";
  return {};
}

}  // namespace fuzz
