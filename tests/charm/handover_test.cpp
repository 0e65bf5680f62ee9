// One leader hands over to the next, on the stand-in: who acts after each hook, what the status
// says on the way, and what that costs.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <climits>
#include <functional>
#include <set>
#include <tuple>

#include "charm_fixture.h"
#include "leadership_fixture.h"

namespace charm_test {
namespace {

using standin::Fault;
using standin::Fleet;
using standin::Mode;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

constexpr const char* kClaiming = "leader, 1 job; claiming leadership";
constexpr const char* kActive = "leader, 1 job";
constexpr const char* kIsTrue = "\nIS_LEADER=True\n";

std::string waiting_for(const std::string& unit) {
  return "leader, 1 job; waiting for " + unit + " until [0-9][0-9]:[0-9][0-9]";
}

std::string another_than(const Fleet& fleet, const std::string& unit) {
  const auto units = fleet.units();
  return units.front() == unit ? units.back() : units.front();
}

bool says_true(const Fleet& fleet, const std::string& unit) {
  return crontab(fleet, unit).find(kIsTrue) != std::string::npos;
}

bool has_claim(const Fleet& fleet, const std::string& unit) {
  const std::string prefix = "claim-" + unit.substr(unit.find('/') + 1) + "-";
  const auto data = fleet.application_data();
  return std::any_of(data.begin(), data.end(),
                     [&prefix](const auto& each) { return each.first.starts_with(prefix); });
}

// Plays all hooks; after each, at most one unit acts, and `look` looks.
void settle_watching(
    Fleet& fleet, const std::function<void()>& look = [] {}) {
  while (fleet.step()) {
    ASSERT_LE(acting_units(fleet).size(), 1u) << fleet.history().back().hook;
    look();
  }
}

// 0 is for ever.
int minutes_of(const std::string& ttl) {
  const int minutes = std::stoi(ttl);
  return minutes == 0 ? INT_MAX : minutes;
}

std::size_t hooks_of(const Fleet& fleet) {
  std::size_t hooks = 0;
  for (const std::string& unit : fleet.units()) hooks += fleet.hooks_run(unit);
  return hooks;
}

class Handover : public testing::TestWithParam<Mode> {
 protected:
  void SetUp() override {
    if (const auto reason = why_machine_is_too_young()) GTEST_SKIP() << *reason;
  }

  standin::Options options(const std::string& handover) const {
    return leadership_options(folder_.path(), handover, GetParam());
  }

  Fleet fleet(const std::string& handover, int units = 3) const {
    return deployed(options(handover), units);
  }

