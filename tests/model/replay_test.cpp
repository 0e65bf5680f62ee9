// The deciding code does what leadership.pml does, in random runs of it.

#include <gtest/gtest.h>

#include <string>

#include "replay.h"
#include "spin.h"

namespace leader_cron::model {
namespace {

TEST(Replay, TheCodeDecidesWhatTheModelDecides) {
  if (!spin_is_there()) GTEST_SKIP() << "spin is not installed (scripts/deps)";
  constexpr int kRuns = 200;
  Counted counted;
  for (int seed = 1; seed <= kRuns; ++seed) {
    const std::string difference = replay(random_run(seed, 10'000), counted);
    ASSERT_EQ(difference, "") << "in the run of spin -n" << seed;
  }
  // They have been everywhere.
  EXPECT_GT(counted.decisions, 30'000);
  EXPECT_GT(counted.activations, 500);
  EXPECT_GT(counted.renewals, 500);
  EXPECT_GT(counted.fail_overs, 100);
  EXPECT_GT(counted.waits, 300);
  EXPECT_GT(counted.claims, 300);
  EXPECT_GT(counted.yields, 200);
  EXPECT_GT(counted.waited_out, 20);
  EXPECT_GT(counted.releases, 50);
  EXPECT_GT(counted.failed_commits, 100);
  EXPECT_GT(counted.expiries, 200);
  EXPECT_GT(counted.reboots, 5);
  EXPECT_GT(counted.kills, 500);
  EXPECT_GT(counted.unknown, 500);
  EXPECT_GT(counted.unread, 200);
  EXPECT_GT(counted.silent, 30);
  RecordProperty(
      "counted",
      std::to_string(counted.decisions) + " decisions, " + std::to_string(counted.activations) +
          " activations, " + std::to_string(counted.fail_overs) + " fail-overs, " +
          std::to_string(counted.waits) + " waits, " + std::to_string(counted.yields) +
          " yields, " + std::to_string(counted.waited_out) + " waited out, " +
          std::to_string(counted.expiries) + " expiries, " + std::to_string(counted.releases) +
          " releases, " + std::to_string(counted.reboots) + " reboots of active units, " +
          std::to_string(counted.kills) + " hooks killed, " +
          std::to_string(counted.failed_commits) + " commits failed");
}

}  // namespace
}  // namespace leader_cron::model
