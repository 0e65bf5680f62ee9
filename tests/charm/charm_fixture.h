// What the tests of the staged charm share: where it is, fleets of it in folders that go with the
// test, and looks at what lies on a unit. What is right is for the tests.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "standin/fleet.h"

namespace charm_test {

namespace fs = std::filesystem;

// The charm as `cmake --install` staged it, and the binary as it was built.
fs::path staged_charm();
fs::path leader_cron();

// A folder of its own that is removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// Two jobs, one of them for all units.
extern const char* const kJobs;

// Options of a fleet of the staged charm below `folder`, with kJobs.
standin::Options fleet_options(const fs::path& folder);

// A fleet that is deployed and quiet.
standin::Fleet deployed(const standin::Options& options, int units);

std::string read(const fs::path& path);  // empty where there is none
void write(const fs::path& path, const std::string& text, fs::perms mode = fs::perms(0644));

fs::path crontab_path(const fs::path& root, const std::string& service = "django-app");
std::string crontab(const standin::Fleet& fleet, const std::string& unit,
                    const std::string& service = "django-app");

// The file of a user's jobs, and the folder that a job's runs leave, in the state folder of a
// service. Where a test is not root's, all are its own.
fs::path job_file(const fs::path& state, const std::string& user = "root");
fs::path run_folder(const fs::path& state, const std::string& job,
                    const std::string& user = "root");

// The units whose crontab says IS_LEADER=True.
std::vector<std::string> units_that_say_true(const standin::Fleet& fleet);

// Empty, or how the crontabs of the fleet are not what they must be at a quiet moment: all there,
// alike but for IS_LEADER, and exactly one of them True.
std::string what_is_wrong_with_crontabs(const standin::Fleet& fleet);

// A path below a folder, and all that a write to it would change.
struct Entry {
  ino_t inode = 0;
  mode_t mode = 0;
  uid_t owner = 0;
  std::int64_t modified = 0;  // nanoseconds
  std::string text;           // of a regular file

  bool operator==(const Entry&) const = default;
};
// All but a leader's stamp, which each hook renews.
std::map<std::string, Entry> snapshot(const fs::path& folder);

// The text of a file of jobs without the times since when they are there.
std::string without_times(const std::string& text);

// Paths of regular files below a folder, relative to it.
std::vector<std::string> files_below(const fs::path& folder);
// The same without those below run/, which tell of this boot only, and what spares the next hook
// work, which may be there.
std::vector<std::string> lasting_files_below(const fs::path& folder);

struct ShellResult {
  int status = 0;
  std::string out, err;
};
// `sh -c command` with exactly this environment and PATH.
ShellResult shell(const std::string& command,
                  const std::map<std::string, std::string>& environment = {});

}  // namespace charm_test
