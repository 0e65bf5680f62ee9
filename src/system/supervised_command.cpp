#include "system/supervised_command.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
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

struct Pipe {
  Descriptor read_end;
  Descriptor write_end;
};

Pipe make_output_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw MachineError("make", "a pipe", errno);
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

}  // namespace

void become_subreaper() {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
}

SupervisedCommand::SupervisedCommand(const Launch& launch) {
  if (!launch.directory.empty() && chdir(launch.directory.c_str()) != 0) {
    const std::string reason = std::strerror(errno);
    throw MachineError("change to the directory", launch.directory, reason);
  }
  Pipe pipe = make_output_pipe();
  umask(launch.umask);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, pipe.write_end.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, pipe.write_end.get(), STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  sigset_t all;
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(
      &attributes,
      static_cast<short>(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
  const int error =
      posix_spawn(&process_, launch.arguments.front().c_str(), &actions, &attributes,
                  pointers_to(launch.arguments).data(), pointers_to(launch.environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw MachineError("run", launch.arguments.front(), error);
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
