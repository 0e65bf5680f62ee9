// Every text of the fuzzers' corpus, among them each one that a fuzzer ever found something with,
// held against the same contract; with any compiler, and without libFuzzer.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz_targets.h"

namespace fuzz {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> corpus(const char* target) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(CORPUS_FOLDER) / target))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string test_name(const testing::TestParamInfo<fs::path>& info) {
  std::string name = info.param.filename();
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

class ScheduleCorpus : public testing::TestWithParam<fs::path> {};
class JobFileCorpus : public testing::TestWithParam<fs::path> {};

TEST_P(ScheduleCorpus, KeepsTheContract) {
  EXPECT_EQ(broken_by_schedule(read(GetParam())), "");
}

TEST_P(JobFileCorpus, KeepsTheContract) {
  EXPECT_EQ(broken_by_job_file(read(GetParam())), "");
}

INSTANTIATE_TEST_SUITE_P(, ScheduleCorpus, testing::ValuesIn(corpus("schedule")), test_name);
INSTANTIATE_TEST_SUITE_P(, JobFileCorpus, testing::ValuesIn(corpus("job_file")), test_name);

}  // namespace
}  // namespace fuzz
