#include "jobs/problem_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "jobs/source_text.h"

namespace leader_cron {
namespace {

// The part of a long line around the mistake, as wide as a terminal.
constexpr int kWidth = 76;

std::string shown_line(const SourceText& source, Position at) {
  const int column = std::max(at.column, 1) - 1;
  const int skipped = column < kWidth ? 0 : column - kWidth / 2;
  const std::string_view part =
      first_characters(source.rest_of_line({at.line, skipped + 1}), kWidth);
  std::string line;
  for (const char c : part) line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  return fmt::format("  {}\n  {:>{}}\n", line, "^", column - skipped + 1);
}

}  // namespace

std::string sentence(const Problem& problem) {
  if (problem.instead.empty() || problem.what.ends_with('?')) return problem.what;
  return fmt::format("{}; write {}", problem.what, problem.instead);
}

std::string list_problems(std::string_view file, std::span<const Problem> problems,
                          std::string_view source) {
  const SourceText text(source);
  std::string list;
  for (const Problem& problem : problems) {
    if (problem.at.line == 0) {
      list += fmt::format("{}: {}\n", file, sentence(problem));
      continue;
    }
    list +=
        fmt::format("{}:{}:{}: {}\n", file, problem.at.line, problem.at.column, sentence(problem));
    if (!source.empty()) list += shown_line(text, problem.at);
  }
  return list;
}

}  // namespace leader_cron
