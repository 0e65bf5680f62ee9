#include "charm/leadership.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace leader_cron {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Ttl kTtl{15};

Claim claim_of(int unit, Term term, Ttl ttl = kTtl) {
  return {"app/" + std::to_string(unit), term, static_cast<std::uint32_t>(100 * unit + 1), ttl};
}

// A hook of app/0 in a fleet with a peer relation.
LeadershipFacts hook(Leadership leadership, Handover handover, int now = 1000) {
  LeadershipFacts facts;
  facts.unit = "app/0";
  facts.leadership = leadership;
  facts.options = LeadershipOptions{handover, kTtl};
  facts.peers = Peers::present;
  facts.reading = {"boot-a", seconds(now)};
  return facts;
}

LeadershipFacts safe_leader(ApplicationData data, int now = 1000) {
  LeadershipFacts facts = hook(Leadership::leader, Handover::safe, now);
  facts.application = {true, std::move(data)};
  return facts;
}

LeadershipFacts safe_follower(ApplicationData data, int now = 1000) {
  LeadershipFacts facts = safe_leader(std::move(data), now);
  facts.leadership = Leadership::follower;
  return facts;
}

void answer(LeadershipFacts& facts, const std::string& unit, Term yielded) {
  facts.units[unit] = {true, UnitData{yielded}};
}

// The next hook of the same unit, `later` seconds on, with what this one left behind.
LeadershipFacts then(const LeadershipFacts& before, const LeadershipDecision& decision, int later,
                     ApplicationData data) {
  LeadershipFacts facts = before;
  facts.local = decision.local;
  facts.stamp = decision.stamp;
  facts.reading.since_boot += seconds(later);
  facts.application = {true, std::move(data)};
  facts.units.clear();
  return facts;
}

Stamp stamp_at(int now, Ttl ttl) {
  return {{"boot-a", seconds(now)}, ttl};
}

// --- who acts at all

TEST(Leadership, AFollowerHasNoStamp) {
  for (const Leadership each : {Leadership::follower, Leadership::unknown}) {
    for (const Handover handover : {Handover::immediate, Handover::safe}) {
      LeadershipFacts facts = hook(each, handover);
      facts.stamp = stamp_at(900, kTtl);
      facts.application = {true, ApplicationData{"app/0", {claim_of(0, 1)}}};
      const auto decision = decide(facts);
      EXPECT_FALSE(decision.active());
      EXPECT_EQ(decision.stamp, std::nullopt);
      EXPECT_EQ(decision.allowed, std::nullopt);
      EXPECT_EQ(decision.application, std::nullopt);
    }
  }
}

TEST(Leadership, TheStampIsAsOldAsTheQuestion) {
  LeadershipFacts facts = hook(Leadership::leader, Handover::immediate, 1234);
  facts.application = {true, ApplicationData{"app/0", {claim_of(0, 1)}}};
  EXPECT_EQ(decide(facts).stamp, stamp_at(1234, kTtl));
}

// --- what is asked of Juju

TEST(Leadership, AsksNothingWithoutARelation) {
  for (const Peers peers : {Peers::absent, Peers::unusable}) {
    for (const Handover handover : {Handover::immediate, Handover::safe}) {
      LeadershipFacts facts = hook(Leadership::leader, handover);
      facts.peers = peers;
      EXPECT_EQ(next_read(facts), std::nullopt);
    }
  }
}

TEST(Leadership, AFollowerAsksNothingWhereHandoverIsImmediate) {
  EXPECT_EQ(next_read(hook(Leadership::follower, Handover::immediate)), std::nullopt);
  EXPECT_EQ(next_read(hook(Leadership::unknown, Handover::immediate)), std::nullopt);
}

