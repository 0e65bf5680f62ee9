// A table for people: columns as wide as what is in them, colors where the reader is a terminal.
#pragma once

#include <string>
#include <vector>

namespace leader_cron {

enum class Tone { plain, good, bad, faint, title };

struct Cell {
  std::string text;
  Tone tone = Tone::plain;
};

using Row = std::vector<Cell>;

// A line a row, two spaces between columns, none at a line's end.
std::string in_columns(const std::vector<Row>& rows, bool color);

// A text in its tone.
std::string toned(const Cell& cell, bool color);

}  // namespace leader_cron
