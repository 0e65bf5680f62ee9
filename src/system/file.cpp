#include "system/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "system/descriptor.h"
#include "system/machine_error.h"

namespace leader_cron {
namespace {

FileStatus::Kind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return FileStatus::Kind::regular;
  return S_ISDIR(mode) ? FileStatus::Kind::folder : FileStatus::Kind::other;
}

FileStatus status_of(const struct stat& status) {
  return {kind_of(status.st_mode), status.st_size, status.st_mode & 07777,
          status.st_uid,           status.st_gid,  status.st_mtim,
          status.st_ctim,          status.st_dev,  status.st_ino};
}

bool is_absent(int error) {
  return error == ENOENT || error == ENOTDIR;
}

void write_all(const Descriptor& file, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = write(file.get(), text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      throw MachineError("write", path, errno);
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// To the end; `size` is a guess of how much there is. A regular file that gives less than was asked
// for has ended.
std::string read_all(int file, std::size_t size, bool regular, const std::string& path) {
  std::string text(size + 1, '\0');
  std::size_t used = 0;
  while (true) {
    const ssize_t got = read(file, text.data() + used, text.size() - used);
    if (got < 0) {
      if (errno == EINTR) continue;
      throw MachineError("read", path, errno);
    }
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
    if (used == text.size()) {
      text.resize(text.size() * 2);
    } else if (regular) {
      break;
    }
  }
  text.resize(used);
  return text;
}

std::vector<std::string> names_in(DIR* folder, std::size_t most = static_cast<std::size_t>(-1)) {
  std::vector<std::string> names;
  while (names.size() < most) {
    const dirent* entry = readdir(folder);
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

std::string read_at_most(int file, std::size_t most, const std::string& path) {
  constexpr std::size_t kSmall = std::size_t{64} << 10;
  std::size_t size = most;
  if (most > kSmall) {
    struct stat status {};
    if (fstat(file, &status) != 0) throw MachineError("read", path, errno);
    size = std::min(most, static_cast<std::size_t>(std::max<off_t>(status.st_size, 0)));
  }
  std::string text(size, '\0');
  std::size_t used = 0;
  while (used < size) {
    const ssize_t got = read(file, text.data() + used, size - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw MachineError("read", path, errno);
    if (got == 0 || size <= kSmall) {
      used += static_cast<std::size_t>(got);
      break;
    }
    used += static_cast<std::size_t>(got);
  }
  text.resize(used);
  return text;
}

// Never follows a link, whatever somebody who may write in these folders puts there meanwhile: each
// folder is entered by its descriptor. `path` is for messages.
void remove_entry(int parent, const std::string& name, const std::string& path) {
  if (unlinkat(parent, name.c_str(), 0) == 0 || is_absent(errno)) return;
  if (errno != EISDIR) throw MachineError("remove", path, errno);
  // Again where something was added meanwhile: a job may still run there.
  constexpr int kMostRounds = 100;
  for (int round = 0; round < kMostRounds; ++round) {
    const int folder =
        openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0) throw MachineError("remove", path, errno);
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(fdopendir(folder), closedir);
    if (!entries) throw MachineError("remove", path, errno);
    for (const std::string& each : names_in(entries.get()))
      remove_entry(folder, each, path + "/" + each);
    if (unlinkat(parent, name.c_str(), AT_REMOVEDIR) == 0 || is_absent(errno)) return;
    if (errno != ENOTEMPTY && errno != EEXIST) break;
  }
  throw MachineError("remove", path, errno);
}

}  // namespace

// A file's new version, under its temporary name until commit(). Removed if it never gets there.
class Replacement {
 public:
  explicit Replacement(const std::string& path) : path_(path), temporary_(temporary_path(path)) {
    remove_file(temporary_);  // of a hook that was killed
    file_ = Descriptor(
        open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file_) throw MachineError("create", temporary_, errno);
  }
  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;
  ~Replacement() {
    if (!committed_) unlink(temporary_.c_str());
  }

  const Descriptor& file() const { return file_; }
  const std::string& path() const { return path_; }
  const std::string& temporary() const { return temporary_; }
  bool is_in_place() const { return committed_; }

  // Sets what the new version is to be besides its text.
  void dress(const NewFile& attributes) const {
    if (attributes.owner && fchown(file_.get(), *attributes.owner, static_cast<gid_t>(-1)) != 0) {
      throw MachineError("change the owner of", temporary_, errno);
    }
    if (fchmod(file_.get(), attributes.mode) != 0)
      throw MachineError("change the mode of", temporary_, errno);
    if (!attributes.modified) return;
    const timespec times[2] = {*attributes.modified, *attributes.modified};
    if (futimens(file_.get(), times) != 0) throw MachineError("set the time of", temporary_, errno);
  }

  void flush() const {
    if (fsync(file_.get()) != 0) throw MachineError("flush", temporary_, errno);
  }

  // Its text must have been flushed before.
  void put_in_place() {
    rename_path(temporary_, path_);
    committed_ = true;
  }

  void commit(const NewFile& attributes) {
    dress(attributes);
    flush();
    put_in_place();
    flush_folder(folder_of(path_));
  }

 private:
  std::string path_;
  std::string temporary_;
  Descriptor file_;
  bool committed_ = false;
};

Descriptor lock_file(const std::string& path) {
  Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) {
    if (is_absent(errno)) return {};
    throw MachineError("open", path, errno);
  }
  while (flock(file.get(), LOCK_EX) != 0) {
    if (errno != EINTR) throw MachineError("lock", path, errno);
  }
  return file;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::string temporary_path(const std::string& path) {
  return folder_of(path) + "/." + base_name(path) + ".new";
}

std::optional<FileStatus> file_status(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) {
    if (is_absent(errno)) return std::nullopt;
    throw MachineError("look at", path, errno);
  }
  return status_of(status);
}

std::vector<std::optional<FileStatus>> statuses_in(const std::string& folder,
                                                   const std::vector<std::string>& names) {
  std::vector<std::optional<FileStatus>> statuses(names.size());
  // To open the folder costs as much as to walk to it so often.
  constexpr std::size_t kFew = 8;
  if (names.size() <= kFew) {
    for (std::size_t i = 0; i < names.size(); ++i)
      statuses[i] = file_status(folder + "/" + names[i]);
    return statuses;
  }
  const Descriptor in(open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!in) {
    if (is_absent(errno)) return statuses;
    throw MachineError("look at", folder, errno);
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    struct stat status {};
    if (fstatat(in.get(), names[i].c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
      statuses[i] = status_of(status);
    } else if (!is_absent(errno)) {
      throw MachineError("look at", folder + "/" + names[i], errno);
    }
  }
  return statuses;
}

std::optional<std::string> read_file(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    if (is_absent(errno)) return std::nullopt;
    throw MachineError("read", path, errno);
  }
  struct stat status {};
  if (fstat(file.get(), &status) != 0) throw MachineError("read", path, errno);
  return read_all(file.get(), static_cast<std::size_t>(std::max<off_t>(status.st_size, 0)),
                  S_ISREG(status.st_mode) && status.st_size > 0, path);
}

std::optional<std::string> read_beginning(const std::string& path, std::size_t most) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    if (is_absent(errno)) return std::nullopt;
    throw MachineError("read", path, errno);
  }
  return read_at_most(file.get(), most, path);
}

std::string read_standard_input() {
  return read_all(STDIN_FILENO, 0, false, "standard input");
}

std::vector<std::string> list_folder(const std::string& path, std::size_t most) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path.c_str()), closedir);
  if (!folder) {
    if (is_absent(errno)) return {};
    throw MachineError("list", path, errno);
  }
  std::vector<std::string> names = names_in(folder.get(), most);
  std::sort(names.begin(), names.end());
  return names;
}

