// Standard output, written whole or not at all.
#pragma once

#include <cstdio>
#include <string_view>

namespace leader_cron {

// Throws MachineError where it cannot be written (a full disk behind a redirection).
void print(FILE* stream, std::string_view text);

// Whether standard output is a terminal whose user did not say NO_COLOR (https://no-color.org).
bool wants_color();

}  // namespace leader_cron
