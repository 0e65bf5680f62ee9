#include "run/output.h"

#include <algorithm>

#include "cron/ascii.h"
#include "jobs/source_text.h"

namespace leader_cron {
namespace {

constexpr std::size_t kLongestLastLine = 200;

bool is_blank_line(std::string_view line) {
  return std::all_of(line.begin(), line.end(), [](char c) { return is_blank(c) || c == '\r'; });
}

}  // namespace

std::string printable(std::string_view text, std::size_t longest) {
  const bool cut = text.size() > longest;
  if (text.ends_with('\r')) text.remove_suffix(1);
  std::string shown = as_utf8(text.substr(0, longest));
  for (char& c : shown) {
    if (is_control(c) && c != '\t') c = '?';
  }
  return cut ? shown + "..." : shown;
}

std::vector<std::string> Output::take(std::string_view piece) {
  bytes_ += piece.size();
  remember_tail(piece);
  std::vector<std::string> lines;
  while (!piece.empty()) {
    if (left_out_) return lines;
    const std::size_t end = std::min(piece.find('\n'), piece.size());
    const std::size_t room = kLongestLine + 1 - std::min(partial_.size(), kLongestLine + 1);
    partial_ += piece.substr(0, std::min(end, room));
    if (end == piece.size()) return lines;
    piece.remove_prefix(end + 1);
    if (partial_.size() > line_budget_) {
      left_out_ = true;
      return lines;
    }
    line_budget_ -= partial_.size();
    if (!is_blank_line(partial_)) lines.push_back(printable(partial_, kLongestLine));
    partial_.clear();
  }
  return lines;
}

std::vector<std::string> Output::finish() {
  if (left_out_ || partial_.empty() || is_blank_line(partial_)) return {};
  return {printable(partial_, kLongestLine)};
}

void Output::remember_tail(std::string_view piece) {
  if (piece.size() >= kTail) {
    tail_ = piece.substr(piece.size() - kTail);
    return;
  }
  // Trimmed now and then only.
  if (tail_.size() + piece.size() > 2 * kTail) tail_.erase(0, tail_.size() - kTail);
  tail_ += piece;
}

std::string Output::tail() const {
  if (tail_.size() <= kTail && bytes_ <= kTail) return tail_;
  const std::string_view newest =
      std::string_view(tail_).substr(tail_.size() - std::min(kTail, tail_.size()));
  const std::size_t line = newest.find('\n');
  const bool starts_a_line = line != std::string_view::npos && line + 1 < newest.size();
  return std::string(starts_a_line ? newest.substr(line + 1) : newest);
}

std::string Output::last_line() const {
  std::string_view rest = tail_;
  while (!rest.empty()) {
    const std::size_t line = rest.rfind('\n') + 1;  // npos + 1 is 0
    if (!is_blank_line(rest.substr(line))) return printable(rest.substr(line), kLongestLastLine);
    rest = rest.substr(0, line == 0 ? 0 : line - 1);
  }
  return "";
}

}  // namespace leader_cron
