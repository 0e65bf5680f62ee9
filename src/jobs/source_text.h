// The raw text of a job file: whether it is text at all, its lines, and where a byte of it stands.
// What the text means is for yaml_tree.h and job_file.h.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jobs/problem.h"

namespace leader_cron {

class SourceText {
 public:
  // Keeps a view: `text` must outlive this.
  explicit SourceText(std::string_view text);

  // The first byte that no job file may hold: a NUL or another control character (tab and line ends
  // aside), or what is not UTF-8. YAML libraries end or guess there without a word.
  std::optional<Problem> first_unreadable() const;

  // A line, counted from 1, without its end; empty where there is none.
  std::string_view line(int number) const;

  // The place of a byte of a line, which counts from 1; bytes count from 0.
  Position at_byte(int line, int byte) const;

  // The place itself, or the text's end where it lies behind that.
  Position within(Position at) const;

  // The rest of its line from a place on; empty where there is none.
  std::string_view rest_of_line(Position at) const;

  // The first quotation mark from a place on that opens a scalar which nothing closes; `from` where
  // there is none.
  Position unclosed_quote(Position from) const;

  // Where byte `offset` of `value` stands, a scalar that the parser found at `start`. Falls back to
  // `start` when the source does not show the value as it is (escapes, block scalars).
  Position position_within(Position start, std::string_view value, std::size_t offset) const;

 private:
  Position position_of(std::size_t offset) const;

  // A column of a line and the byte where it begins. Places are mostly asked for from left to
  // right, and a line may be the whole file: counting goes on from the last one.
  struct Cursor {
    int line = 0;
    int column = 1;
    std::size_t offset = 0;  // from the line's start
  };
  mutable Cursor cursor_;

  std::string_view text_;
  std::vector<std::size_t> line_starts_;
};

// The text with each byte that is not part of UTF-8 taken for the code point of that number.
std::string as_utf8(std::string_view text);

// The number of code points in UTF-8.
std::size_t count_characters(std::string_view utf8);

// The longest prefix of at most `characters` code points.
std::string_view first_characters(std::string_view utf8, std::size_t characters);

}  // namespace leader_cron
