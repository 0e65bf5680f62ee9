#include "system/run_marker.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <memory>
#include <optional>
#include <string_view>

#include "system/boot_clock.h"
#include "system/machine_error.h"
#include "system/process_tree.h"
#include "system/record_file.h"

namespace leader_cron {
namespace {

constexpr std::string_view kPrefix = "running.";
constexpr std::size_t kLargestMarker = 4096;

std::vector<std::string> marker_names(const Descriptor& folder) {
  std::vector<std::string> names;
  const int copy = openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return names;
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(fdopendir(copy), closedir);
  if (!entries) return names;
  while (const dirent* entry = readdir(entries.get())) {
    if (std::string_view(entry->d_name).starts_with(kPrefix)) names.emplace_back(entry->d_name);
  }
  return names;
}

Descriptor open_marker(const Descriptor& folder, const std::string& name) {
  Descriptor file(
      openat(folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  return file;
}

std::string unfinished(const std::string& name) {
  return "." + name;
}

std::string name_of(pid_t supervisor) {
  return fmt::format("{}{}", kPrefix, supervisor);
}

// The first line is a record, the second "session START-TIME BOOT-ID" of the command, if it got so
// far.
Record lost_record(const Descriptor& marker, std::string_view text) {
  if (auto record = parse_record(text.substr(0, text.find('\n')))) return *std::move(record);
  // The disk was full: its time is all that is known.
  struct stat status {};
  fstat(marker.get(), &status);
  Record record;
  record.result = Record::Result::lost;
  record.reason = kSupervisorKilled;
  record.start = Instant(std::chrono::seconds(status.st_mtim.tv_sec));
  return record;
}

void end_session(std::string_view text) {
  const std::size_t line = text.find('\n');
  if (line == std::string_view::npos) return;
  text.remove_prefix(line + 1);
  pid_t session = 0;
  std::uint64_t start = 0;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, session);
  if (first.ec != std::errc() || first.ptr == end) return;
  const auto second = std::from_chars(first.ptr + 1, end, start);
  if (second.ec != std::errc() || second.ptr == end) return;
  text.remove_prefix(static_cast<std::size_t>(second.ptr + 1 - text.data()));
  // The kernel gives a session's id to no other process as long as somebody is in it, whether or
  // not its leader is. So who leads another session by now tells that nobody is left in ours.
  if (session <= 1 || text.substr(0, text.find('\n')) != boot_id()) return;
  if (const auto leader = start_time_of(session); leader && leader != start) return;
  for (const pid_t process : processes_of_session(session, start)) kill(process, SIGKILL);
}

}  // namespace

RunMarker::RunMarker(const Descriptor& folder, const Record& lost)
    : folder_(openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
      name_(name_of(getpid())) {
  // Locked and whole before it has its name, or a run beside this one would take it for a lost
  // one's.
  const std::string being_made = unfinished(name_);
  unlinkat(folder_.get(), being_made.c_str(), 0);  // of a process of the same id, long ago
  file_ = Descriptor(openat(folder_.get(), being_made.c_str(),
                            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file_) {
    error_ = errno;
    return;
  }
  flock(file_.get(), LOCK_EX);
  const std::string text = record_line(lost);
  const ssize_t written = write(file_.get(), text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size())) error_ = written < 0 ? errno : ENOSPC;
  if (renameat(folder_.get(), being_made.c_str(), folder_.get(), name_.c_str()) != 0)
    error_ = errno;
}

void RunMarker::note_session(pid_t session) {
  const auto start = start_time_of(session);
  if (!file_ || error_ != 0 || !start) return;
  try {
    const std::string line = fmt::format("{} {} {}\n", session, *start, boot_id());
    if (write(file_.get(), line.data(), line.size()) < 0) error_ = errno;
  } catch (const MachineError& error) {
    error_ = error.error();
  }
}

bool RunMarker::flush() {
  return file_ && error_ == 0 && fsync(file_.get()) == 0 && fsync(folder_.get()) == 0;
}

void RunMarker::remove() {
  if (file_) unlinkat(folder_.get(), name_.c_str(), 0);
  file_.reset();
}

void remove_unfinished_marker(const Descriptor& folder, pid_t supervisor) {
  unlinkat(folder.get(), unfinished(name_of(supervisor)).c_str(), 0);
}

std::size_t settle_abandoned_runs(const Descriptor& folder) {
  std::size_t going_on = 0;
  for (const std::string& name : marker_names(folder)) {
    const Descriptor marker = open_marker(folder, name);
    if (!marker) continue;
    if (flock(marker.get(), LOCK_EX | LOCK_NB) != 0) {
      ++going_on;
      continue;
    }
    const std::string text = read_end(marker, kLargestMarker);
    end_session(text);
    append_record(folder, lost_record(marker, text), true);
    unlinkat(folder.get(), name.c_str(), 0);
  }
  return going_on;
}

std::vector<Record> running_now(const std::string& path) {
  std::vector<Record> running;
  const Descriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder) return running;
  for (const std::string& name : marker_names(folder)) {
    const Descriptor marker = open_marker(folder, name);
    if (!marker || flock(marker.get(), LOCK_SH | LOCK_NB) == 0) continue;
    running.push_back(lost_record(marker, read_end(marker, kLargestMarker)));
  }
  return running;
}

}  // namespace leader_cron
