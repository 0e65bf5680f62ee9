#include "system/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include "system/file.h"
#include "system/machine_error.h"
#include "system/output_log.h"
#include "system/record_file.h"
#include "system/run_marker.h"

namespace leader_cron {
namespace {

constexpr mode_t kPrivate = 0700;

// What a job's user left, to be copied by root: nothing but a file of that user's own.
std::optional<std::string> text_of_user(const Descriptor& folder, const char* name, uid_t user) {
  const Descriptor file(openat(folder.get(), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
      status.st_uid != user || status.st_nlink != 1) {
    return std::nullopt;
  }
  return read_end(file, kLargestRecordFile);
}

struct KeptFile {
  const char* name;
  std::optional<std::string> text;
};

void give_to(const std::string& path, const Descriptor& folder, uid_t before, uid_t owner) {
  // From here on who had it cannot enter it any more.
  if (fchown(folder.get(), 0, static_cast<gid_t>(-1)) != 0 || fchmod(folder.get(), kPrivate) != 0)
    throw MachineError("change the owner of", path, errno);
  std::array<KeptFile, 3> kept = {{{kRecordFile, {}}, {kOutputLog, {}}, {kOlderOutputLog, {}}}};
  for (KeptFile& file : kept) file.text = text_of_user(folder, file.name, before);
  for (const std::string& name : list_folder(path)) remove_tree(path + "/" + name);
  for (const KeptFile& file : kept) {
    if (file.text) replace_file(path + "/" + file.name, *file.text, {0600, owner, std::nullopt});
  }
  if (fchown(folder.get(), owner, static_cast<gid_t>(-1)) != 0)
    throw MachineError("change the owner of", path, errno);
}

Descriptor open_folder(const std::string& path) {
  return Descriptor(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

Descriptor checked(Descriptor folder, const std::string& path) {
  if (!folder) throw MachineError("open the job's folder", path, errno);
  return folder;
}

uid_t owner_of(const Descriptor& folder, const std::string& path) {
  struct stat status {};
  if (fstat(folder.get(), &status) != 0) throw MachineError("look at", path, errno);
  return status.st_uid;
}

// `path` is root's by now, so that nobody else can change what lies there by name.
void give_all_to(const std::string& path, uid_t owner) {
  for (const std::string& name : list_folder(path)) {
    const std::string each = path + "/" + name;
    const Descriptor folder = open_folder(each);
    if (!folder) {
      remove_tree(each);
    } else if (const uid_t before = owner_of(folder, each); before != owner) {
      give_to(each, folder, before, owner);
    }
  }
}

}  // namespace

Descriptor open_run_folder(const std::string& path) {
  Descriptor folder = open_folder(path);
  if (folder || errno != ENOENT) return checked(std::move(folder), path);
  // Another run of the job may just do the same.
  if (mkdir(path.c_str(), kPrivate) == 0) {
    flush_folder(folder_of(path));
  } else if (errno != EEXIST) {
    throw MachineError("create the job's folder", path, errno);
  }
  return checked(open_folder(path), path);
}

bool lock_run_folder(const Descriptor& folder) {
  return flock(folder.get(), LOCK_EX | LOCK_NB) == 0;
}

std::optional<Descriptor> lock_idle_run_folder(const std::string& path) {
  Descriptor folder = open_folder(path);
  if (folder && (!lock_run_folder(folder) || !running_now(path).empty())) return std::nullopt;
  return folder;
}

Descriptor reopened(const Descriptor& folder) {
  return Descriptor(openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

void prepare_user_runs(const std::string& path, uid_t user) {
  make_folders(folder_of(path));
  const bool made = mkdir(path.c_str(), kPrivate) == 0;
  if (!made && errno != EEXIST) throw MachineError("create", path, errno);
  const Descriptor folder = checked(open_folder(path), path);
  if (owner_of(folder, path) != user) {
    if (fchown(folder.get(), 0, static_cast<gid_t>(-1)) != 0)
      throw MachineError("change the owner of", path, errno);
    if (!made) give_all_to(path, user);
    if (fchown(folder.get(), user, static_cast<gid_t>(-1)) != 0)
      throw MachineError("change the owner of", path, errno);
  }
  if (fchmod(folder.get(), kPrivate) != 0) throw MachineError("change the mode of", path, errno);
}

void move_run_folder(const std::string& runs, const std::string& job, uid_t from, uid_t to) {
  // Beside the users' folders, where only root can put something else in its place.
  const std::string between = fmt::format("{}/.{}.new", runs, job);
  remove_tree(between);
  if (rename(fmt::format("{}/{}/{}", runs, from, job).c_str(), between.c_str()) != 0) {
    if (errno == ENOENT) return;
    throw MachineError("rename", between, errno);
  }
  try {
    const Descriptor folder = open_folder(between);
    if (!folder || owner_of(folder, between) != from) {
      remove_tree(between);
      return;
    }
    give_to(between, folder, from, to);
    rename_path(between, fmt::format("{}/{}/{}", runs, to, job));
  } catch (const MachineError&) {
    remove_tree(between);
    throw;
  }
}

}  // namespace leader_cron