TEST(Leadership, ASettledLeaderReadsOnlyTheApplicationsData) {
  LeadershipFacts facts = hook(Leadership::leader, Handover::safe);
  EXPECT_EQ(next_read(facts), (NextRead{true, ""}));
  facts.application = {true, ApplicationData{"app/0", {claim_of(0, 7), claim_of(1, 6)}}};
  EXPECT_EQ(next_read(facts), (NextRead{false, "app/1"}));
  answer(facts, "app/1", 6);
  EXPECT_EQ(next_read(facts), std::nullopt);
  const auto decision = decide(facts);
  ASSERT_TRUE(decision.active());
  const auto later = then(facts, decision, 300, *facts.application.value);
  EXPECT_EQ(next_read(later), std::nullopt);
  EXPECT_TRUE(decide(later).active());
}

TEST(Leadership, AFollowerThatMustYieldReadsItsOwnDataUntilItHasReadThatItDid) {
  LeadershipFacts facts = hook(Leadership::follower, Handover::safe);
  EXPECT_EQ(next_read(facts), (NextRead{true, ""}));
  const ApplicationData data{"app/1", {claim_of(0, 6), claim_of(1, 7)}};
  facts.application = {true, data};
  EXPECT_EQ(next_read(facts), (NextRead{false, "app/0"}));
  answer(facts, "app/0", 6);
  const auto decision = decide(facts);
  EXPECT_EQ(decision.own, std::nullopt);
  EXPECT_EQ(next_read(then(facts, decision, 300, data)), std::nullopt);
}

TEST(Leadership, WhatWasAskedInVainIsNotAskedAgain) {
  LeadershipFacts facts = hook(Leadership::leader, Handover::safe);
  facts.application.asked = true;
  EXPECT_EQ(next_read(facts), std::nullopt);
  EXPECT_EQ(decide(facts).standing, Standing::claiming);
  facts = safe_leader({"app/1", {claim_of(1, 6)}});
  EXPECT_EQ(next_read(facts), (NextRead{false, "app/0"}));
  facts.units["app/0"].asked = true;
  EXPECT_EQ(next_read(facts), std::nullopt);
  EXPECT_EQ(decide(facts).application, std::nullopt) << "the terms it has yielded are unknown";
}

// --- immediate

TEST(Immediate, ANewLeaderActsAtOnceAndClaims) {
  LeadershipFacts facts = hook(Leadership::leader, Handover::immediate);
  facts.options->ttl = Ttl(60);
  facts.application = {true, ApplicationData{"app/1", {claim_of(1, 6)}}};
  EXPECT_EQ(next_read(facts), (NextRead{false, "app/0"}));
  answer(facts, "app/0", 0);
  const auto decision = decide(facts);
  EXPECT_TRUE(decision.active());
  EXPECT_EQ(decision.stamp, stamp_at(1000, kUnpublishedTtl)) << "nobody knows of it yet";
  ASSERT_TRUE(decision.application);
  EXPECT_EQ(decision.application->leader, "app/0");
  ASSERT_THAT(decision.application->set, SizeIs(1));
  EXPECT_EQ(decision.application->set[0].term, 7u);
  EXPECT_EQ(decision.application->set[0].ttl, Ttl(60));
  const auto later =
      then(facts, decision, 10,
           {"app/0", {decision.application->set[0], facts.application.value->claims[0]}});
  EXPECT_EQ(decide(later).stamp, stamp_at(1010, Ttl(60)));
  EXPECT_EQ(decide(later).application, std::nullopt);
}

TEST(Immediate, ActsWithoutARelationAndWithoutItsData) {
  LeadershipFacts facts = hook(Leadership::leader, Handover::immediate);
  facts.options->ttl = kNeverExpires;
  facts.peers = Peers::absent;
  EXPECT_EQ(decide(facts).stamp, stamp_at(1000, kNeverExpires));
  EXPECT_EQ(decide(facts).allowed, kNeverExpires);
  for (const Peers peers : {Peers::unusable, Peers::present}) {
    facts.peers = peers;
    facts.application = {true, std::nullopt};
    EXPECT_EQ(decide(facts).stamp, stamp_at(1000, kUnpublishedTtl));
  }
}

TEST(Immediate, AFollowerDoesNotYield) {
  LeadershipFacts facts = hook(Leadership::follower, Handover::immediate);
  facts.application = {true, ApplicationData{"app/1", {claim_of(0, 6), claim_of(1, 7)}}};
  answer(facts, "app/0", 0);
  EXPECT_EQ(decide(facts).own, std::nullopt);
}

