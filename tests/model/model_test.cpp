// leadership.pml, searched through; docs/model.md has the figures.

#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "spin.h"

namespace leader_cron::model {
namespace {

std::string document() {
  const std::ifstream file(DOCS_FOLDER "/model.md");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Search {
  const char* name;
  Check check;
};

void PrintTo(const Search& search, std::ostream* out) {
  *out << search.name;
}

std::string name_of(const testing::TestParamInfo<Search>& info) {
  return info.param.name;
}

class SearchTest : public testing::TestWithParam<Search> {
 protected:
  void SetUp() override {
    if (!spin_is_there()) GTEST_SKIP() << "spin is not installed (scripts/deps)";
  }

  static const Check& wanted() { return GetParam().check; }
};

class EveryState : public SearchTest {};

TEST_P(EveryState, IsWithoutError) {
  const Verdict verdict = check(wanted());
  EXPECT_EQ(verdict.errors, 0) << verdict.output;
  EXPECT_TRUE(verdict.complete) << verdict.output;
  std::ostringstream row;
  row << (wanted().progress ? "| progress |" : "| safety |");
  for (const std::string& each : wanted().defines) row << " " << each;
  row << " | " << verdict.states << " | " << verdict.depth << " |";
  EXPECT_NE(document().find(row.str()), std::string::npos) << "docs/model.md lacks " << row.str();
}

Search safety(const char* name, std::vector<std::string> defines) {
  Search search{name, {}};
  search.check.defines = std::move(defines);
  return search;
}

Search progress(const char* name, std::vector<std::string> defines) {
  Search search = safety(name, std::move(defines));
  search.check.progress = true;
  return search;
}

INSTANTIATE_TEST_SUITE_P(
    Model, EveryState,
    testing::Values(safety("Safety", {"TERMS=2", "TTL=1"}),
                    safety("SafetyWithShorterTicks", {"TERMS=1", "TTL=2"}),
                    safety("SafetyWithLeaving", {"TERMS=1", "TTL=1", "LEAVING"}),
                    safety("SafetyWithALease", {"TERMS=1", "TTL=1", "EXPLICIT_LEASE"}),
                    progress("Progress", {"TERMS=1", "TTL=2", "ROUNDS"})),
    name_of);

// Each rule of the protocol is needed.
class WithoutARule : public SearchTest {};

TEST_P(WithoutARule, ThereIsAnError) {
  EXPECT_EQ(check(wanted()).errors, 1);
  const std::string row = "| `" + wanted().defines.front() + "` |";
  EXPECT_NE(document().find(row), std::string::npos) << "docs/model.md lacks " << row;
}

Search unsafe(const char* name, const char* define) {
  Search search = safety(name, {define, "TERMS=2", "TTL=1"});
  search.check.optimized = false;
  return search;
}

Search stuck(const char* name, const char* define) {
  Search search = progress(name, {define, "TERMS=1", "TTL=2", "ROUNDS"});
  search.check.optimized = false;
  return search;
}

INSTANTIATE_TEST_SUITE_P(
    Model, WithoutARule,
    testing::Values(unsafe("AClaimCountsUncommitted", "M_COUNTS_UNCOMMITTED"),
                    unsafe("ASilentUnitIsInactive", "M_SILENT_IS_INACTIVE"),
                    unsafe("YieldsBeforeTheStampIsGone", "M_YIELDS_BEFORE_STAMP"),
                    unsafe("OthersAreNotAwaited", "M_NOT_AWAITED"),
                    unsafe("AClaimForgetsOthers", "M_CLAIM_FORGETS_OTHERS"),
                    unsafe("TheWaitBeginsWithTheClaim", "M_WAIT_FROM_CLAIM"),
                    unsafe("AClaimHasNoId", "M_NO_ID"), unsafe("OneKeyForAllClaims", "M_ONE_KEY"),
                    unsafe("AStampIsTakenAtWriting", "M_STAMP_AT_WRITING"),
                    unsafe("ALaterClaimIsIgnored", "M_LATER_CLAIM_IGNORED"),
                    unsafe("TermsStartAgain", "M_TERMS_START_AGAIN"),
                    stuck("TheWaitRestarts", "M_WAIT_RESTARTS"),
                    stuck("NobodyExpires", "M_NEVER_EXPIRES")),
    name_of);

}  // namespace
}  // namespace leader_cron::model
