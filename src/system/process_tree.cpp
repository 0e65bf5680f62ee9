#include "system/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <memory>
#include <set>
#include <string_view>

#include "system/descriptor.h"

namespace leader_cron {
namespace {

struct Process {
  pid_t id = 0;
  char state = '?';
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
  std::uint64_t start = 0;
};

// proc(5), /proc/PID/stat: id (name) state parent group session ... field 22 is the start time. The
// name may hold anything, so what counts begins after the last parenthesis.
std::optional<Process> process_named(std::string_view name) {
  Process process;
  const auto id = std::from_chars(name.data(), name.data() + name.size(), process.id);
  if (id.ec != std::errc() || id.ptr != name.data() + name.size()) return std::nullopt;
  const Descriptor file(open(fmt::format("/proc/{}/stat", name).c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::array<char, 1024> buffer;
  const ssize_t got = read(file.get(), buffer.data(), buffer.size());
  if (got <= 0) return std::nullopt;
  std::string_view text(buffer.data(), static_cast<std::size_t>(got));
  const std::size_t end = text.rfind(')');
  if (end == std::string_view::npos || end + 2 >= text.size()) return std::nullopt;
  text.remove_prefix(end + 2);
  constexpr int kState = 3;
  constexpr int kParent = 4;
  constexpr int kGroup = 5;
  constexpr int kSession = 6;
  constexpr int kStart = 22;
  for (int field = kState; field <= kStart && !text.empty(); ++field) {
    const std::string_view word = text.substr(0, text.find(' '));
    const auto number = [word](auto& into) {
      std::from_chars(word.data(), word.data() + word.size(), into);
    };
    if (field == kState) process.state = word.front();
    if (field == kParent) number(process.parent);
    if (field == kGroup) number(process.group);
    if (field == kSession) number(process.session);
    if (field == kStart) number(process.start);
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return process;
}

std::vector<Process> all_processes() {
  std::vector<Process> processes;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc"), closedir);
  if (!folder) return processes;
  while (const dirent* entry = readdir(folder.get())) {
    if (const auto process = process_named(entry->d_name)) processes.push_back(*process);
  }
  return processes;
}

bool is_zombie(const Process& process) {
  return process.state == 'Z' || process.state == 'X';
}

std::vector<Process> all_descendants_of(pid_t ancestor) {
  std::multimap<pid_t, Process> children;
  for (const Process& process : all_processes()) children.emplace(process.parent, process);
  std::vector<Process> found;
  std::vector<pid_t> to_visit = {ancestor};
  while (!to_visit.empty()) {
    const pid_t parent = to_visit.back();
    to_visit.pop_back();
    const auto [first, last] = children.equal_range(parent);
    for (auto child = first; child != last; ++child) {
      to_visit.push_back(child->second.id);
      if (!is_zombie(child->second)) found.push_back(child->second);
    }
  }
  return found;
}

}  // namespace

std::vector<pid_t> descendants_of(pid_t ancestor) {
  std::vector<pid_t> found;
  for (const Process& process : all_descendants_of(ancestor)) found.push_back(process.id);
  return found;
}

std::vector<pid_t> processes_of_session(pid_t session, std::uint64_t since) {
  std::vector<pid_t> found;
  for (const Process& process : all_processes()) {
    if (process.session == session && process.start >= since && !is_zombie(process))
      found.push_back(process.id);
  }
  return found;
}

std::optional<std::uint64_t> start_time_of(pid_t process) {
  const auto found = process_named(fmt::format("{}", process));
  return found ? std::optional(found->start) : std::nullopt;
}

void signal_descendants(int signal, pid_t except) {
  if (signal != SIGKILL) {
    for (const Process& process : all_descendants_of(getpid())) {
      if (except == 0 || process.group != except) kill(process.id, signal);
    }
    return;
  }
  constexpr int kMostRounds = 50;
  std::set<pid_t> stopped;
  for (int round = 0; round < kMostRounds; ++round) {
    bool appeared = false;
    for (const pid_t process : descendants_of(getpid())) {
      if (!stopped.insert(process).second) continue;
      appeared = true;
      kill(process, SIGSTOP);
    }
    if (!appeared) break;
  }
  for (const pid_t process : stopped) kill(process, SIGKILL);
}

}  // namespace leader_cron
