#include "jobs/job_lines.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "system/job_lookup.h"

namespace leader_cron {
namespace {

constexpr std::chrono::sys_seconds kSince{std::chrono::seconds(1'795'500'000)};

std::string line_of(std::string_view name, std::string_view more = "") {
  std::string text;
  add_line(text, {name, kSince, fmt::format("\"name\":\"{}\",\"command\":\"{}\"}}", name, more)});
  return text;
}

TEST(JobLines, AreReadAsFarAsTheName) {
  const auto line = job_line_in(R"({"since":1795500000,"name":"a-1","schedule":"x"})");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->name, "a-1");
  EXPECT_EQ(line->since, kSince);
  EXPECT_EQ(line->body, R"("name":"a-1","schedule":"x"})");
  std::string text;
  add_line(text, *line);
  EXPECT_EQ(text, "{\"since\":1795500000,\"name\":\"a-1\",\"schedule\":\"x\"}\n");
  const std::string longest(63, 'x');
  EXPECT_TRUE(job_line_in(line_of(longest).substr(0, kJobLineHead)));
}

TEST(JobLines, WhatIsNoneOfOursIsLeftOut) {
  for (const char* text :
       {"", "{", "{}", "x", R"({"since":,"name":"a"})", R"({"since":1})", R"({"since":1,"name":"a)",
        R"({"since":1,"name":""})", R"({"since":1,"name":"A"})", R"({"since":1,"name":"a/b"})",
        R"({"since": 1,"name":"a"})", R"({"name":"a","since":1})"}) {
    EXPECT_FALSE(job_line_in(text)) << text;
  }
  const JobLines none(std::string_view("\n\nx\n{}\n"));
  EXPECT_TRUE(none.all().empty());
}

TEST(JobLines, AreFoundHoweverAUserSortedThem) {
  const std::string text = line_of("b") + "x\n" + line_of("a", "first") + line_of("a", "second") +
                           line_of("c").substr(0, line_of("c").size() - 1);
  const JobLines lines(text);
  ASSERT_EQ(lines.all().size(), 3u);
  EXPECT_EQ(lines.all()[0].body, R"("name":"a","command":"first"})");
  EXPECT_EQ(lines.find("c")->name, "c");
  EXPECT_EQ(lines.find("d"), nullptr);
}

class JobLookup : public testing::Test {
 protected:
  ~JobLookup() override { std::remove(path_.c_str()); }

  void write(const std::string& text) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << text;
  }
  std::string found(std::string_view name) const {
    const auto line = find_job_line(path_, name);
    return line ? *line + "\n" : "";
  }

  std::string path_ = testing::TempDir() + "job_lookup_test";
};

TEST_F(JobLookup, FindsEachOfManyLinesOfAnyLength) {
  // Lines of 60 bytes to 100,000, in files of one line to thousands.
  for (const int count : {1, 2, 100, 3000}) {
    std::vector<std::string> names;
    names.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) names.push_back(fmt::format("job-{}", i));
    std::sort(names.begin(), names.end());
    std::string text;
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::size_t length = i % 500 == 7 ? 100'000 : i % 50 == 3 ? 6000 : i % 7 * 40;
      lines.push_back(line_of(names[i], std::string(length, 'x')));
      text += lines.back();
    }
    write(text);
    for (std::size_t i = 0; i < names.size(); ++i) {
      ASSERT_EQ(found(names[i]), lines[i]) << names[i] << " of " << count;
      ASSERT_EQ(found(names[i] + "-"), "");
    }
    EXPECT_EQ(found("a"), "");
    EXPECT_EQ(found("z"), "");
    // Without the last newline, too.
    write(text.substr(0, text.size() - 1));
    EXPECT_EQ(found(names.back()), lines.back());
  }
}

TEST_F(JobLookup, WithWhatAUserPutThereItEnds) {
  EXPECT_EQ(found("a"), "");
  for (const std::string& text :
       {std::string(), std::string("{"), std::string(200'000, 'x'), std::string(200'000, '\n'),
        std::string(200'000, '\0'), line_of("b") + std::string(200'000, '\n') + line_of("a")}) {
    write(text);
    EXPECT_EQ(found("z"), "");
  }
  write(line_of("b") + line_of("a"));
  EXPECT_EQ(found("a"), line_of("a"));
}

}  // namespace
}  // namespace leader_cron
