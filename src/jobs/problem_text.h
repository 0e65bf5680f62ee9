// Problems as people and programs read them: FILE:LINE:COLUMN: what, and on a terminal the line
// with a caret, as compilers do.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "jobs/problem.h"

namespace leader_cron {

// "what; write 'instead'", without a place.
std::string sentence(const Problem& problem);

// One line a problem, each with its newline; with `source` not empty, followed by the source line
// and a caret. Tabs are shown as one space. Source lines may show secrets: only for the operator's
// own terminal.
std::string list_problems(std::string_view file, std::span<const Problem> problems,
                          std::string_view source);

}  // namespace leader_cron
