// What is deployed: the staged folder, the archive that Juju unpacks, and the binary in it.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "charm_fixture.h"

namespace charm_test {
namespace {

using testing::HasSubstr;

constexpr const char* kHooks[] = {"install",
                                  "config-changed",
                                  "leader-elected",
                                  "leader-settings-changed",
                                  "replicas-relation-created",
                                  "replicas-relation-changed",
                                  "replicas-relation-departed",
                                  "start",
                                  "update-status",
                                  "upgrade-charm",
                                  "stop",
                                  "remove"};

TEST(Staged, HoldsTheWholeCharm) {
  for (const char* file :
       {"metadata.yaml", "config.yaml", "actions.yaml", "manifest.yaml", "version", "icon.svg",
        "LICENSE", "README.md", "templates/crontab.mustache", "bin/leader-cron"}) {
    EXPECT_TRUE(fs::is_regular_file(staged_charm() / file)) << file;
    EXPECT_GT(fs::file_size(staged_charm() / file), 0u) << file;
  }
  EXPECT_FALSE(
      fs::exists(staged_charm() / "dispatch"));  // it would be run in restricted contexts too
}

TEST(Staged, EachHookIsARelativeLinkToTheBinary) {
  std::set<std::string> found;
  for (const auto& entry : fs::directory_iterator(staged_charm() / "hooks")) {
    EXPECT_EQ(fs::read_symlink(entry.path()), "../bin/leader-cron") << entry.path();
    found.insert(entry.path().filename());
  }
  EXPECT_EQ(found, std::set<std::string>(std::begin(kHooks), std::end(kHooks)));
}

class Archive : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    packed_ = shell(fmt::format("cmake --build '{}' --target charm", BUILD_FOLDER));
    for (const auto& entry : fs::directory_iterator(BUILD_FOLDER)) {
      if (entry.path().extension() == ".charm") archive_ = entry.path();
    }
  }
  void SetUp() override {
    ASSERT_EQ(packed_.status, 0) << packed_.out << packed_.err;
    ASSERT_FALSE(archive_.empty());
  }

  static ShellResult packed_;
  static fs::path archive_;
};

ShellResult Archive::packed_;
fs::path Archive::archive_;

TEST_F(Archive, KeepsLinksAsLinksAndTheRunBit) {
  const std::string list = shell(fmt::format("zipinfo '{}'", archive_.string())).out;
  std::istringstream lines(list);
  std::map<std::string, std::string> modes;
  for (std::string line; std::getline(lines, line);) {
    if (line.find_first_of("-dl") == 0)
      modes[line.substr(line.rfind(' ') + 1)] = line.substr(0, 10);
  }
  EXPECT_EQ(modes["metadata.yaml"], "-rw-r--r--");
  EXPECT_EQ(modes["bin/leader-cron"], "-rwxr-xr-x");
  for (const char* hook : kHooks) {
    EXPECT_EQ(modes[fmt::format("hooks/{}", hook)].front(), 'l') << hook;
    // An archive holds a link's target as its content.
    EXPECT_EQ(shell(fmt::format("unzip -p '{}' hooks/{}", archive_.string(), hook)).out,
              "../bin/leader-cron");
  }
  for (const auto& [name, mode] : modes) {
    EXPECT_FALSE(name.starts_with("/") || name.find("..") != std::string::npos) << name;
  }
}

TEST_F(Archive, IsNamedAfterJujusArchitectureAndSaysItInTheManifest) {
  const std::string arch = shell("dpkg --print-architecture | tr -d '\\n'").out;
  EXPECT_EQ(archive_.filename(), fmt::format("leader-cron_{}.charm", arch));
  const std::string manifest =
      shell(fmt::format("unzip -p '{}' manifest.yaml", archive_.string())).out;
  for (const char* base : {"20.04", "22.04", "24.04", "26.04"}) {
    EXPECT_THAT(manifest,
                HasSubstr(fmt::format("channel: \"{}\", architectures: [{}]", base, arch)));
  }
}

TEST_F(Archive, HoldsAStaticBinary) {
  if (!LEADER_CRON_STATIC)
    GTEST_SKIP() << "this build is not static: LEADER_CRON_STATIC is off, as with sanitizers";
  const TemporaryFolder folder;
  ASSERT_EQ(
      shell(fmt::format("cd '{}' && unzip -q '{}'", folder.path().string(), archive_.string()))
          .status,
      0);
  EXPECT_THAT(shell(fmt::format("file '{}/bin/leader-cron'", folder.path().string())).out,
              HasSubstr("statically linked"));
  EXPECT_EQ(shell(fmt::format("'{}/bin/leader-cron' --version", folder.path().string())).status, 0);
}

}  // namespace
}  // namespace charm_test
