#include "run/columns.h"

#include <fmt/format.h>

#include <algorithm>

#include "jobs/source_text.h"

namespace leader_cron {
namespace {

// ECMA-48 (SGR)
const char* code_of(Tone tone) {
  switch (tone) {
    case Tone::good:
      return "\033[32m";
    case Tone::bad:
      return "\033[31m";
    case Tone::faint:
      return "\033[2m";
    case Tone::title:
      return "\033[1m";
    case Tone::plain:
      break;
  }
  return "";
}

}  // namespace

std::string toned(const Cell& cell, bool color) {
  if (!color || cell.tone == Tone::plain || cell.text.empty()) return cell.text;
  return fmt::format("{}{}\033[0m", code_of(cell.tone), cell.text);
}

std::string in_columns(const std::vector<Row>& rows, bool color) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], count_characters(row[i].text));
  }
  std::string text;
  for (const Row& row : rows) {
    std::size_t owed = 0;  // spaces, if anything follows
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!row[i].text.empty()) {
        text.append(owed, ' ');
        text += toned(row[i], color);
        owed = 0;
      }
      owed += widths[i] - count_characters(row[i].text) + 2;
    }
    text += '\n';
  }
  return text;
}

}  // namespace leader_cron