// --- safe: the claim

TEST(Safe, TheFirstLeaderClaimsAndActsInALaterHook) {
  LeadershipFacts facts = safe_leader({});
  answer(facts, "app/0", 0);
  const auto decision = decide(facts);
  EXPECT_EQ(decision.standing, Standing::claiming);
  EXPECT_EQ(decision.stamp, std::nullopt);
  ASSERT_TRUE(decision.application);
  const Claim claim = decision.application->set.at(0);
  EXPECT_EQ(claim.term, 1u);
  const auto later = decide(then(facts, decision, 2, {"app/0", {claim}}));
  EXPECT_TRUE(later.active());
  EXPECT_EQ(later.stamp, stamp_at(1002, kTtl));
  EXPECT_EQ(later.application, std::nullopt);
}

TEST(Safe, AClaimThatWasNotCommittedIsMadeAgain) {
  LeadershipFacts facts = safe_leader({"app/1", {claim_of(1, 6)}});
  answer(facts, "app/0", 0);
  const auto first = decide(facts);
  LeadershipFacts next = then(facts, first, 5, *facts.application.value);
  answer(next, "app/0", 0);
  const auto second = decide(next);
  EXPECT_EQ(second.standing, Standing::claiming);
  EXPECT_EQ(second.application->set.at(0).term, 7u);
  EXPECT_NE(second.application->set.at(0).id, first.application->set.at(0).id);
}

TEST(Safe, AClaimIsLaterThanAllThatIsSeenAndAllThatWasYielded) {
  LeadershipFacts facts = safe_leader({"app/1", {claim_of(0, 3), claim_of(1, 6)}});
  answer(facts, "app/0", 9);
  const auto decision = decide(facts);
  EXPECT_EQ(decision.application->set.at(0).term, 10u);
  EXPECT_THAT(decision.application->remove, ElementsAre(claim_of(0, 3)));
}

TEST(Safe, WhoClaimedLastHolds) {
  // Two claims of one term, of which the other's was committed later.
  LeadershipFacts facts = safe_leader({"app/1", {claim_of(0, 7), claim_of(1, 7)}});
  answer(facts, "app/0", 0);
  const auto decision = decide(facts);
  EXPECT_EQ(decision.standing, Standing::claiming);
  EXPECT_EQ(decision.application->set.at(0).term, 8u);
}

TEST(Safe, ActsNotWithoutTheRelationsData) {
  LeadershipFacts facts = hook(Leadership::leader, Handover::safe);
  facts.peers = Peers::unusable;
  EXPECT_EQ(decide(facts).standing, Standing::claiming);
}

// --- safe: the wait

TEST(Safe, WaitsForAllThatMayBeActive) {
  const ApplicationData data{"app/0", {claim_of(0, 8), claim_of(1, 6), claim_of(2, 7, Ttl(60))}};
  LeadershipFacts facts = safe_leader(data);
  answer(facts, "app/1", 6);
  answer(facts, "app/2", 6);
  const auto decision = decide(facts);
  EXPECT_EQ(decision.standing, Standing::waiting);
  EXPECT_EQ(decision.stamp, std::nullopt);
  EXPECT_EQ(decision.application, std::nullopt);
  EXPECT_THAT(decision.awaited, ElementsAre(Awaited{"app/2", seconds(1000) + wait_for(Ttl(60))}));
  LeadershipFacts next = then(facts, decision, 10, data);
  answer(next, "app/1", 6);
  answer(next, "app/2", 7);
  EXPECT_TRUE(decide(next).active());
}

TEST(Safe, ActsWhenTheirStampsMustHaveExpired) {
  const ApplicationData data{"app/0", {claim_of(0, 8), claim_of(1, 7)}};
  const LeadershipFacts facts = safe_leader(data);
  const auto decision = decide(facts);
  const int wait = static_cast<int>(wait_for(kTtl).count());
  EXPECT_GT(wait, 15 * 60);
  EXPECT_FALSE(decide(then(facts, decision, wait - 1, data)).active());
  const auto late = decide(then(facts, decision, wait, data));
  EXPECT_TRUE(late.active());
  EXPECT_EQ(late.local.doubt_until, seconds(1000 + wait));
  ASSERT_TRUE(late.application) << "so that the next leader does not wait for it again";
  EXPECT_THAT(late.application->remove, ElementsAre(claim_of(1, 7)));
  EXPECT_FALSE(late.application->name_leader);
}

