#include "system/output_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace leader_cron {

OutputLog::OutputLog(const Descriptor& folder, std::uint64_t limit)
    : folder_(folder), half_(std::max<std::uint64_t>(limit / 2, 1)) {
  // A limit that was lowered holds for what is there too.
  struct stat older {};
  if (fstatat(folder_.get(), kOlderOutputLog, &older, AT_SYMLINK_NOFOLLOW) == 0 &&
      static_cast<std::uint64_t>(older.st_size) > half_) {
    unlinkat(folder_.get(), kOlderOutputLog, 0);
  }
  open_newest();
}

void OutputLog::open_newest() {
  // Not blocking: what lies there under that name may be a pipe.
  file_ =
      Descriptor(openat(folder_.get(), kOutputLog,
                        O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
  struct stat status {};
  if (!file_ || fstat(file_.get(), &status) != 0) {
    error_ = errno;
    return;
  }
  if (!S_ISREG(status.st_mode)) {
    error_ = EEXIST;
    return;
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

void OutputLog::start_new_file() {
  file_.reset();
  if (size_ > half_) {
    unlinkat(folder_.get(), kOutputLog, 0);
  } else if (renameat(folder_.get(), kOutputLog, folder_.get(), kOlderOutputLog) != 0) {
    error_ = errno;
    return;
  }
  open_newest();
}

void OutputLog::write(std::string_view text) {
  // More than a file holds: only its end will be kept.
  if (text.size() > half_) text.remove_prefix(text.size() - half_);
  while (!text.empty() && error_ == 0) {
    if (size_ >= half_) {
      start_new_file();
      continue;
    }
    const auto room = static_cast<std::size_t>(half_ - size_);
    const ssize_t written = ::write(file_.get(), text.data(), std::min(room, text.size()));
    if (written < 0) {
      if (errno != EINTR) error_ = errno;
      continue;
    }
    size_ += static_cast<std::uint64_t>(written);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace leader_cron