void replace_file(const std::string& path, std::string_view text, const NewFile& attributes) {
  Replacement replacement(path);
  write_all(replacement.file(), text, replacement.temporary());
  replacement.commit(attributes);
}

void replace_unflushed(const std::string& path, std::string_view text, const NewFile& attributes) {
  Replacement replacement(path);
  write_all(replacement.file(), text, replacement.temporary());
  replacement.dress(attributes);
  replacement.put_in_place();
}

Replacements::Replacements() = default;
Replacements::~Replacements() = default;

void Replacements::add(const std::string& path, std::string_view text, const NewFile& attributes) {
  auto file = std::make_unique<Replacement>(path);
  write_all(file->file(), text, file->temporary());
  file->dress(attributes);
  // Where it is not known, the flush does it all.
  sync_file_range(file->file().get(), 0, 0, SYNC_FILE_RANGE_WRITE);
  files_.push_back(std::move(file));
}

void Replacements::flush() {
  for (const auto& file : files_) file->flush();
}

void Replacements::put_in_place(const std::string& folder) {
  bool any = false;
  for (const auto& file : files_) {
    if (file->is_in_place() || folder_of(file->path()) != folder) continue;
    file->put_in_place();
    any = true;
  }
  if (any) flush_folder(folder);
}

void copy_file(const std::string& source, const std::string& path, mode_t mode) {
  const Descriptor from(open(source.c_str(), O_RDONLY | O_CLOEXEC));
  if (!from) throw MachineError("read", source, errno);
  struct stat status {};
  if (fstat(from.get(), &status) != 0) throw MachineError("read", source, errno);
  Replacement replacement(path);
  std::string buffer(std::size_t{256} << 10, '\0');
  while (true) {
    const ssize_t got = read(from.get(), buffer.data(), buffer.size());
    if (got < 0) {
      if (errno == EINTR) continue;
      throw MachineError("read", source, errno);
    }
    if (got == 0) break;
    write_all(replacement.file(), std::string_view(buffer).substr(0, static_cast<std::size_t>(got)),
              replacement.temporary());
  }
  replacement.commit({mode, std::nullopt, status.st_mtim});
}

void make_folders(const std::string& path) {
  if (path.empty() || path == "/") return;
  if (mkdir(path.c_str(), 0755) == 0) return;
  if (errno == ENOENT) {
    make_folders(folder_of(path));
    if (mkdir(path.c_str(), 0755) == 0) return;
  }
  if (errno != EEXIST) throw MachineError("create", path, errno);
}

void remove_file(const std::string& path) {
  if (unlink(path.c_str()) != 0 && !is_absent(errno)) throw MachineError("remove", path, errno);
}

bool remove_if_file(const std::string& path) {
  const auto status = file_status(path);
  if (status && status->kind == FileStatus::Kind::folder) return false;
  remove_file(path);
  return true;
}

void remove_tree(const std::string& path) {
  remove_entry(AT_FDCWD, path, path);
}

void rename_path(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) != 0) throw MachineError("rename", from, errno);
}

void flush_folder(const std::string& path) {
  const Descriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) throw MachineError("open", path, errno);
  // Some file systems cannot flush a folder and say so with EINVAL: there the rename is as durable
  // as it gets.
  if (fsync(folder.get()) != 0 && errno != EINVAL) throw MachineError("flush", path, errno);
}

void set_modified(const std::string& path, timespec modified) {
  const timespec times[2] = {{0, UTIME_OMIT}, modified};
  if (utimensat(AT_FDCWD, path.c_str(), times, 0) != 0)
    throw MachineError("set the time of", path, errno);
}

}  // namespace leader_cron
