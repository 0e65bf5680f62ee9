// The arrows between the rooms of src/: commands -> edge -> pure, and no room's library in
// another's header.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

// What each room may include, besides itself.
const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"cron", {}},
    {"jobs", {"cron"}},
    {"charm", {"cron", "jobs", "run"}},
    {"run", {"jobs", "cron"}},
    {"system", {"charm", "run", "jobs", "cron"}},
    {"juju", {"system", "charm", "jobs", "cron"}},
    {"commands", {"juju", "system", "run", "charm", "jobs", "cron"}},
};

// Libraries that stay in one place: the prefix of their headers, and the only files that may
// include them.
const std::map<std::string, std::set<std::string>> kLibraryRooms = {
    {"yaml-cpp/", {"jobs/yaml_tree.cpp"}},
    {"nlohmann/",
     {"jobs/problem_json.cpp", "jobs/run_table.cpp", "jobs/stored_job.cpp", "juju/hook_tools.cpp",
      "run/history.cpp", "run/job_list.cpp", "run/record.cpp", "commands/unit_commands.cpp"}},
    {"spdlog/", {"system/log.cpp"}},
    {"CLI/", {"commands/command_line.cpp"}},
    {"kainjow/", {"cron/crontab.cpp"}},
};

// Headers of the machine that deciding code has no business with.
const std::set<std::string> kMachineHeaders = {
    "unistd.h", "fcntl.h",  "spawn.h", "poll.h",     "dirent.h",   "signal.h",   "ctime",
    "fstream",  "iostream", "cstdlib", "filesystem", "sys/stat.h", "sys/wait.h", "cstdio"};

struct Include {
  std::string file;    // relative to src/
  std::string target;  // between the quotes or brackets
  bool quoted;
};

std::vector<Include> includes() {
  std::vector<Include> found;
  for (const auto& entry : fs::recursive_directory_iterator(SOURCE_FOLDER)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      if (!line.starts_with("#include ")) continue;
      const std::size_t end = line.find_last_of(">\"");
      found.push_back(
          {fs::relative(entry.path(), SOURCE_FOLDER), line.substr(10, end - 10), line[9] == '"'});
    }
  }
  return found;
}

std::string room_of(const std::string& path) {
  const std::size_t slash = path.find('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

TEST(Layout, RoomsIncludeOnlyWhatLiesBelowThem) {
  const auto all = includes();
  ASSERT_GT(all.size(), 100u);
  for (const Include& include : all) {
    const std::string room = room_of(include.file);
    if (!include.quoted || room.empty()) continue;
    const std::string target = room_of(include.target);
    ASSERT_TRUE(kMayInclude.contains(room)) << include.file;
    EXPECT_TRUE(target == room || kMayInclude.at(room).contains(target))
        << include.file << " includes " << include.target;
  }
}

TEST(Layout, ALibraryStaysInItsRoom) {
  for (const Include& include : includes()) {
    for (const auto& [prefix, files] : kLibraryRooms) {
      if (!include.target.starts_with(prefix)) continue;
      EXPECT_TRUE(files.contains(include.file)) << include.file << " includes " << include.target;
    }
  }
}

TEST(Layout, DecidingCodeDoesNotTouchTheMachine) {
  for (const Include& include : includes()) {
    const std::set<std::string> pure = {"cron", "jobs", "charm", "run"};
    if (!pure.contains(room_of(include.file))) continue;
    EXPECT_FALSE(kMachineHeaders.contains(include.target))
        << include.file << " includes " << include.target;
  }
}

}  // namespace
