#include "system/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "system/machine_error.h"

namespace leader_cron {
namespace {

struct Pipe {
  Descriptor read_end;
  Descriptor write_end;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw MachineError("create", "a pipe", errno);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

// A file in memory rather than a pipe: a program that does not read its input cannot make us wait.
Descriptor input_of(const Command& command) {
  if (!command.input) {
    Descriptor null(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!null) throw MachineError("open", "/dev/null", errno);
    return null;
  }
  Descriptor memory(memfd_create("input", MFD_CLOEXEC));
  if (!memory) throw MachineError("create", "a file in memory", errno);
  std::string_view rest = *command.input;
  while (!rest.empty()) {
    const ssize_t written = write(memory.get(), rest.data(), rest.size());
    if (written < 0) throw MachineError("write", "a file in memory", errno);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  lseek(memory.get(), 0, SEEK_SET);
  return memory;
}

// Takes what is there; false at the end of the stream.
bool read_some(const Descriptor& stream, std::string& into) {
  std::array<char, 16384> buffer;
  const ssize_t got = read(stream.get(), buffer.data(), buffer.size());
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  into.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0;
}

int wait_for(pid_t process) {
  int status = 0;
  while (waitpid(process, &status, 0) < 0) {
    if (errno != EINTR) return 127;
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// As posix_spawnp(3), which asks for the disposition of every signal in the child, more than a
// hundred system calls, lest a handler runs there while memory is shared. This program has no
// handlers where it starts others. -1 with errno where that fails.
pid_t start(char* const* arguments, const std::array<int, 3>& streams) {
  volatile int error = 0;
  // NOLINTBEGIN(clang-analyzer-security.insecureAPI.vfork,clang-analyzer-unix.Vfork)
  const pid_t process = vfork();
  if (process == 0) {
    dup2(streams[0], STDIN_FILENO);
    dup2(streams[1], STDOUT_FILENO);
    dup2(streams[2], STDERR_FILENO);
    execvp(arguments[0], arguments);
    error = errno;
    _exit(127);
  }
  // NOLINTEND(clang-analyzer-security.insecureAPI.vfork,clang-analyzer-unix.Vfork)
  if (process < 0 || error == 0) return process;
  wait_for(process);
  errno = error;
  return -1;
}

}  // namespace

Child::Child(const Command& command) {
  const Descriptor input = input_of(command);
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  std::vector<char*> arguments;
  arguments.reserve(command.arguments.size() + 1);
  for (const std::string& argument : command.arguments)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  process_ = start(arguments.data(), {input.get(), out.write_end.get(), err.write_end.get()});
  if (process_ < 0) {
    start_error_ = std::strerror(errno);
    return;
  }
  out_ = std::move(out.read_end);
  err_ = std::move(err.read_end);
}

Child::Child(Child&& other) noexcept
    : process_(std::exchange(other.process_, -1)),
      out_(std::move(other.out_)),
      err_(std::move(other.err_)),
      start_error_(std::move(other.start_error_)) {}

Child::~Child() {
  // A program that still writes must not wait for us while we wait for it.
  out_.reset();
  err_.reset();
  if (process_ > 0) wait_for(process_);
}

Output Child::finish() {
  Output output;
  output.err = start_error_;
  if (process_ < 0) return output;
  output.started = true;
  while (out_ || err_) {
    std::array<pollfd, 2> streams = {{{out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}}};
    if (poll(streams.data(), streams.size(), -1) < 0 && errno != EINTR) break;
    if (out_ && streams[0].revents != 0 && !read_some(out_, output.out)) out_.reset();
    if (err_ && streams[1].revents != 0 && !read_some(err_, output.err)) err_.reset();
  }
  output.status = wait_for(std::exchange(process_, -1));
  return output;
}

bool start_detached(const std::vector<std::string>& arguments) {
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments)
    pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  const pid_t between = fork();
  if (between < 0) return false;
  if (between == 0) {
    setsid();
    if (fork() != 0) _exit(0);
    const int nothing = open("/dev/null", O_RDWR);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nothing, stream);
    execv(pointers.front(), pointers.data());
    _exit(127);
  }
  return wait_for(between) == 0;
}

Output run(const Command& command) {
  return Child(command).finish();
}

void mend_inheritance() {
  signal(SIGCHLD, SIG_DFL);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) >= 0) continue;
    // An open takes the lowest number that is free: this one.
    if (open("/dev/null", O_RDWR) < 0) return;
  }
}

}  // namespace leader_cron