TEST(Safe, TheWaitIsAsLongAsThePublishedTtlWhateverTheOptionSays) {
  const ApplicationData data{"app/0", {claim_of(0, 8), claim_of(1, 7, Ttl(60))}};
  const LeadershipFacts facts = safe_leader(data);
  const auto decision = decide(facts);
  EXPECT_FALSE(decide(then(facts, decision, 3600, data)).active());
  EXPECT_TRUE(
      decide(then(facts, decision, static_cast<int>(wait_for(Ttl(60)).count()), data)).active());
}

TEST(Safe, TheWaitBeginsWhenTheClaimWasReadBack) {
  // Leader since long ago, but the claim was committed just now.
  LeadershipFacts facts = safe_leader({"app/1", {claim_of(1, 7)}}, 1000);
  answer(facts, "app/0", 0);
  const auto claimed = decide(facts);
  const ApplicationData data{"app/0", {claimed.application->set.at(0), claim_of(1, 7)}};
  const LeadershipFacts next = then(facts, claimed, 5000, data);
  const auto decision = decide(next);
  EXPECT_EQ(decision.standing, Standing::waiting);
  EXPECT_THAT(decision.awaited, ElementsAre(Awaited{"app/1", seconds(6000) + wait_for(kTtl)}));
}

TEST(Safe, TheWaitBeginsAnewAfterAReboot) {
  const ApplicationData data{"app/0", {claim_of(0, 8), claim_of(1, 7)}};
  const LeadershipFacts facts = safe_leader(data);
  LeadershipFacts next = then(facts, decide(facts), 5000, data);
  next.reading.boot_id = "boot-b";
  EXPECT_EQ(decide(next).standing, Standing::waiting);
  next.reading.boot_id = "boot-a";
  EXPECT_TRUE(decide(next).active());
}

TEST(Safe, TheWaitForANewClaimIsANewWait) {
  const ApplicationData data{"app/0", {claim_of(0, 8), claim_of(1, 7)}};
  const LeadershipFacts facts = safe_leader(data);
  const ApplicationData newer{"app/0", {claim_of(0, 10), claim_of(1, 9)}};
  EXPECT_EQ(decide(then(facts, decide(facts), 5000, newer)).standing, Standing::waiting);
}

// Another waited this unit out and left, and took both claims along: terms begin anew, and what
// this unit knew of its old claim is not of the new one.
TEST(Safe, AClaimOfATermThatItHadBeforeIsANewClaim) {
  LeadershipFacts facts = safe_leader({"app/2", {claim_of(2, 1)}});
  answer(facts, "app/0", 0);
  const auto first = decide(facts);
  LeadershipFacts next =
      then(facts, first, 10, {"app/0", {claim_of(2, 1), first.application->set.at(0)}});
  answer(next, "app/2", 1);
  const auto active = decide(next);
  ASSERT_TRUE(active.active());

  next = then(next, active, 5000, {"app/1", {claim_of(1, 1)}});
  answer(next, "app/0", 0);
  const auto second = decide(next);
  const Claim claim = second.application->set.at(0);
  EXPECT_EQ(claim.term, first.application->set.at(0).term);
  EXPECT_NE(claim.id, first.application->set.at(0).id);
  const auto decision = decide(then(next, second, 10, {"app/0", {claim_of(1, 1), claim}}));
  EXPECT_EQ(decision.standing, Standing::waiting);
  EXPECT_THAT(decision.awaited, ElementsAre(Awaited{"app/1", seconds(6020) + wait_for(kTtl)}));
}

