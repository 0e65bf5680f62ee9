// A mistake of the operator's, as a value: where it stands, what is wrong, what to write instead.
// How it is shown is for problem_text.h.
#pragma once

#include <string>

namespace leader_cron {

// A place in a text, counted from 1; columns count characters (code points). Line 0 means the text
// as a whole.
struct Position {
  int line = 0;
  int column = 0;

  auto operator<=>(const Position&) const =
      default;  // NOLINT(modernize-use-nullptr): a false alarm
};

// `what` and `instead` never repeat the value of an environment variable: they go to logs and to
// juju status.
struct Problem {
  Position at;
  std::string what;     // "hour 25 is out of range 0-23"; no full stop, one line
  std::string instead;  // what to write instead; empty: nothing obvious

  bool operator==(const Problem&) const = default;
};

}  // namespace leader_cron
