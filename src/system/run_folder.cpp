#include "system/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>

#include "system/file.h"
#include "system/machine_error.h"
#include "system/output_log.h"
#include "system/record_file.h"

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

}  // namespace

Descriptor open_run_folder(const std::string& path) {
  Descriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder) throw MachineError("open the job's folder", path, errno);
  return folder;
}

bool lock_run_folder(const Descriptor& folder) {
  return flock(folder.get(), LOCK_EX | LOCK_NB) == 0;
}

Descriptor reopened(const Descriptor& folder) {
  return Descriptor(openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

void prepare_run_folder(const std::string& path, uid_t owner) {
  make_folders(folder_of(path));
  if (const auto there = file_status(path); there && there->kind != FileStatus::Kind::folder)
    remove_file(path);
  const bool made = mkdir(path.c_str(), kPrivate) == 0;
  if (!made && errno != EEXIST) throw MachineError("create", path, errno);
  const Descriptor folder = open_run_folder(path);
  struct stat status {};
  if (fstat(folder.get(), &status) != 0) throw MachineError("look at", path, errno);
  if (status.st_uid != owner) {
    give_to(path, folder, status.st_uid, owner);
  } else if (fchmod(folder.get(), kPrivate) != 0) {
    throw MachineError("change the mode of", path, errno);
  }
}

}  // namespace leader_cron
