#include "system/job_lookup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include "jobs/job_lines.h"
#include "system/descriptor.h"
#include "system/machine_error.h"

namespace leader_cron {
namespace {

// Searched line by line; a larger part is halved first.
constexpr std::size_t kSmall = 4096;
constexpr std::size_t kStep = 4096;
// Much longer than any of ours: what a user put there instead must not fill the memory.
constexpr std::size_t kLongestLine = std::size_t{32} << 20;

// The user may write to the file meanwhile: it is read, not mapped, and nothing is taken for
// certain.
class JobFileSearch {
 public:
  JobFileSearch(const Descriptor& file, std::size_t size, const std::string& path)
      : file_(file), size_(size), path_(path) {}

  std::optional<std::string> find(std::string_view name) const {
    std::size_t begin = 0;    // where a line begins
    std::size_t end = size_;  // the line that is looked for begins before that
    while (end - begin > kSmall) {
      const std::size_t middle = begin + (end - begin) / 2;
      const std::size_t start = line_after(middle, end);
      const std::string head = start < end ? read(start, kJobLineHead) : "";
      const auto line = job_line_in(head);
      if (!line || line->name > name) {
        end = middle + 1;
      } else {
        begin = start;
        if (line->name == name) end = start + 1;
      }
    }
    return find_between(begin, end, name);
  }

 private:
  std::string read(std::size_t start, std::size_t most) const {
    std::string text(std::min(most, size_ - std::min(start, size_)), '\0');
    std::size_t used = 0;
    while (used < text.size()) {
      const ssize_t got = pread(file_.get(), text.data() + used, text.size() - used,
                                static_cast<off_t>(start + used));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw MachineError("read", path_, errno);
      if (got == 0) break;
      used += static_cast<std::size_t>(got);
    }
    text.resize(used);
    return text;
  }

  // Where the first line begins after `middle`; `end` where that is not before it.
  std::size_t line_after(std::size_t middle, std::size_t end) const {
    for (std::size_t at = middle; at < end; at += kStep) {
      const std::string text = read(at, std::min(kStep, end - at));
      if (const std::size_t newline = text.find('\n'); newline != std::string::npos)
        return std::min(at + newline + 1, end);
    }
    return end;
  }

  std::optional<std::string> find_between(std::size_t begin, std::size_t end,
                                          std::string_view name) const {
    std::string text = read(begin, end - begin + kStep);
    std::size_t start = 0;
    while (start < text.size() && begin + start < end) {
      std::size_t newline = text.find('\n', start);
      if (newline == std::string::npos && begin + text.size() < size_) {
        const std::string more = read(begin + text.size(), text.size());
        if (more.empty() || text.size() > kLongestLine) return std::nullopt;
        text += more;
        continue;
      }
      newline = std::min(newline, text.size());
      const std::string_view whole = std::string_view(text).substr(start, newline - start);
      if (const auto line = job_line_in(whole); line && line->name == name)
        return std::string(whole);
      start = newline + 1;
    }
    return std::nullopt;
  }

  const Descriptor& file_;
  std::size_t size_;
  const std::string& path_;
};

}  // namespace

std::optional<std::string> find_job_line(const std::string& path, std::string_view name) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    throw MachineError("read the job", path, errno);
  }
  struct stat status {};
  if (fstat(file.get(), &status) != 0) throw MachineError("read the job", path, errno);
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  return JobFileSearch(file, static_cast<std::size_t>(status.st_size), path).find(name);
}

}  // namespace leader_cron
