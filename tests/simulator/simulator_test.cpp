// The promises of docs/guarantees.md over random lives of a fleet, and that each rule of the
// protocol is needed for them.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "fail_over_cost.h"
#include "search.h"

namespace leader_cron::simulator {
namespace {

TEST(Simulator, NoScheduleBreaksAPromise) {
  Counted counted;
  const auto found = search({1, 20'000, Broken::nothing, Invariant::none}, &counted);
  EXPECT_FALSE(found) << "protocol_simulator --trace --seed " << found->seed << ": "
                      << found->violation.what;
  // It has been somewhere.
  EXPECT_GT(counted.activations, 20'000u);
  EXPECT_GT(counted.waits_to_the_end, 2'000u);
  EXPECT_GT(counted.caught_up, 2'000u);
}

TEST(Simulator, ASeedIsAlwaysTheSameSchedule) {
  std::string first;
  std::string second;
  play(make_schedule(7), Broken::nothing, [&](const std::string& line) { first += line + "\n"; });
  play(make_schedule(7), Broken::nothing, [&](const std::string& line) { second += line + "\n"; });
  EXPECT_EQ(first, second);
  EXPECT_NE(first, "");
}

TEST(Simulator, AScheduleThatFailsIsMadeShort) {
  const auto found = search({1, 10'000, Broken::yields_not_awaited, Invariant::alone});
  ASSERT_TRUE(found);
  const Schedule shorter = shrink(found->schedule, Broken::yields_not_awaited, Invariant::alone);
  EXPECT_LE(shorter.events.size(), 8u);
  EXPECT_EQ(play(shorter, Broken::yields_not_awaited).violation->invariant, Invariant::alone);
}

std::string guarantees() {
  const std::ifstream file(DOCS_FOLDER "/guarantees.md");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class BrokenRuleTest : public testing::TestWithParam<BrokenRule> {};

TEST_P(BrokenRuleTest, IsCaught) {
  const auto found = search({1, 10'000, GetParam().broken, GetParam().breaks});
  ASSERT_TRUE(found) << GetParam().rule;
  const std::string row = "| `" + std::string(GetParam().name) + "` | `" +
                          std::string(word_of(GetParam().breaks)) + "` | " +
                          std::to_string(found->seed) + " |";
  EXPECT_NE(guarantees().find(row), std::string::npos) << "docs/guarantees.md lacks " << row;
}

std::string name_of(const testing::TestParamInfo<BrokenRule>& info) {
  std::string name(info.param.name);
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Simulator, BrokenRuleTest, testing::ValuesIn(kBrokenRules), name_of);

int cost(int units, Handover handover, bool old_leader_hears) {
  return hooks_of({units, handover, old_leader_hears});
}

TEST(FailOver, CostsHooksInProportionToTheFleet) {
  for (const int n : {3, 10, 50, 100}) {
    RecordProperty("units_" + std::to_string(n),
                   std::to_string(cost(n, Handover::immediate, true)) + " " +
                       std::to_string(cost(n, Handover::safe, true)) + " " +
                       std::to_string(cost(n, Handover::safe, false)));
    // leader-elected, and the claim on every unit.
    EXPECT_EQ(cost(n, Handover::immediate, true), 1 + n);
    // And the yield on every other one.
    EXPECT_EQ(cost(n, Handover::safe, true), 1 + n + (n - 1));
    // Waited out: the claim, and that the silent one is forgotten, on all but that one.
    EXPECT_EQ(cost(n, Handover::safe, false), 1 + 2 * (n - 1));
  }
}

}  // namespace
}  // namespace leader_cron::simulator