  TemporaryFolder folder_;
};

std::string name_of_mode(const testing::TestParamInfo<Mode>& mode) {
  return mode.param == Mode::juju_3_6 ? "v3_6" : "v4_0";
}

INSTANTIATE_TEST_SUITE_P(Juju, Handover, testing::Values(Mode::juju_3_6, Mode::juju_4_0),
                         name_of_mode);

TEST_P(Handover, SafeNeverHasTwoUnitsThatActWhateverTheOrderOfHooks) {
  std::set<std::string> told;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(seed);
    standin::Options each = options("safe");
    each.seed = seed;
    each.work = folder_.path() / ("seed" + std::to_string(seed));
    Fleet fleet(each);
    fleet.deploy(3);
    settle_watching(fleet);
    EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
    const std::string old_leader = fleet.leader().value();
    const std::string new_leader = another_than(fleet, old_leader);
    ASSERT_THAT(acting_units(fleet), ElementsAre(old_leader));

    fleet.elect(new_leader);
    settle_watching(fleet, [&] {
      told.insert(fleet.status(new_leader).message);
      const bool yielded = fleet.unit_data(old_leader).contains("yielded");
      EXPECT_TRUE(!yielded || !says_true(fleet, old_leader));
      EXPECT_TRUE(yielded || !says_true(fleet, new_leader));
    });
    EXPECT_EQ(fleet.status(new_leader).message, kActive);
    EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
    EXPECT_THAT(acting_units(fleet), ElementsAre(new_leader));

    // And back, for which the first one's claim must be a new one.
    fleet.elect(old_leader);
    settle_watching(fleet);
    EXPECT_THAT(acting_units(fleet), ElementsAre(old_leader));
    fleet.update_status();
    fleet.reset_counters();
    fleet.settle();
    EXPECT_EQ(hooks_of(fleet), 3u) << "a quiet fleet tells each other something";
  }
  // In some orders the old leader has yielded before the new one looks.
  EXPECT_THAT(told, Contains(kClaiming));
  EXPECT_THAT(told, Contains(MatchesRegex(waiting_for("django-cron/[0-9]"))));
}

TEST_P(Handover, SafeWaitsForALeaderThatIsCutOffUntilItMustHaveExpired) {
  Fleet fleet = this->fleet("safe");
  const std::string first = fleet.leader().value();
  fleet.partition(first);
  settle_watching(fleet);
  const std::string second = fleet.leader().value();
  EXPECT_THAT(acting_units(fleet), ElementsAre(first));
  EXPECT_THAT(fleet.status(second).message, MatchesRegex(waiting_for(first)));
  EXPECT_EQ(refusal(fleet.root(second)), "not the leader");

  age_read_back(fleet.root(second), kWait - std::chrono::minutes(2));
  fleet.update_status(second);
  settle_watching(fleet);
  EXPECT_THAT(fleet.status(second).message, MatchesRegex(waiting_for(first)));
  EXPECT_FALSE(says_true(fleet, second));

  // As long ago was the last hook of the first.
  age_stamp(fleet.root(first), kWait);
  age_read_back(fleet.root(second), std::chrono::minutes(2));
  EXPECT_THAT(acting_units(fleet), IsEmpty());
  fleet.update_status(second);
  settle_watching(fleet);
  EXPECT_THAT(acting_units(fleet), ElementsAre(second));
  EXPECT_EQ(fleet.status(second).message, kActive);
  EXPECT_FALSE(has_claim(fleet, first));
  EXPECT_TRUE(says_true(fleet, first));

  fleet.heal(first);
  settle_watching(fleet);
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
  EXPECT_THAT(acting_units(fleet), ElementsAre(second));
}

TEST_P(Handover, SafeDoesNotWaitAnyLongerForALeaderThatIsBackAndYields) {
  Fleet fleet = this->fleet("safe");
  const std::string first = fleet.leader().value();
  fleet.partition(first);
  settle_watching(fleet);
  fleet.heal(first);
  settle_watching(fleet);
  const std::string second = fleet.leader().value();
  ASSERT_NE(first, second);
  EXPECT_THAT(acting_units(fleet), ElementsAre(second));
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
}

TEST_P(Handover, SafeForgetsItsWaitWhenTheNewLeaderReboots) {
  Fleet fleet = this->fleet("safe");
  const std::string first = fleet.leader().value();
  fleet.partition(first);
  settle_watching(fleet);
  const std::string second = fleet.leader().value();
  age_read_back(fleet.root(second), kWait);
  fleet.reboot(second);
  settle_watching(fleet);
  EXPECT_THAT(fleet.status(second).message, MatchesRegex(waiting_for(first)));
  EXPECT_THAT(acting_units(fleet), ElementsAre(first));
}

// A hook of the new leader that ends before its claim is committed, in every way.
TEST_P(Handover, SafeDoesNotActOnAClaimThatWasNotCommitted) {
  for (const auto kind : {Fault::Kind::kill_hook, Fault::Kind::fail, Fault::Kind::lose_lease}) {
    SCOPED_TRACE(static_cast<int>(kind));
    standin::Options each = options("safe");
    each.work = folder_.path() / std::to_string(static_cast<int>(kind));
    Fleet fleet = deployed(each, 3);
    const std::string first = fleet.leader().value();
    const std::string second = another_than(fleet, first);
    const auto before = fleet.application_data();
    fleet.set_fault(second, "relation-set", {kind, std::chrono::milliseconds(0), 0, ""});
    fleet.elect(second);
    settle_watching(fleet, [&] { EXPECT_FALSE(says_true(fleet, second)); });
    for (int i = 0; i < 3; ++i) {
      fleet.run_hook(second, "update-status");
      EXPECT_FALSE(says_true(fleet, second));
      EXPECT_EQ(refusal(fleet.root(second)), "not the leader");
    }
    EXPECT_EQ(fleet.application_data(), before);
    EXPECT_THAT(acting_units(fleet), ElementsAre(first));  // nobody has told it

    fleet.clear_faults();
    fleet.elect(second);
    if (fleet.status(second).in_error) fleet.resolve(second);
    fleet.update_status(second);  // a hook whose tool fails does not fail for that: the next one
    settle_watching(fleet);
    EXPECT_THAT(acting_units(fleet), ElementsAre(second));
    EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
  }
}

TEST_P(Handover, SafeDoesNotActWhenLeadershipPassesOnBeforeTheClaimIsCommitted) {
  Fleet fleet = this->fleet("safe");
  const std::string first = fleet.leader().value();
  const std::string second = another_than(fleet, first);
  fleet.elect(second);
  int hooks = 0;
  fleet.before_commit([&](const std::string& unit, const std::string&) {
    if (unit == second && ++hooks == 1) fleet.elect(first);
  });
  settle_watching(fleet, [&] { EXPECT_FALSE(says_true(fleet, second)); });
  EXPECT_GE(hooks, 1);
  EXPECT_EQ(fleet.application_data().at("leader"), first);
  EXPECT_THAT(acting_units(fleet), ElementsAre(first));
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
}

TEST_P(Handover, SafeHoldsWhenTheYieldIsNotCommitted) {
  for (const auto kind : {Fault::Kind::kill_hook, Fault::Kind::fail}) {
    SCOPED_TRACE(static_cast<int>(kind));
    standin::Options each = options("safe");
    each.work = folder_.path() / std::to_string(static_cast<int>(kind));
    Fleet fleet = deployed(each, 3);
    const std::string first = fleet.leader().value();
    const std::string second = another_than(fleet, first);
    fleet.set_fault(first, "relation-set", {kind, std::chrono::milliseconds(0), 0, ""});
    fleet.elect(second);
    settle_watching(fleet);
    EXPECT_FALSE(says_true(fleet, first));
    EXPECT_THAT(fleet.status(second).message, MatchesRegex(waiting_for(first)));
    EXPECT_THAT(acting_units(fleet), IsEmpty());
    fleet.clear_faults();
    if (fleet.status(first).in_error) fleet.resolve(first);
    fleet.update_status(first);
    settle_watching(fleet);
    EXPECT_THAT(acting_units(fleet), ElementsAre(second));
    EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
  }
}

TEST_P(Handover, SafeToImmediateOnTheWayEndsTheWait) {
  Fleet fleet = this->fleet("safe");
  const std::string first = fleet.leader().value();
  fleet.partition(first);
  settle_watching(fleet);
  const std::string second = fleet.leader().value();
  ASSERT_FALSE(says_true(fleet, second));
  fleet.set_config({{"handover", "immediate"}});
  fleet.settle();
  EXPECT_THAT(acting_units(fleet), testing::UnorderedElementsAre(first, second));
  EXPECT_EQ(fleet.status(second).message, kActive);
  fleet.heal(first);
  fleet.settle();
  EXPECT_THAT(acting_units(fleet), ElementsAre(second));
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
}

TEST_P(Handover, ImmediateToSafeOnTheWayTakesTheNewLeaderBackUntilTheOldOneIsGone) {
  Fleet fleet = this->fleet("immediate");
  const std::string first = fleet.leader().value();
  fleet.partition(first);
  fleet.settle();
  const std::string second = fleet.leader().value();
  ASSERT_THAT(acting_units(fleet), testing::UnorderedElementsAre(first, second));
  fleet.set_config({{"handover", "safe"}});
  fleet.settle();
  EXPECT_THAT(acting_units(fleet), ElementsAre(first));
  EXPECT_THAT(fleet.status(second).message, MatchesRegex(waiting_for(first)));
  age_stamp(fleet.root(first), kWait);
  age_read_back(fleet.root(second), kWait);
  fleet.update_status(second);
  settle_watching(fleet);
  EXPECT_THAT(acting_units(fleet), ElementsAre(second));
  fleet.heal(first);
  settle_watching(fleet);
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
}

TEST_P(Handover, ImmediateToSafeInAQuietFleetLeavesItsLeaderAlone) {
  Fleet fleet = this->fleet("immediate");
  const std::string leader = fleet.leader().value();
  fleet.set_config({{"handover", "safe"}});
  settle_watching(fleet, [&] { EXPECT_TRUE(says_true(fleet, leader)); });
  EXPECT_THAT(acting_units(fleet), ElementsAre(leader));
}

TEST_P(Handover, AShorterTtlCountsAtOnceAndALongerOneWhenItIsKnown) {
  for (const char* handover : {"immediate", "safe"}) {
    SCOPED_TRACE(handover);
    standin::Options each = options(handover);
    each.work = folder_.path() / handover;
    Fleet fleet = deployed(each, 3);
    const fs::path root = fleet.root(fleet.leader().value());
    const auto ttl = [&] { return read(root / "var/lib/django-app-maintenance/leadership-ttl"); };
    const auto published = [&] {
      for (const auto& [key, value] : fleet.application_data()) {
        if (key.starts_with("claim-")) return value;
      }
      return std::string();
    };
    EXPECT_EQ(ttl(), "5\n");
    for (const std::string value : {"3", "60", "0", "5"}) {
      SCOPED_TRACE(value);
      fleet.set_config({{"leadership-ttl", value}});
      while (fleet.step()) {
        // It never acts for longer than the others can know of.
        EXPECT_LE(minutes_of(ttl()), minutes_of(published()));
      }
      EXPECT_EQ(ttl(), value + "\n");
      EXPECT_EQ(published(), value);
      EXPECT_THAT(read(stamp_path(root)), testing::EndsWith(" " + value + "\n"));
    }
  }
}

TEST_P(Handover, ABadValueIsNamedLeavesTheLeaderAndIsMendedByAGoodOne) {
  const std::vector<std::pair<standin::StringMap, std::string>> bad = {
      {{{"handover", "sometimes"}}, "handover: immediate or safe"},
      {{{"handover", ""}}, "handover: immediate or safe"},
      {{{"handover", "Safe"}}, "handover: immediate or safe"},
      {{{"leadership-ttl", "-1"}}, "leadership-ttl: minutes, at most 1440, or 0 for no end"},
      {{{"leadership-ttl", "1441"}}, "leadership-ttl: minutes, at most 1440, or 0 for no end"},
      {{{"leadership-ttl", "9223372036854775807"}},
       "leadership-ttl: minutes, at most 1440, or 0 for no end"}};
  for (const char* handover : {"immediate", "safe"}) {
    standin::Options each = options(handover);
    each.work = folder_.path() / handover;
    const standin::StringMap good = {{"handover", handover}, {"leadership-ttl", "5"}};
    Fleet fleet = deployed(each, 2);
    const std::string leader = fleet.leader().value();
    const std::string text = crontab(fleet, leader);
    for (const auto& [values, message] : bad) {
      SCOPED_TRACE(handover + (" " + values.begin()->first) + "=" + values.begin()->second);
      fleet.set_config(values);
      settle_watching(fleet);
      for (const std::string& unit : fleet.units()) {
        EXPECT_EQ(fleet.status(unit).state, "blocked");
        EXPECT_EQ(fleet.status(unit).message, message);
      }
      EXPECT_EQ(crontab(fleet, leader), text);
      EXPECT_THAT(acting_units(fleet), ElementsAre(leader));
      fleet.set_config(good);
      settle_watching(fleet);
      EXPECT_EQ(fleet.status(leader).state, "active");
      EXPECT_EQ(fleet.status(leader).message, kActive);
      EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
    }
  }
}

// What is unknown counts as safe.
TEST_P(Handover, WithABadValueANewLeaderWaitsForTheOldOne) {
  Fleet fleet = this->fleet("immediate");
  const std::string first = fleet.leader().value();
  fleet.set_config({{"handover", "sometimes"}});
  fleet.settle();
  fleet.partition(first);
  settle_watching(fleet);
  const std::string second = fleet.leader().value();
  EXPECT_FALSE(says_true(fleet, second));
  EXPECT_EQ(fleet.status(second).message, "handover: immediate or safe");
  fleet.set_config({{"handover", "immediate"}});
  fleet.settle();
  EXPECT_TRUE(says_true(fleet, second));
  fleet.heal(first);
  fleet.settle();
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
  EXPECT_THAT(acting_units(fleet), ElementsAre(second));
}

TEST_P(Handover, SafeDoesNotWaitForALeaderThatIsRemovedInPeace) {
  Fleet fleet = this->fleet("safe");
  const std::string first = fleet.leader().value();
  fleet.remove_unit(first);
  std::set<std::string> told;
  settle_watching(fleet, [&] {
    if (fleet.leader()) told.insert(fleet.status(*fleet.leader()).message);
  });
  EXPECT_THAT(told, Not(Contains(HasSubstr("waiting"))));
  EXPECT_FALSE(has_claim(fleet, first));
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
  EXPECT_THAT(acting_units(fleet), ElementsAre(fleet.leader().value()));
}

TEST_P(Handover, SafeWaitsForALeaderThatIsRemovedByForceOrKilled) {
  for (const bool force : {true, false}) {
    SCOPED_TRACE(force);
    standin::Options each = options("safe");
    each.work = folder_.path() / (force ? "force" : "killed");
    Fleet fleet = deployed(each, 3);
    const std::string first = fleet.leader().value();
    const fs::path root = fleet.root(first);
    if (force) {
      fleet.remove_unit(first, true);
    } else {
      fleet.kill(first);
    }
    settle_watching(fleet);
    EXPECT_EQ(refusal(root), "");  // its files stay, and cron goes on
    const std::string second = fleet.leader().value();
    EXPECT_THAT(acting_units(fleet), IsEmpty());
    EXPECT_THAT(fleet.status(second).message, MatchesRegex(waiting_for(first)));
    age_read_back(fleet.root(second), kWait);
    age_stamp(root, kWait);
    EXPECT_THAT(refusal(root), HasSubstr("leadership-ttl is 5m"));
    fleet.update_status(second);
    settle_watching(fleet);
    EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
    EXPECT_THAT(acting_units(fleet), ElementsAre(second));
    EXPECT_FALSE(has_claim(fleet, first));
  }
}

TEST_P(Handover, SafeWithATtlOfZeroWaitsForEverUntilTheOperatorVouches) {
  standin::Options each = options("safe");
  each.config["leadership-ttl"] = "0";
  Fleet fleet = deployed(each, 3);
  const std::string first = fleet.leader().value();
  fleet.kill(first);
  settle_watching(fleet);
  const std::string second = fleet.leader().value();
  age_read_back(fleet.root(second), 2 * kWait);
  fleet.update_status(second);
  settle_watching(fleet);
  EXPECT_EQ(fleet.status(second).message,
            "leader, 1 job; waiting for " + first + ", whose leadership never expires");
  EXPECT_FALSE(says_true(fleet, second));
  fleet.set_config({{"handover", "immediate"}, {"leadership-ttl", "5"}});
  settle_watching(fleet);
  EXPECT_TRUE(says_true(fleet, second));
  EXPECT_FALSE(has_claim(fleet, first));
  fleet.set_config({{"handover", "safe"}, {"leadership-ttl", "0"}});
  settle_watching(fleet);
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
  EXPECT_EQ(fleet.status(second).message, kActive);
}

TEST_P(Handover, ALateRenewalIsToldWithBothNumbersUntilAHookIsInTime) {
  for (const char* handover : {"immediate", "safe"}) {
    SCOPED_TRACE(handover);
    standin::Options each = options(handover);
    each.work = folder_.path() / handover;
    Fleet fleet = deployed(each, 2);
    const std::string leader = fleet.leader().value();
    for (const int late : {330, 600}) {
      age_stamp(fleet.root(leader), std::chrono::seconds(late));
      EXPECT_THAT(refusal(fleet.root(leader)), HasSubstr("leadership-ttl is 5m"));
      fleet.update_status(leader);
      fleet.settle();
      EXPECT_EQ(fleet.status(leader).state, "active");
      EXPECT_THAT(
          fleet.status(leader).message,
          MatchesRegex("leader, 1 job; leadership-ttl 5m is shorter than the (6|7|8|10|11|12|13)m "
                       "between hooks"));
      EXPECT_THAT(acting_units(fleet), ElementsAre(leader));
      fleet.update_status(leader);
      fleet.settle();
      EXPECT_EQ(fleet.status(leader).message, kActive);
    }
  }
}

TEST_P(Handover, WithoutAPeerRelationImmediateWorks) {
  standin::Options each = options("immediate");
  each.peer_relation = false;
  Fleet fleet = deployed(each, 2);
  const std::string first = fleet.leader().value();
  EXPECT_THAT(acting_units(fleet), ElementsAre(first));
  const std::string second = another_than(fleet, first);
  fleet.elect(second);
  fleet.settle();
  EXPECT_TRUE(says_true(fleet, second));
  EXPECT_EQ(fleet.status(second).message, kActive);
  fleet.update_status();
  fleet.settle();
  EXPECT_THAT(acting_units(fleet), ElementsAre(second));
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
}

TEST_P(Handover, WithoutAPeerRelationSafeWaitsForATtlAndSaysSo) {
  standin::Options each = options("safe");
  each.peer_relation = false;
  Fleet fleet = deployed(each, 2);
  const std::string leader = fleet.leader().value();
  EXPECT_THAT(acting_units(fleet), IsEmpty());
  EXPECT_THAT(fleet.status(leader).message,
              MatchesRegex("leader, 1 job; waiting until [0-9][0-9]:[0-9][0-9]"));
  age_alone_since(fleet.root(leader), kWait);
  fleet.update_status();
  settle_watching(fleet);
  EXPECT_THAT(acting_units(fleet), ElementsAre(leader));
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");

  fleet.depose();
  fleet.update_status();
  settle_watching(fleet);
  EXPECT_THAT(acting_units(fleet), IsEmpty());
  fleet.elect(leader);  // somebody else may have been leader meanwhile
  settle_watching(fleet);
  EXPECT_THAT(fleet.status(leader).message, HasSubstr("; waiting until "));
  EXPECT_FALSE(says_true(fleet, leader));

  fleet.set_config({{"leadership-ttl", "0"}});
  settle_watching(fleet);
  EXPECT_EQ(fleet.status(leader).message,
            "leader, 1 job; handover=safe needs a leadership-ttl or the peer relation");
  EXPECT_FALSE(says_true(fleet, leader));
}

TEST_P(Handover, LeadershipThatIsUnknownIsNone) {
  for (const char* handover : {"immediate", "safe"}) {
    SCOPED_TRACE(handover);
    standin::Options each = options(handover);
    each.work = folder_.path() / handover;
    Fleet fleet = deployed(each, 2);
    const std::string leader = fleet.leader().value();
    fleet.set_fault(leader, "is-leader", {});
    fleet.update_status();
    fleet.settle();
    EXPECT_FALSE(says_true(fleet, leader));
    EXPECT_FALSE(fs::exists(stamp_path(fleet.root(leader))));
    EXPECT_THAT(acting_units(fleet), IsEmpty());
    fleet.clear_faults();
    fleet.update_status();
    fleet.settle();
    EXPECT_THAT(acting_units(fleet), ElementsAre(leader));
  }
}

// What docs/leadership.md says that a fail-over costs.
class FailOverCost : public testing::TestWithParam<std::tuple<Mode, int>> {
 protected:
  // Quiet and with a leader that acts. The hooks by which the units get to know each other are
  // quadratic in number and of no interest: they are played without a charm in them.
  Fleet fleet(const std::string& handover) const {
    const auto [mode, units] = GetParam();
    const fs::path folder = folder_.path() / handover;
    const fs::path charm = folder / "charm";
    fs::create_directories(folder);
    fs::copy(staged_charm(), charm, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    std::vector<fs::path> hooks;
    for (const auto& hook : fs::directory_iterator(charm / "hooks")) {
      if (hook.path().filename().string().starts_with("replicas-")) hooks.push_back(hook.path());
    }
    for (const fs::path& hook : hooks) fs::remove(hook);
    standin::Options options = leadership_options(folder, handover, mode);
    options.charm = charm;
    Fleet fleet = deployed(options, units);
    fleet.refresh(staged_charm());
    fleet.settle();
    fleet.update_status();
    fleet.settle();
    EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
    fleet.reset_counters();
    return fleet;
  }

  void tell(const std::string& what, std::size_t hooks) const {
    RecordProperty(fmt::format("{}_{}_units", what, units()), fmt::to_string(hooks));
  }

  static std::size_t units() { return static_cast<std::size_t>(std::get<1>(GetParam())); }

  TemporaryFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Juju, FailOverCost,
                         testing::Combine(testing::Values(Mode::juju_3_6, Mode::juju_4_0),
                                          testing::Values(3, 10, 50, 100)),
                         [](const auto& parameters) {
                           return fmt::format(
                               "{}_units_{}",
                               std::get<0>(parameters.param) == Mode::juju_3_6 ? "v3_6" : "v4_0",
                               std::get<1>(parameters.param));
                         });

TEST_P(FailOverCost, Immediate) {
  Fleet fleet = this->fleet("immediate");
  fleet.elect(another_than(fleet, fleet.leader().value()));
  fleet.settle();
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
  EXPECT_EQ(hooks_of(fleet), units() + 1);
  tell("immediate", hooks_of(fleet));
}

TEST_P(FailOverCost, SafeWhenTheOldLeaderHears) {
  Fleet fleet = this->fleet("safe");
  fleet.elect(another_than(fleet, fleet.leader().value()));
  fleet.settle();
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
  EXPECT_EQ(hooks_of(fleet), 2 * units());
  tell("safe_heard", hooks_of(fleet));
}

TEST_P(FailOverCost, SafeWhenTheOldLeaderIsWaitedOut) {
  if (const auto reason = why_machine_is_too_young()) GTEST_SKIP() << *reason;
  Fleet fleet = this->fleet("safe");
  fleet.partition(fleet.leader().value());
  fleet.settle();
  const std::string leader = fleet.leader().value();
  age_read_back(fleet.root(leader), kWait);
  fleet.update_status(leader);
  fleet.settle();
  EXPECT_TRUE(says_true(fleet, leader));
  EXPECT_EQ(hooks_of(fleet) - 1, 2 * units() - 1);  // but for update-status, which runs anyway
  tell("safe_waited_out", hooks_of(fleet) - 1);
}

}  // namespace
}  // namespace charm_test
