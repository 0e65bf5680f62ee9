#include "system/record_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "system/file.h"
#include "system/machine_error.h"

namespace leader_cron {
namespace {

// So many lines more than are kept may pile up before the file is written anew.
constexpr std::size_t kSlack = 100;
// No record of ours is shorter: a smaller file cannot hold too many.
constexpr std::size_t kShortestLine = 80;
// Nor is one as long as this, which holds dozens of them.
constexpr std::size_t kEnd = std::size_t{16} << 10;
// A reader tries no more lines: what a job's user put there instead must not keep root busy.
constexpr std::size_t kMostLines = 2 * (kRecordsKept + kSlack);

std::size_t size_of(const Descriptor& file) {
  struct stat status {};
  if (fstat(file.get(), &status) != 0) throw MachineError("look at", kRecordFile, errno);
  return static_cast<std::size_t>(std::max<off_t>(status.st_size, 0));
}

// Opens the file for appending and locks it.
Descriptor open_to_append(const Descriptor& folder) {
  constexpr int kMostTries = 100;
  for (int tries = 0; tries < kMostTries; ++tries) {
    Descriptor file(openat(folder.get(), kRecordFile,
                           O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
                           0600));
    if (!file) throw MachineError("open", kRecordFile, errno);
    while (flock(file.get(), LOCK_EX) != 0) {
      if (errno != EINTR) throw MachineError("lock", kRecordFile, errno);
    }
    // Somebody may have put a shortened file in its place meanwhile.
    struct stat locked {};
    struct stat there {};
    if (fstat(file.get(), &locked) == 0 &&
        fstatat(folder.get(), kRecordFile, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
        locked.st_ino == there.st_ino) {
      if (!S_ISREG(locked.st_mode)) throw MachineError("write", kRecordFile, "it is not a file");
      return file;
    }
  }
  throw MachineError("lock", kRecordFile, "it is replaced all the time");
}

// Calls `visit` with each line of `text`, the newest first, until it says true. What no newline
// ends, and what begins before the text, is passed over.
template <typename Visit>
void newest_lines_first(std::string_view text, bool from_start, const Visit& visit) {
  text = text.substr(0, text.rfind('\n') + 1);
  while (!text.empty()) {
    text.remove_suffix(1);
    const std::size_t before = text.rfind('\n');
    if (before == std::string_view::npos && !from_start) return;
    const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
    if (visit(text.substr(start))) return;
    text = text.substr(0, start);
  }
}

std::vector<Record> newest_records(std::string_view text, bool from_start, std::size_t most) {
  std::vector<Record> records;
  std::size_t tried = 0;
  newest_lines_first(text, from_start, [&](std::string_view line) {
    if (line.size() >= kShortestLine && line.size() < kEnd) {
      if (auto record = parse_record(line)) records.push_back(*std::move(record));
    }
    return records.size() >= most || ++tried >= kMostLines;
  });
  return records;
}

// Takes away what a full disk or a crash left of a line, and gives the size then.
std::size_t mend_end(const Descriptor& file) {
  const std::size_t size = size_of(file);
  std::size_t whole = 0;
  for (std::size_t length = kEnd; length <= kLargestRecordFile; length *= 8) {
    const std::string end = read_end(file, length);
    const std::size_t newline = end.rfind('\n');
    if (newline == std::string::npos && end.size() < size) continue;
    whole = size - end.size() + (newline + 1);  // npos + 1 is 0
    break;
  }
  if (ftruncate(file.get(), static_cast<off_t>(whole)) != 0)
    throw MachineError("mend", kRecordFile, errno);
  return whole;
}

// The newest line of a run, that which tells how the job fares; empty: there is none.
std::string_view newest_run_in(std::string_view text) {
  std::string_view found;
  newest_lines_first(text, true, [&found](std::string_view line) {
    const auto record = parse_record(line);
    if (record && is_run(*record)) found = line;
    return !found.empty();
  });
  return found;
}

// Writes the newest lines to a file of their own, and puts that in place; with the newest one of a
// run, however many were skipped since. What fails here costs space, not records: the next append
// tries again.
void shorten(const Descriptor& folder, const Descriptor& file) {
  const std::string text = read_end(file, kLargestRecordFile);
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  if (lines <= kRecordsKept + kSlack) return;
  std::size_t start = 0;
  for (std::size_t surplus = lines - kRecordsKept; surplus > 0; --surplus)
    start = text.find('\n', start) + 1;
  constexpr const char* kNew = ".records.jsonl.new";
  unlinkat(folder.get(), kNew, 0);
  const Descriptor shorter(
      openat(folder.get(), kNew, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  std::string kept = text.substr(start);
  if (newest_run_in(kept).empty()) {
    if (const auto run = newest_run_in(std::string_view(text).substr(0, start)); !run.empty())
      kept = fmt::format("{}\n{}", run, kept);
  }
  if (shorter &&
      write(shorter.get(), kept.data(), kept.size()) == static_cast<ssize_t>(kept.size()) &&
      fsync(shorter.get()) == 0 && renameat(folder.get(), kNew, folder.get(), kRecordFile) == 0) {
    return;
  }
  unlinkat(folder.get(), kNew, 0);
}

// The records at the end of the file, newest first; read further back until `enough`.
template <typename Enough>
std::vector<Record> records_at_end(const Descriptor& file, std::size_t most, const Enough& enough) {
  const std::size_t size = size_of(file);
  std::size_t length = kEnd;
  while (true) {
    const std::string text = read_end(file, length);
    std::vector<Record> records = newest_records(text, text.size() == size, most);
    if (text.size() == size || length >= kLargestRecordFile || enough(records)) return records;
    length *= 8;
  }
}

Descriptor open_to_read(const std::string& folder) {
  const Descriptor place(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!place) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    throw MachineError("open", folder, errno);
  }
  Descriptor file(openat(place.get(), kRecordFile, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  return file;
}

}  // namespace

std::string read_end(const Descriptor& file, std::size_t most) {
  const std::size_t size = size_of(file);
  const std::size_t start = size - std::min(size, most);
  std::string text(size - start, '\0');
  std::size_t used = 0;
  while (used < text.size()) {
    const ssize_t got =
        pread(file.get(), text.data() + used, text.size() - used, static_cast<off_t>(start + used));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    used += static_cast<std::size_t>(got);
  }
  text.resize(used);
  return text;
}

Record append_record(const Descriptor& folder, Record record, bool unless_there) {
  const Descriptor file = open_to_append(folder);
  std::string end = read_end(file, kEnd);
  std::size_t size = size_of(file);
  if (!end.empty() && !end.ends_with('\n')) {
    size = mend_end(file);
    end = read_end(file, kEnd);
  }
  const std::size_t most = unless_there ? kRecordsKept : 1;
  std::vector<Record> before = newest_records(end, end.size() == size, most);
  if (before.empty() && end.size() < size) {
    before = records_at_end(file, most,
                            [](const std::vector<Record>& records) { return !records.empty(); });
  }
  if (unless_there) {
    const auto same = std::find_if(before.begin(), before.end(), [&record](const Record& each) {
      return each.start == record.start && is_run(each);
    });
    if (same != before.end()) return *same;
  }
  record.totals = after(before.empty() ? RunTotals{} : before.front().totals, record);
  const std::string line = record_line(record);
  const ssize_t written = write(file.get(), line.data(), line.size());
  if (written != static_cast<ssize_t>(line.size())) {
    const int error = written < 0 ? errno : ENOSPC;
    if (ftruncate(file.get(), static_cast<off_t>(size)) != 0) {
      // The next append mends it.
    }
    throw MachineError("write", kRecordFile, error);
  }
  fdatasync(file.get());
  if (size + line.size() > (kRecordsKept + kSlack) * kShortestLine) shorten(folder, file);
  return record;
}

std::vector<Record> read_records(const std::string& folder, std::size_t most) {
  const Descriptor file = open_to_read(folder);
  if (!file) return {};
  const std::string text = read_end(file, kLargestRecordFile);
  std::vector<Record> records = newest_records(text, text.size() < kLargestRecordFile, most);
  std::reverse(records.begin(), records.end());
  return records;
}

std::optional<Record> read_last_run(const std::string& folder) {
  const Descriptor file = open_to_read(folder);
  if (!file) return std::nullopt;
  const auto newest_run = [](const std::vector<Record>& records) {
    return std::find_if(records.begin(), records.end(), is_run);
  };
  const std::vector<Record> records = records_at_end(
      file, kRecordsKept + kSlack + 1,
      [&](const std::vector<Record>& found) { return newest_run(found) != found.end(); });
  const auto found = newest_run(records);
  return found == records.end() ? std::nullopt : std::optional(*found);
}

}  // namespace leader_cron
