#include "hook_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <vector>

namespace standin {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The actions and attributes of posix_spawn, freed in every case.
class Spawn {
 public:
  Spawn() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~Spawn() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;

  void redirect(int fd, const fs::path& path, int flags) {
    posix_spawn_file_actions_addopen(&actions_, fd, path.c_str(), flags, 0600);
  }
  void chdir(const fs::path& folder) {
    posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());
  }
  int start(pid_t& pid, const fs::path& program, char* const* environment) const {
    std::string name = program.string();
    char* arguments[] = {name.data(), nullptr};
    return posix_spawn(&pid, program.c_str(), &actions_, &attributes_, arguments, environment);
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// True if the process ended within `limit`; it stays to be reaped.
bool ends_within(pid_t pid, milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (fd >= 0) {
    pollfd wait{fd, POLLIN, 0};
    int ready = -1;
    do {
      const auto left =
          std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
      ready = ::poll(&wait, 1, static_cast<int>(std::max(left, milliseconds{0}).count()));
    } while (ready < 0 && errno == EINTR);
    ::close(fd);
    return ready > 0;
  }
  for (;;) {  // a kernel without pidfd_open
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT | WNOHANG) == 0 &&
        info.si_pid == pid) {
      return true;
    }
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(milliseconds{1});
  }
}

int wait_for(pid_t pid, milliseconds limit) {
  if (!ends_within(pid, limit)) ::kill(-pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) throw std::runtime_error(fmt::format("waitpid: {}", std::strerror(errno)));
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

bool belongs_below(const std::string& environment, const std::string& folder) {
  const std::string variable = "JUJU_AGENT_SOCKET_ADDRESS=" + folder + "/";
  return environment.starts_with(variable) ||
         environment.find(std::string(1, '\0') + variable) != std::string::npos;
}

}  // namespace

ProcessEnd run_process(const fs::path& program, const fs::path& folder,
                       const std::map<std::string, std::string>& environment,
                       const fs::path& scratch, milliseconds limit) {
  std::vector<std::string> variables;
  variables.reserve(environment.size());
  for (const auto& [key, value] : environment)
    variables.push_back(fmt::format("{}={}", key, value));
  std::vector<char*> pointers;
  pointers.reserve(variables.size() + 1);
  for (auto& variable : variables) pointers.push_back(variable.data());
  pointers.push_back(nullptr);

  Spawn spawn;
  spawn.redirect(0, "/dev/null", O_RDONLY);
  spawn.redirect(1, scratch / "out", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
  spawn.redirect(2, scratch / "err", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
  spawn.chdir(folder);
  pid_t pid = -1;
  if (const int error = spawn.start(pid, program, pointers.data()); error != 0) {
    return {126, {}, fmt::format("fork/exec {}: {}", program.string(), std::strerror(error))};
  }
  ProcessEnd end;
  end.exit_status = wait_for(pid, limit);
  end.out = contents(scratch / "out");
  end.err = contents(scratch / "err");
  return end;
}

void kill_leftovers(const fs::path& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    const auto pid = static_cast<pid_t>(std::strtol(entry.path().filename().c_str(), nullptr, 10));
    if (pid <= 1 || pid == ::getpid()) continue;
    if (belongs_below(contents(entry.path() / "environ"), folder.string())) ::kill(pid, SIGKILL);
  }
}

}  // namespace standin
