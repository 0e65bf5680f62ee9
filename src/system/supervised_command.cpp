#include "system/supervised_command.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "system/machine_error.h"

namespace leader_cron {
namespace {

// As large as anybody may make one: a job that prints much waits less.
constexpr int kPipeSize = 1 << 20;

// Those that this process, or who started it (nohup(1), say), may ignore: the job must not inherit
// that.
constexpr std::array<int, 8> kToDefault = {SIGHUP,  SIGINT,  SIGQUIT, SIGPIPE,
                                           SIGTERM, SIGCHLD, SIGTTOU, SIGXFSZ};

struct Pipe {
  Descriptor read_end;
  Descriptor write_end;
};

Pipe make_output_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    throw MachineError("make", "a pipe", std::strerror(errno));
  Pipe pipe{Descriptor(ends[0]), Descriptor(ends[1])};
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  fcntl(ends[0], F_SETPIPE_SZ, kPipeSize);
  return pipe;
}

std::vector<char*> pointers_to(const std::vector<std::string>& strings) {
  std::vector<char*> list;
  list.reserve(strings.size() + 1);
  for (const std::string& string : strings) list.push_back(const_cast<char*>(string.c_str()));
  list.push_back(nullptr);
  return list;
}

// In the child of a vfork(2): only system calls. -1 with errno where that fails. posix_spawn(3)
// would do, but asks for or sets the disposition of every signal, more than a hundred calls. The
// umask is the child's own: what the supervisor writes is not the job's to hide.
pid_t start(const Launch& launch, const Descriptor& input, const Descriptor& output) {
  const std::vector<char*> arguments = pointers_to(launch.arguments);
  const std::vector<char*> environment = pointers_to(launch.environment);
  sigset_t none;
  sigemptyset(&none);
  volatile int error = 0;
  // The analyzer allows nothing but exec after vfork(2); on Linux what a signal handler may call
  // does no harm.
  // NOLINTBEGIN(clang-analyzer-unix.Vfork, clang-analyzer-security.insecureAPI.vfork)
  const pid_t process = vfork();
  if (process == 0) {
    setsid();
    umask(launch.umask);
    dup2(input.get(), STDIN_FILENO);
    dup2(output.get(), STDOUT_FILENO);
    dup2(output.get(), STDERR_FILENO);
    for (const int each : kToDefault) signal(each, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    execve(arguments.front(), arguments.data(), environment.data());
    error = errno;
    _exit(kNotFound);
  }
  // NOLINTEND(clang-analyzer-unix.Vfork, clang-analyzer-security.insecureAPI.vfork)
  if (process < 0) throw MachineError("start", "a process", std::strerror(errno));
  if (error == 0) return process;
  waitpid(process, nullptr, 0);
  errno = error;
  return -1;
}

}  // namespace

void become_subreaper() {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
}

SupervisedCommand::SupervisedCommand(const Launch& launch) {
  if (!launch.directory.empty() && chdir(launch.directory.c_str()) != 0)
    throw MachineError("change to the directory", launch.directory, std::strerror(errno));
  Pipe pipe = make_output_pipe();
  const Descriptor nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!nothing) throw MachineError("open", "/dev/null", std::strerror(errno));
  process_ = start(launch, nothing, pipe.write_end);
  if (process_ < 0) throw MachineError("run", launch.arguments.front(), errno);
  output_ = std::move(pipe.read_end);
}

SupervisedCommand::Reaped SupervisedCommand::reap() {
  Reaped reaped;
  while (true) {
    int status = 0;
    const pid_t process = waitpid(-1, &status, WNOHANG);
    if (process == 0) return reaped;
    if (process < 0) {
      if (errno == EINTR) continue;
      reaped.all_ended = true;
      return reaped;
    }
    if (process != process_) continue;
    reaped.command =
        WIFSIGNALED(status) ? Ending{0, WTERMSIG(status)} : Ending{WEXITSTATUS(status), 0};
  }
}

void SupervisedCommand::signal_group(int signal) const {
  kill(-process_, signal);
}

Usage usage_of_ended() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto time = [](const timeval& value) {
    return std::chrono::milliseconds(value.tv_sec * 1000 + value.tv_usec / 1000);
  };
  return {time(usage.ru_utime) + time(usage.ru_stime), static_cast<std::uint64_t>(usage.ru_maxrss)};
}

}  // namespace leader_cron
