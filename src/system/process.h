// Other programs: started with descriptors and arguments of our choice, several at once, and waited
// for. Which programs and what their output means is for juju/ and users.h.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "system/descriptor.h"

namespace leader_cron {

struct Command {
  std::vector<std::string> arguments;  // the program first: a bare name is looked up in PATH
  std::optional<std::string> input;    // its standard input; else /dev/null
};

struct Output {
  bool started = false;
  int status = 127;  // exit status, or 128 + signal
  std::string out;
  std::string err;

  bool succeeded() const { return started && status == 0; }
};

// A program that runs until finish() has read all it says. One that nobody finishes loses
// its listener and is waited for.
class Child {
 public:
  explicit Child(const Command& command);
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();

  Output finish();

 private:
  pid_t process_ = -1;
  Descriptor out_;
  Descriptor err_;
  std::string start_error_;
};

Output run(const Command& command);

// A program, by its absolute path, that goes on by itself when this process ends: in a session of
// its own, with standard streams from and to /dev/null. False where it cannot be forked; whether it
// then could be executed is not told.
bool start_detached(const std::vector<std::string>& arguments);

// Mends what a caller may have left us with: with SIGCHLD ignored no child's end can be waited for,
// and where a standard file is closed, the next file that is opened would be taken for it.
void mend_inheritance();

}  // namespace leader_cron