TEST(Safe, WhoNeverExpiresIsWaitedForForEver) {
  const ApplicationData data{"app/0", {claim_of(0, 8), claim_of(1, 7, kNeverExpires)}};
  const LeadershipFacts facts = safe_leader(data);
  const auto decision = decide(facts);
  EXPECT_THAT(decision.awaited, ElementsAre(Awaited{"app/1", std::nullopt}));
  LeadershipFacts next = then(facts, decision, 100'000'000, data);
  EXPECT_FALSE(decide(next).active());
  answer(next, "app/1", 7);
  EXPECT_TRUE(decide(next).active());
}

TEST(Safe, AUnitThatYieldedIsForgottenWithTheNextChange) {
  const ApplicationData data{"app/0", {claim_of(0, 8), claim_of(1, 7)}};
  LeadershipFacts facts = safe_leader(data);
  answer(facts, "app/1", 7);
  const auto decision = decide(facts);
  EXPECT_TRUE(decision.active());
  EXPECT_EQ(decision.application, std::nullopt);
  LeadershipFacts next = then(facts, decision, 300, data);
  next.options->ttl = Ttl(30);
  EXPECT_THAT(decide(next).application->remove, ElementsAre(claim_of(1, 7)));
}

TEST(Safe, WhoYieldedIsNotForgottenWhileOthersAreWaitedFor) {
  const ApplicationData data{"app/0", {claim_of(0, 8), claim_of(1, 7), claim_of(2, 7)}};
  LeadershipFacts facts = safe_leader(data);
  facts.options->ttl = Ttl(30);
  answer(facts, "app/1", 7);
  const auto decision = decide(facts);
  EXPECT_EQ(decision.standing, Standing::waiting);
  ASSERT_TRUE(decision.application);
  EXPECT_THAT(decision.application->remove, IsEmpty());
}

TEST(Safe, TheSameLeaderElectedAgainGoesOn) {
  const ApplicationData data{"app/0", {claim_of(0, 8)}};
  LeadershipFacts facts = safe_leader(data);
  auto decision = decide(facts);
  LeadershipFacts lost = then(facts, decision, 60, data);
  lost.leadership = Leadership::follower;
  decision = decide(lost);
  EXPECT_FALSE(decision.active());
  EXPECT_EQ(decision.own, std::nullopt) << "nobody has asked for it";
  LeadershipFacts again = then(facts, decision, 60, data);
  EXPECT_TRUE(decide(again).active());
}

// --- safe: yielding

TEST(Safe, AFollowerYieldsOnlyWhatItClaimed) {
  LeadershipFacts facts = safe_follower({"app/1", {claim_of(1, 7), claim_of(2, 6)}});
  EXPECT_EQ(next_read(facts), std::nullopt);
  EXPECT_EQ(decide(facts).own, std::nullopt);
  facts = safe_follower({"app/1", {claim_of(0, 5), claim_of(0, 6), claim_of(1, 7)}});
  answer(facts, "app/0", 5);
  EXPECT_EQ(decide(facts).own, (UnitData{6}));
}

TEST(Safe, AYieldThatWasNotCommittedIsSaidAgain) {
  const ApplicationData data{"app/1", {claim_of(0, 6), claim_of(1, 7)}};
  LeadershipFacts facts = safe_follower(data);
  answer(facts, "app/0", 0);
  const auto decision = decide(facts);
  EXPECT_EQ(decision.own, (UnitData{6}));
  LeadershipFacts next = then(facts, decision, 5, data);
  EXPECT_EQ(next_read(next), (NextRead{false, "app/0"}));
  answer(next, "app/0", 0);
  EXPECT_EQ(decide(next).own, (UnitData{6}));
}

TEST(Safe, AYieldNeverGoesBack) {
  LeadershipFacts facts = safe_follower({"app/1", {claim_of(0, 6), claim_of(1, 7)}});
  facts.units["app/0"].asked = true;
  EXPECT_EQ(decide(facts).own, std::nullopt) << "what was yielded before is unknown";
}

