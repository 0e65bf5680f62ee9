#include "charm_fixture.h"

#include <fmt/format.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>

namespace charm_test {
namespace {

// The crontab without the line that may differ.
std::string without_leadership(const std::string& crontab) {
  std::istringstream lines(crontab);
  std::string rest;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("IS_LEADER=")) rest += line + "\n";
  }
  return rest;
}

}  // namespace

const char* const kJobs =
    "- name: clearsessions\n"
    "  schedule: \"17 3 * * *\"\n"
    "  command: /srv/app/manage.py clearsessions\n"
    "  description: Purge expired sessions\n"
    "  environment: {TOKEN: hunter2}\n"
    "- name: rotate\n"
    "  schedule: \"@hourly\"\n"
    "  command: /srv/app/rotate\n"
    "  user: www-data\n"
    "  run-on: all\n";

fs::path staged_charm() {
  return STAGED_CHARM;
}
fs::path leader_cron() {
  return LEADER_CRON;
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "leader-cron-test.XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a folder");
  path_ = pattern;
  fs::permissions(path_, fs::perms(0755));  // jobs of other users look into it
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

standin::Options fleet_options(const fs::path& folder) {
  standin::Options options;
  options.charm = staged_charm();
  options.work = folder / "model";
  options.config = {{"jobs", kJobs}};
  return options;
}

standin::Fleet deployed(const standin::Options& options, int units) {
  standin::Fleet fleet(options);
  fleet.deploy(units);
  fleet.settle();
  return fleet;
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path& path, const std::string& text, fs::perms mode) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
  fs::permissions(path, mode);
}

fs::path crontab_path(const fs::path& root, const std::string& service) {
  return root / "etc/cron.d" / (service + "-maintenance");
}

std::string crontab(const standin::Fleet& fleet, const std::string& unit,
                    const std::string& service) {
  return read(crontab_path(fleet.root(unit), service));
}

std::vector<std::string> units_that_say_true(const standin::Fleet& fleet) {
  std::vector<std::string> units;
  for (const std::string& unit : fleet.units()) {
    if (crontab(fleet, unit).find("\nIS_LEADER=True\n") != std::string::npos) units.push_back(unit);
  }
  return units;
}

std::string what_is_wrong_with_crontabs(const standin::Fleet& fleet) {
  std::set<std::string> texts;
  for (const std::string& unit : fleet.units()) {
    const std::string text = crontab(fleet, unit);
    if (text.empty()) return unit + " has no crontab";
    const bool yes = text.find("\nIS_LEADER=True\n") != std::string::npos;
    const bool no = text.find("\nIS_LEADER=False\n") != std::string::npos;
    if (yes == no) return unit + " does not say once whether it leads:\n" + text;
    texts.insert(without_leadership(text));
  }
  if (texts.size() != 1) return "crontabs differ in more than IS_LEADER";
  const auto leaders = units_that_say_true(fleet);
  if (leaders.size() != 1) return fmt::format("{} crontabs say True", leaders.size());
  if (leaders.front() != fleet.leader()) return leaders.front() + " says True and does not lead";
  return "";
}

namespace {

std::string uid_of(const std::string& user) {
  const passwd* entry = geteuid() == 0 ? getpwnam(user.c_str()) : nullptr;
  return std::to_string(entry == nullptr ? geteuid() : entry->pw_uid);
}

}  // namespace

fs::path job_file(const fs::path& state, const std::string& user) {
  return state / "jobs" / (uid_of(user) + ".jsonl");
}

fs::path run_folder(const fs::path& state, const std::string& job, const std::string& user) {
  return state / "runs" / uid_of(user) / job;
}

std::map<std::string, Entry> snapshot(const fs::path& folder) {
  std::map<std::string, Entry> entries;
  if (!fs::exists(folder)) return entries;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    struct stat status {};
    if (lstat(entry.path().c_str(), &status) != 0) continue;
    const fs::path path = fs::relative(entry.path(), folder);
    // Each hook of a leader renews its stamp.
    if (path.begin()->string() == "run" && path.filename() == "stamp") continue;
    if (path.parent_path() == "run") status.st_mtim = {};
    entries[path] = {status.st_ino, status.st_mode, status.st_uid,
                     status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec,
                     S_ISREG(status.st_mode) ? read(entry.path()) : ""};
  }
  return entries;
}

std::string without_times(const std::string& text) {
  static const std::regex since("\\{\"since\":[0-9]+,");
  return text.starts_with("{\"since\":") ? std::regex_replace(text, since, "{") : text;
}

std::vector<std::string> files_below(const fs::path& folder) {
  std::vector<std::string> files;
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_directory()) files.push_back(fs::relative(entry.path(), folder));
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> lasting_files_below(const fs::path& folder) {
  std::vector<std::string> files = files_below(folder);
  std::erase_if(files, [](const std::string& path) {
    return path.starts_with("run/") || path.ends_with("/remembered");
  });
  return files;
}

ShellResult shell(const std::string& command,
                  const std::map<std::string, std::string>& environment) {
  const TemporaryFolder folder;
  const std::string out = folder.path() / "out";
  const std::string err = folder.path() / "err";
  std::vector<std::string> entries = {
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
  for (const auto& [name, value] : environment) entries.push_back(name + "=" + value);
  std::vector<char*> pointers;
  pointers.reserve(entries.size() + 1);
  for (std::string& entry : entries) pointers.push_back(entry.data());
  pointers.push_back(nullptr);
  const std::string redirected = fmt::format("exec </dev/null >'{}' 2>'{}'\n{}", out, err, command);
  const pid_t child = fork();
  if (child == 0) {
    execle("/bin/sh", "sh", "-c", redirected.c_str(), nullptr, pointers.data());
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return {WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status), read(out), read(err)};
}

}  // namespace charm_test
