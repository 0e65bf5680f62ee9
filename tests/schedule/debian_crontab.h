// Debian's own parser of crontabs, as the unmodified /usr/bin/crontab runs it: "crontab -n FILE"
// reads a user's crontab (five fields, then the command: no user) and installs nothing. It takes a
// file or refuses it as a whole, so many lines cost one process, and a refused line among them is
// found by halving.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace debian_crontab {

// Why the parser cannot be asked on this machine, for a test to skip with: no crontab program, one
// that is not Debian's (in cronie -n means something else, and changes the machine), or one that
// does not even take a good file from this user.
std::optional<std::string> why_crontab_cannot_run_here();

// What it says, where it refuses these lines as one file (of at most 10,000 lines); nothing where
// it takes them. Throws std::runtime_error where it cannot be run.
std::optional<std::string> refusal_of(const std::vector<std::string>& lines);

// The first of the lines that is refused; nothing where all are taken.
std::optional<std::string> first_refused(const std::vector<std::string>& lines);

}  // namespace debian_crontab
