#include "commands/print.h"

#include <unistd.h>

#include <cerrno>

#include "system/machine.h"
#include "system/machine_error.h"

namespace leader_cron {

void print(FILE* stream, std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stream) != text.size() || std::fflush(stream) != 0)
    throw MachineError("write", "standard output", errno);
}

bool wants_color() {
  return isatty(STDOUT_FILENO) == 1 && environment_variable("NO_COLOR").empty();
}

}  // namespace leader_cron
