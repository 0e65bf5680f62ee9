#include "system/machine.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <memory>

#include "system/log.h"
#include "system/machine_error.h"
#include "system/process.h"

namespace leader_cron {
namespace {

// Its crond knows no /etc/cron.d.
bool is_busybox(const char* path) {
  const std::unique_ptr<char, void (*)(void*)> real(realpath(path, nullptr), std::free);
  return real && std::string_view(real.get()).ends_with("/busybox");
}

}  // namespace

std::string environment_variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::vector<std::string> inherited_environment() {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  return environment;
}

std::string on_machine(std::string_view path) {
  return environment_variable("LEADER_CRON_ROOT") + std::string(path);
}

bool is_rooted() {
  return !environment_variable("LEADER_CRON_ROOT").empty();
}

std::string program_path() {
  std::string path(PATH_MAX, '\0');
  const ssize_t size = readlink("/proc/self/exe", path.data(), path.size());
  if (size < 0) throw MachineError("read", "/proc/self/exe", errno);
  path.resize(static_cast<std::size_t>(size));
  return path;
}

bool has_cron_daemon() {
  // Debian's cron; cronie; systemd-cron (its generator makes the units).
  constexpr std::array<const char*, 4> kDaemons = {
      "/usr/sbin/cron", "/usr/sbin/crond",
      "/usr/lib/systemd/system-generators/systemd-crontab-generator",
      "/lib/systemd/system-generators/systemd-crontab-generator"};
  return is_rooted() || std::any_of(kDaemons.begin(), kDaemons.end(), [](const char* path) {
           return access(path, X_OK) == 0 && !is_busybox(path);
         });
}

bool install_cron_daemon() {
  setenv("DEBIAN_FRONTEND", "noninteractive", 1);
  const auto apt_get = [](std::vector<std::string> words) {
    // Another package manager may hold the lock: a fresh machine updates itself just when charms
    // are installed.
    std::vector<std::string> arguments = {"/usr/bin/apt-get", "-q", "-y", "-o",
                                          "DPkg::Lock::Timeout=300"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    return run({arguments, std::nullopt});
  };
  log(LogLevel::info, "no cron daemon on this machine: installing the package cron");
  Output output = apt_get({"install", "--no-install-recommends", "cron"});
  if (!output.succeeded()) {
    apt_get({"update"});
    output = apt_get({"install", "--no-install-recommends", "cron"});
  }
  if (!output.succeeded())
    log(LogLevel::error, fmt::format("cannot install the package cron: {}", output.err));
  return has_cron_daemon();
}

}  // namespace leader_cron