TEST(Safe, ALeaderThatGoesLeavesNobodyToWaitFor) {
  LeadershipFacts facts = safe_leader({"app/0", {claim_of(0, 8), claim_of(1, 7)}});
  facts.leaving = true;
  EXPECT_EQ(next_read(facts), std::nullopt);
  const auto decision = decide(facts);
  EXPECT_FALSE(decision.active());
  EXPECT_EQ(decision.stamp, std::nullopt);
  ASSERT_TRUE(decision.application);
  EXPECT_TRUE(decision.application->name_leader);
  EXPECT_EQ(decision.application->leader, "");
  EXPECT_THAT(decision.application->remove, ElementsAre(claim_of(0, 8)));
}

TEST(Safe, AUnitThatGoesYieldsLikeAnyOther) {
  LeadershipFacts facts = safe_follower({"app/1", {claim_of(0, 6), claim_of(1, 7)}});
  facts.leaving = true;
  answer(facts, "app/0", 0);
  EXPECT_EQ(decide(facts).own, (UnitData{6}));
}

// --- ttl and mode that change

TEST(Ttl, ALongerOneCountsWhenItIsPublished) {
  LeadershipFacts facts = safe_leader({"app/0", {claim_of(0, 8)}});
  facts.options->ttl = Ttl(60);
  const auto decision = decide(facts);
  EXPECT_EQ(decision.stamp, stamp_at(1000, kTtl));
  EXPECT_EQ(decision.allowed, kTtl);
  EXPECT_THAT(decision.application->set, ElementsAre(claim_of(0, 8, Ttl(60))));
  EXPECT_FALSE(decision.application->name_leader);
  const auto later = decide(then(facts, decision, 5, {"app/0", {claim_of(0, 8, Ttl(60))}}));
  EXPECT_EQ(later.stamp, stamp_at(1005, Ttl(60)));
}

TEST(Ttl, AShorterOneCountsAtOnce) {
  LeadershipFacts facts = safe_leader({"app/0", {claim_of(0, 8, kNeverExpires)}});
  const auto decision = decide(facts);
  EXPECT_EQ(decision.stamp, stamp_at(1000, kTtl));
  EXPECT_EQ(decision.allowed, kTtl);
  EXPECT_THAT(decision.application->set, ElementsAre(claim_of(0, 8, kTtl)));
}

TEST(Ttl, UnknownOptionsAreSafeOnesAndChangeNothing) {
  LeadershipFacts facts = safe_leader({"app/0", {claim_of(0, 8, Ttl(60)), claim_of(1, 7)}});
  facts.options.reset();
  EXPECT_EQ(decide(facts).standing, Standing::waiting);
  answer(facts, "app/1", 7);
  const auto decision = decide(facts);
  EXPECT_EQ(decision.stamp, stamp_at(1000, Ttl(60)));
  EXPECT_EQ(decision.application, std::nullopt);
}

TEST(Mode, FromImmediateToSafeTheLeaderWaitsForWhoWasLeaderBefore) {
  const ApplicationData data{"app/0", {claim_of(0, 8), claim_of(1, 7)}};
  LeadershipFacts facts = hook(Leadership::leader, Handover::immediate);
  facts.application = {true, data};
  auto decision = decide(facts);
  EXPECT_TRUE(decision.active());
  LeadershipFacts next = then(facts, decision, 60, data);
  next.options->handover = Handover::safe;
  EXPECT_EQ(next_read(next), (NextRead{false, "app/1"}));
  EXPECT_EQ(decide(next).standing, Standing::waiting);
  // Leader for longer than their stamps last: there is nobody to wait for.
  next.reading.since_boot = seconds(1000) + wait_for(kTtl);
  EXPECT_TRUE(decide(next).active());
}

TEST(Mode, FromSafeToImmediateTheWaitEnds) {
  const ApplicationData data{"app/0", {claim_of(0, 8), claim_of(1, 7)}};
  LeadershipFacts facts = safe_leader(data);
  auto decision = decide(facts);
  EXPECT_FALSE(decision.active());
  LeadershipFacts next = then(facts, decision, 60, data);
  next.options->handover = Handover::immediate;
  EXPECT_TRUE(decide(next).active());
}

