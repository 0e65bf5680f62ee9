// Files and folders: read whole, replaced atomically, removed. What is written, and where, is for
// the callers. Every function throws MachineError where the machine refuses, unless it says
// otherwise.
#pragma once

#include <sys/types.h>
#include <time.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "system/descriptor.h"

namespace leader_cron {

struct FileStatus {
  enum class Kind { regular, folder, other };

  Kind kind = Kind::other;  // of the path itself: a symbolic link is `other`
  off_t size = 0;
  mode_t mode = 0;  // permission bits
  uid_t owner = 0;
  gid_t group = 0;
  timespec modified{};
  timespec changed{};
  dev_t device = 0;
  ino_t inode = 0;
};

// Nothing where there is no such path.
std::optional<FileStatus> file_status(const std::string& path);
std::optional<std::string> read_file(const std::string& path);
// As file_status(), of each of `names` in a folder.
std::vector<std::optional<FileStatus>> statuses_in(const std::string& folder,
                                                   const std::vector<std::string>& names);

// At most the first `most` bytes of a file, which may be much larger.
std::optional<std::string> read_beginning(const std::string& path, std::size_t most);

std::string read_standard_input();

// Names in a folder, sorted, without . and ..; empty where there is no such folder. With `most`,
// some `most` of them where there are more.
std::vector<std::string> list_folder(const std::string& path,
                                     std::size_t most = static_cast<std::size_t>(-1));

// The name under which a file's new version is written, in its own folder: a leading dot, so that
// no cron loads it.
std::string temporary_path(const std::string& path);

struct NewFile {
  mode_t mode = 0644;
  std::optional<uid_t> owner;        // else the caller's
  std::optional<timespec> modified;  // else now
};

// Old version or new, whatever happens: written under temporary_path(), flushed, renamed, and the
// folder flushed.
void replace_file(const std::string& path, std::string_view text, const NewFile& attributes);

// As replace_file(), without any flush: when the machine stops, the file may have the old text, the
// new one, or none. For what can be found out again.
void replace_unflushed(const std::string& path, std::string_view text, const NewFile& attributes);

class Replacement;

// New versions of files that belong together, as replace_file() makes them, in steps: all are
// written before any is waited for, so that the disk takes them together. Then each gets its place
// in turn. What never gets there is removed.
class Replacements {
 public:
  Replacements();
  Replacements(const Replacements&) = delete;
  Replacements& operator=(const Replacements&) = delete;
  ~Replacements();

  // Written under temporary_path(); one version of a path at a time.
  void add(const std::string& path, std::string_view text, const NewFile& attributes);
  // Waits until all that was added is on the disk.
  void flush();
  // Flushed before. What lies in `folder` gets its place, and the folder is flushed.
  void put_in_place(const std::string& folder);

 private:
  std::vector<std::unique_ptr<Replacement>> files_;
};

// As replace_file(), with the bytes of `source`, and its modification time.
void copy_file(const std::string& source, const std::string& path, mode_t mode);

// Creates what is missing of the path, mode 0755.
void make_folders(const std::string& path);

// Both take "not there" for success.
void remove_file(const std::string& path);
void remove_tree(const std::string& path);
// A folder stays, and gives false.
bool remove_if_file(const std::string& path);

void rename_path(const std::string& from, const std::string& to);
void flush_folder(const std::string& path);
void set_modified(const std::string& path, timespec modified);

// Waits until no other process holds the lock of that file, which is made if its folder is there
// (mode 0600), and holds it as long as the descriptor is open. Nothing where there is no such
// folder.
Descriptor lock_file(const std::string& path);

std::string folder_of(const std::string& path);
std::string base_name(std::string_view path);

}  // namespace leader_cron
