#include "charm/status.h"

#include <gtest/gtest.h>

#include <string>

#include "jobs/source_text.h"

namespace leader_cron {
namespace {

TEST(Status, OfAUnitThatWorks) {
  EXPECT_EQ(working(true, 3, ""), (Status{Workload::active, "leader, 3 jobs"}));
  EXPECT_EQ(working(false, 1, ""), (Status{Workload::active, "standby, 1 job"}));
  EXPECT_EQ(working(false, 0, ""), (Status{Workload::active, "standby, 0 jobs"}));
  EXPECT_EQ(working(true, 3, "no user app for report"),
            (Status{Workload::active, "leader, 3 jobs; no user app for report"}));
}

TEST(Status, OfBadJobsTellsTheFirstAndHowManyMore) {
  const Problem hour{{3, 16}, "hour 25 is out of range 0-23", ""};
  EXPECT_EQ(blocked_by_jobs(std::vector{hour}).message,
            "jobs, line 3: hour 25 is out of range 0-23");
  EXPECT_EQ(blocked_by_jobs(std::vector{hour, hour, hour}),
            (Status{Workload::blocked, "jobs, line 3: hour 25 is out of range 0-23 (and 2 more)"}));
  EXPECT_EQ(blocked_by_jobs(std::vector{Problem{{}, "bad", ""}}).message, "jobs: bad");
}

TEST(Status, IsAtMostEightyCharactersAndKeepsHowManyMore) {
  const Problem long_one{{123, 1}, std::string(200, 'x'), ""};
  const Status status = blocked_by_jobs(std::vector(12, long_one));
  EXPECT_EQ(status.message, "jobs, line 123: " + std::string(47, 'x') + "... (and 11 more)");
  EXPECT_EQ(status.message.size(), kLongestStatus);
}

TEST(Status, CountsCharactersNotBytes) {
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "\xc3\xa4";
  const Status status = blocked(umlauts);
  EXPECT_EQ(count_characters(status.message), kLongestStatus);
  EXPECT_EQ(status.message, umlauts.substr(0, 154) + "...");
}

}  // namespace
}  // namespace leader_cron