TEST(Mode, ImmediateForTheLengthOfATtlGivesUpWhoNeverExpires) {
  const ApplicationData data{"app/0", {claim_of(0, 8), claim_of(1, 7, kNeverExpires)}};
  LeadershipFacts facts = hook(Leadership::leader, Handover::immediate);
  facts.application = {true, data};
  const auto decision = decide(facts);
  EXPECT_EQ(decision.application, std::nullopt);
  const auto later = decide(then(facts, decision, static_cast<int>(wait_for(kTtl).count()), data));
  ASSERT_TRUE(later.application);
  EXPECT_THAT(later.application->remove, ElementsAre(claim_of(1, 7, kNeverExpires)));
}

TEST(Mode, ImmediateForgetsThoseThatExpiredWhenTheyAreMany) {
  for (const int others : {3, 4, 5}) {
    ApplicationData data{"app/0", {claim_of(0, 20)}};
    for (int unit = 1; unit <= others; ++unit)
      data.claims.push_back(claim_of(unit, static_cast<Term>(unit)));
    LeadershipFacts facts = hook(Leadership::leader, Handover::immediate);
    facts.application = {true, data};
    const auto decision = decide(facts);
    EXPECT_EQ(decision.application, std::nullopt) << "their stamps may still count";
    const auto later =
        decide(then(facts, decision, static_cast<int>(wait_for(kTtl).count()), data));
    EXPECT_TRUE(later.active());
    ASSERT_EQ(later.application.has_value(), others > 3) << others;
    if (!later.application) continue;
    EXPECT_EQ(later.application->remove.size(), data.claims.size() - 1);
    EXPECT_THAT(later.application->set, testing::IsEmpty());
  }
}

// --- versions without claims

TEST(OldVersion, ItsLeaderIsNamedAndNeverExpires) {
  LeadershipFacts facts = safe_leader({"app/4", {claim_of(2, 3)}});
  answer(facts, "app/0", 0);
  const auto decision = decide(facts);
  ASSERT_TRUE(decision.application);
  EXPECT_THAT(decision.application->set, ElementsAre(testing::Field(&Claim::unit, "app/0"),
                                                     Claim{"app/4", 4, 0, kNeverExpires}));
}

TEST(OldVersion, ItWroteOverTheNameOfOneThatHolds) {
  LeadershipFacts facts = safe_leader({"app/4", {claim_of(0, 3)}});
  answer(facts, "app/0", 0);
  const auto decision = decide(facts);
  EXPECT_EQ(decision.standing, Standing::claiming);
  EXPECT_THAT(decision.application->set,
              ElementsAre(testing::Field(&Claim::term, 4), Claim{"app/4", 4, 0, kNeverExpires}));
}

TEST(OldVersion, AnUpgradedLeaderClaims) {
  LeadershipFacts facts = safe_leader({"app/0", {}});
  EXPECT_EQ(next_read(facts), (NextRead{false, "app/0"}));
  answer(facts, "app/0", 0);
  const auto decision = decide(facts);
  EXPECT_EQ(decision.standing, Standing::claiming);
  EXPECT_THAT(decision.application->set, SizeIs(1));
}

TEST(OldVersion, ALeaderThatIsNoUnitOfOursIsNobody) {
  for (const char* leader : {"nonsense", "app", "app/", "app/x", "other/1", "app/12345678901"}) {
    LeadershipFacts facts = safe_leader({leader, {}});
    answer(facts, "app/0", 0);
    EXPECT_THAT(decide(facts).application->set, SizeIs(1)) << leader;
  }
}

// --- without a relation

TEST(Alone, SafeWaitsOutTheTtl) {
  LeadershipFacts facts = hook(Leadership::leader, Handover::safe);
  facts.peers = Peers::absent;
  const auto decision = decide(facts);
  EXPECT_EQ(decision.standing, Standing::waiting_alone);
  EXPECT_THAT(decision.awaited, ElementsAre(Awaited{"", seconds(1000) + wait_for(kTtl)}));
  LeadershipFacts next = then(facts, decision, static_cast<int>(wait_for(kTtl).count()), {});
  EXPECT_TRUE(decide(next).active());
  // A hook in which it was not leader begins the wait anew.
  LeadershipFacts lost = next;
  lost.leadership = Leadership::unknown;
  EXPECT_EQ(decide(lost).local.alone_since, std::nullopt);
}

