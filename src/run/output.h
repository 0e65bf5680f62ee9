// What a job prints, looked at as it streams by: its lines for the system log, up to a bound, and
// its end for records and answers. Reading the pipe and keeping the bytes is for others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leader_cron {

// One line as it may stand in a log or a table: control characters become '?', what is not UTF-8
// is taken byte by byte, more than `longest` bytes are cut.
std::string printable(std::string_view text, std::size_t longest);

class Output {
 public:
  // So many bytes of lines are given out; what follows is only looked at.
  explicit Output(std::uint64_t line_budget) : line_budget_(line_budget) {}

  // The lines that this piece completes, printable, as long as the budget lasts. A line longer than
  // kLongestLine is cut.
  std::vector<std::string> take(std::string_view piece);

  // The last line, where no newline ended it. To be called once, at the end.
  std::vector<std::string> finish();

  std::uint64_t bytes() const { return bytes_; }
  // Whether lines were left out for the budget.
  bool left_out() const { return left_out_; }
  // Whether a newline was the last byte, or there was none.
  bool ends_a_line() const { return tail_.empty() || tail_.back() == '\n'; }
  // The newest line that is not blank, printable.
  std::string last_line() const;
  // The newest bytes, at most kTail, from the start of a line on if there is one.
  std::string tail() const;

  static constexpr std::size_t kLongestLine = 1000;
  static constexpr std::size_t kTail = 8192;

 private:
  void remember_tail(std::string_view piece);

  std::uint64_t line_budget_;
  std::uint64_t bytes_ = 0;
  bool left_out_ = false;
  std::string partial_;  // the line so far, at most kLongestLine + 1 bytes; within the budget
  std::string tail_;
};

}  // namespace leader_cron