TEST(Alone, SafeNeverActsWhereStampsNeverExpire) {
  LeadershipFacts facts = hook(Leadership::leader, Handover::safe);
  facts.peers = Peers::absent;
  facts.options->ttl = kNeverExpires;
  const auto decision = decide(facts);
  EXPECT_THAT(decision.awaited, ElementsAre(Awaited{"", std::nullopt}));
  EXPECT_FALSE(decide(then(facts, decision, 100'000'000, {})).active());
}

// --- what is told

TEST(Leadership, ARenewalOfAStampThatHadExpiredIsTold) {
  const ApplicationData data{"app/0", {claim_of(0, 8)}};
  LeadershipFacts facts = hook(Leadership::leader, Handover::immediate);
  facts.application = {true, data};
  const auto decision = decide(facts);
  EXPECT_EQ(decision.late, std::nullopt);
  EXPECT_EQ(decide(then(facts, decision, 899, data)).late, std::nullopt);
  const auto late = decide(then(facts, decision, 1000, data));
  EXPECT_EQ(late.late, (LateRenewal{kTtl, seconds(1000)}));
  EXPECT_EQ(late.stamp, stamp_at(2000, kTtl));
  ASSERT_THAT(late.log, SizeIs(1));
  EXPECT_EQ(late.log[0].text,
            "leadership: confirmed after 1000s, which is longer than leadership-ttl, 15m");
}

TEST(Leadership, TransitionsAreLoggedOnce) {
  const ApplicationData data{"app/0", {claim_of(0, 8)}};
  LeadershipFacts facts = safe_leader(data);
  const auto decision = decide(facts);
  EXPECT_THAT(decision.log, SizeIs(1));
  EXPECT_THAT(decide(then(facts, decision, 300, data)).log, IsEmpty());
  LeadershipFacts lost = then(facts, decision, 300, data);
  lost.leadership = Leadership::follower;
  EXPECT_THAT(decide(lost).log, SizeIs(1));
}

// --- what is remembered

TEST(LocalLeadership, IsReadBack) {
  LocalLeadership local;
  local.boot_id = "boot-a";
  EXPECT_EQ(parse_local_leadership(text_of(local)), local);
  local = {"boot-a", 7, 4'000'000'000U, seconds(1), true, seconds(2), 6, seconds(3), true, "r:3"};
  EXPECT_EQ(text_of(local), "1 boot-a 7 4000000000 1 1 2 6 3 1 =r:3\n");
  EXPECT_EQ(parse_local_leadership(text_of(local)), local);
  local.relation = "";
  EXPECT_EQ(parse_local_leadership(text_of(local)), local);
}

TEST(LocalLeadership, WhatIsNotWrittenByUsIsForgotten) {
  for (const std::string text :
       {"", "\n", "1 boot-a 7 4 1 1 2 6 3 1 =r:3", "2 boot-a 7 4 1 1 2 6 3 1 =r:3\n",
        "1 boot-a 7 4 1 2 2 6 3 1 =r:3\n", "1 boot-a 7 4 1 1 2 6 3 1 r:3\n",
        "1 boot-a 7 4 1 1 2 6 3 1\n", "1 boot-a x 4 1 1 2 6 3 1 =r:3\n",
        "1 boot-a 7 -4 1 1 2 6 3 1 =r:3\n"}) {
    EXPECT_EQ(parse_local_leadership(text), std::nullopt) << text;
  }
}

TEST(LocalLeadership, OfAnotherBootCountsForNothing) {
  const ApplicationData data{"app/0", {claim_of(0, 8), claim_of(1, 7)}};
  LeadershipFacts facts = safe_leader(data);
  answer(facts, "app/1", 7);
  LeadershipFacts next = then(facts, decide(facts), 300, data);
  EXPECT_TRUE(decide(next).active());
  next.reading.boot_id = "boot-b";
  EXPECT_EQ(decide(next).standing, Standing::waiting);
}

}  // namespace
}  // namespace leader_cron
