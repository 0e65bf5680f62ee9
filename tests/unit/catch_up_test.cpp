#include "charm/catch_up.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cron/civil_time.h"
#include "cron/next_run.h"

namespace leader_cron {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::sys_seconds;
using testing::ElementsAre;
using testing::IsEmpty;

sys_seconds at(std::string_view text) {
  return parse_instant("2026-11-" + std::string(text) + "Z", TimeZone::utc()).value();
}

CatchUpJob job(const std::string& name, std::string_view schedule) {
  return {name, parse_schedule(schedule).schedule.value(), std::nullopt, RunOn::leader};
}

Mark mark(const CatchUpJob& job, std::string_view slot) {
  return {job.name, schedule_id(job), at(slot)};
}

const CatchUpJob kNightly = job("clearsessions", "17 3 * * *");
const CatchUpJob kHourly = job("hourly", "0 * * * *");

// A leader in safe mode that acts.
CatchUpFacts facts_of(const std::vector<CatchUpJob>& jobs, std::string_view now) {
  CatchUpFacts facts;
  facts.jobs = jobs;
  facts.active = true;
  facts.handover = Handover::safe;
  facts.now = at(now);
  return facts;
}

TEST(CatchUp, ASlotThatFellIntoAGapIsRunOnce) {
  CatchUpFacts facts = facts_of({kNightly}, "24T03:40");
  facts.published = {mark(kNightly, "23T03:17")};
  const auto decision = catch_up(facts);
  EXPECT_THAT(decision.run, ElementsAre(MissedSlot{"clearsessions", at("24T03:17")}));
  EXPECT_THAT(decision.lost, IsEmpty());
  EXPECT_EQ(decision.publish, (Marks{mark(kNightly, "24T03:17")}));
  facts.kept = decision.kept;
  facts.now += minutes(5);
  EXPECT_THAT(catch_up(facts).run, IsEmpty()) << "whether or not it was published";
}

TEST(CatchUp, WhatCronMayStillStartIsLeftToIt) {
  CatchUpFacts facts = facts_of({kNightly}, "24T03:18:59");
  facts.published = {mark(kNightly, "23T03:17")};
  EXPECT_EQ(catch_up(facts).run, std::vector<MissedSlot>{});
  facts.now += std::chrono::seconds(1);
  EXPECT_THAT(catch_up(facts).run, ElementsAre(MissedSlot{"clearsessions", at("24T03:17")}));
}

TEST(CatchUp, WhatThisUnitHasStartedWasNotMissed) {
  CatchUpFacts facts = facts_of({kNightly}, "24T03:40");
  facts.published = {mark(kNightly, "23T03:17")};
  facts.own = {mark(kNightly, "24T03:17")};
  const auto decision = catch_up(facts);
  EXPECT_THAT(decision.run, IsEmpty());
  EXPECT_EQ(decision.publish, facts.own);
}

TEST(CatchUp, SeveralMissedSlotsGiveOneRun) {
  CatchUpFacts facts = facts_of({kHourly}, "24T10:30");
  facts.jobs[0].window = hours(6);
  facts.published = {mark(kHourly, "24T06:00")};
  const auto decision = catch_up(facts);
  EXPECT_THAT(decision.run, ElementsAre(MissedSlot{"hourly", at("24T10:00")}));
  EXPECT_THAT(decision.lost, IsEmpty());
}

TEST(CatchUp, SlotsOlderThanTheWindowAreLost) {
  CatchUpFacts facts = facts_of({kHourly}, "24T10:30");
  facts.jobs[0].window = hours(2);
  facts.published = {mark(kHourly, "24T06:00")};
  auto decision = catch_up(facts);
  EXPECT_THAT(decision.run, ElementsAre(MissedSlot{"hourly", at("24T10:00")}));
  EXPECT_THAT(decision.lost, ElementsAre(LostSlots{"hourly", at("24T07:00"), at("24T08:00")}));
  facts.jobs[0].window = minutes(10);
  decision = catch_up(facts);
  EXPECT_THAT(decision.run, IsEmpty());
  EXPECT_THAT(decision.lost, ElementsAre(LostSlots{"hourly", at("24T07:00"), at("24T10:00")}));
  EXPECT_EQ(decision.publish, (Marks{mark(kHourly, "24T10:00")}));
}

TEST(CatchUp, TheWindowIsOnePeriodByDefaultAndADayAtMost) {
  CatchUpFacts facts = facts_of({kHourly}, "24T10:58");
  facts.published = {mark(kHourly, "24T08:00")};
  auto decision = catch_up(facts);
  EXPECT_THAT(decision.run, ElementsAre(MissedSlot{"hourly", at("24T10:00")}));
  EXPECT_THAT(decision.lost, ElementsAre(LostSlots{"hourly", at("24T09:00"), at("24T09:00")}));

  const CatchUpJob weekly = job("weekly", "0 0 * * 0");
  facts = facts_of({weekly}, "23T00:00");
  facts.published = {mark(weekly, "15T00:00")};
  EXPECT_THAT(catch_up(facts).run, ElementsAre(MissedSlot{"weekly", at("22T00:00")}));
  facts.now += minutes(1);
  EXPECT_THAT(catch_up(facts).lost,
              ElementsAre(LostSlots{"weekly", at("22T00:00"), at("22T00:00")}));
  facts.jobs[0].window = hours(48);
  EXPECT_THAT(catch_up(facts).run, IsEmpty());
}

TEST(CatchUp, AJobThatIsNewHasMissedNothing) {
  CatchUpFacts facts = facts_of({kNightly}, "24T03:40:30");
  EXPECT_THAT(catch_up(facts).run, IsEmpty());
  EXPECT_EQ(catch_up(facts).publish, (Marks{mark(kNightly, "24T03:40")}));
  // So has one whose schedule is another now, and one that was gone for a while.
  const CatchUpJob before = job("clearsessions", "17 2 * * *");
  facts.published = {mark(before, "23T02:17"), mark(kHourly, "23T02:00")};
  facts.kept = facts.own = facts.handed_over = *facts.published;
  EXPECT_THAT(catch_up(facts).run, IsEmpty());
  EXPECT_EQ(catch_up(facts).publish, (Marks{mark(kNightly, "24T03:40")}));
}

TEST(CatchUp, OnlyWhoActsRunsAndPublishes) {
  CatchUpFacts facts = facts_of({kNightly}, "24T03:40");
  facts.active = false;
  facts.published = {mark(kNightly, "22T03:17")};
  facts.kept = {mark(kNightly, "23T03:17")};
  const auto decision = catch_up(facts);
  EXPECT_THAT(decision.run, IsEmpty());
  EXPECT_THAT(decision.lost, IsEmpty());
  EXPECT_EQ(decision.publish, std::nullopt);
  EXPECT_EQ(decision.kept, facts.kept);
}

TEST(CatchUp, ALeaderThatLeavesPublishesWhatItHasStarted) {
  CatchUpFacts facts = facts_of({kNightly, kHourly}, "24T03:40");
  facts.active = false;
  facts.releases = true;
  facts.published = {mark(kNightly, "23T03:17")};
  facts.own = {mark(kNightly, "24T03:17")};
  const auto decision = catch_up(facts);
  EXPECT_THAT(decision.run, IsEmpty());
  EXPECT_EQ(decision.publish, facts.own);
}

TEST(CatchUp, NothingNewIsNotPublished) {
  CatchUpFacts facts = facts_of({kNightly, kHourly}, "24T10:30");
  facts.published = {mark(kNightly, "24T03:17"), mark(kHourly, "24T10:00")};
  EXPECT_EQ(catch_up(facts).publish, std::nullopt);
}

TEST(CatchUp, SafeGoesOnFromWhatWasHandedOver) {
  CatchUpFacts facts = facts_of({kHourly}, "24T10:30");
  facts.jobs[0].window = hours(6);
  facts.published = {mark(kHourly, "24T06:00")};
  facts.handed_over = {mark(kHourly, "24T10:00")};
  const auto decision = catch_up(facts);
  EXPECT_THAT(decision.run, IsEmpty());
  EXPECT_EQ(decision.publish, facts.handed_over);
}

TEST(CatchUp, SafeDoesNotRunWhatAnotherMayHaveRun) {
  CatchUpFacts facts = facts_of({kHourly}, "24T10:30");
  facts.jobs[0].window = hours(6);
  facts.published = {mark(kHourly, "24T06:00")};
  facts.doubt_until = at("24T09:00");
  auto decision = catch_up(facts);
  EXPECT_THAT(decision.run, ElementsAre(MissedSlot{"hourly", at("24T10:00")}));
  EXPECT_THAT(decision.lost, ElementsAre(LostSlots{"hourly", at("24T07:00"), at("24T09:00")}));
  // The other's clock may be ahead.
  facts.doubt_until = at("24T09:59");
  decision = catch_up(facts);
  EXPECT_THAT(decision.run, IsEmpty());
  EXPECT_THAT(decision.lost, ElementsAre(LostSlots{"hourly", at("24T07:00"), at("24T10:00")}));
  facts.handover = Handover::immediate;
  EXPECT_THAT(catch_up(facts).run, ElementsAre(MissedSlot{"hourly", at("24T10:00")}));
}

TEST(CatchUp, TheNextLeaderLearnsOfADoubt) {
  CatchUpFacts facts = facts_of({kHourly}, "24T10:01");
  facts.published = {mark(kHourly, "24T09:00")};
  facts.doubt_until = at("24T10:00:30");
  const auto decision = catch_up(facts);
  EXPECT_THAT(decision.lost, ElementsAre(LostSlots{"hourly", at("24T10:00"), at("24T10:00")}))
      << "though it may still be cron's turn";
  EXPECT_EQ(decision.publish, (Marks{mark(kHourly, "24T10:01")}));
  facts.kept = decision.kept;
  EXPECT_EQ(catch_up(facts).lost, std::vector<LostSlots>{});
}

TEST(CatchUp, TheEndOfADoubtIsNotMovedByTheNextReadingOfTheClocks) {
  for (const int second : {28, 29, 30, 31, 58, 59, 60, 61}) {
    for (const int jitter : {-2, -1, 0, 1, 2}) {
      SCOPED_TRACE(testing::Message() << second << " and " << jitter << " later");
      CatchUpFacts facts = facts_of({kHourly}, "24T10:10");
      facts.published = {mark(kHourly, "24T09:00")};
      facts.doubt_until = at("24T10:00") + std::chrono::seconds(second);
      const auto first = catch_up(facts);
      facts.kept = first.kept;
      facts.published = first.publish.value();
      facts.doubt_until = *facts.doubt_until + std::chrono::seconds(jitter);
      EXPECT_EQ(catch_up(facts).publish, std::nullopt);
    }
  }
}

TEST(CatchUp, ImmediateCountsWhatHasFinished) {
  CatchUpFacts facts = facts_of({kHourly}, "24T10:30");
  facts.handover = Handover::immediate;
  facts.published = {mark(kHourly, "24T09:00")};
  auto decision = catch_up(facts);
  EXPECT_THAT(decision.run, ElementsAre(MissedSlot{"hourly", at("24T10:00")}));
  EXPECT_EQ(decision.publish, std::nullopt) << "it has not finished";
  EXPECT_EQ(decision.kept, facts.published);
  facts.under_way = {mark(kHourly, "24T10:00")};
  EXPECT_THAT(catch_up(facts).run, IsEmpty());
  facts.under_way.clear();
  EXPECT_THAT(catch_up(facts).run, ElementsAre(MissedSlot{"hourly", at("24T10:00")}));
  facts.own = {mark(kHourly, "24T10:00")};
  decision = catch_up(facts);
  EXPECT_THAT(decision.run, IsEmpty());
  EXPECT_EQ(decision.publish, facts.own);
}

TEST(CatchUp, ARunThatCountsOnlyWithItsRecordIsAwaited) {
  CatchUpFacts facts = facts_of({kHourly}, "24T10:30");
  facts.published = {mark(kHourly, "24T09:00")};
  EXPECT_FALSE(catch_up(facts).awaits_record) << "at most once: it counts already";
  facts.handover = Handover::immediate;
  EXPECT_TRUE(catch_up(facts).awaits_record) << "it is started";
  facts.under_way = {mark(kHourly, "24T10:00")};
  EXPECT_TRUE(catch_up(facts).awaits_record) << "it goes on";
  facts.own = {mark(kHourly, "24T10:00")};
  EXPECT_FALSE(catch_up(facts).awaits_record) << "it has ended";
  facts.own.clear();
  facts.jobs[0].window = kOnlyTold;
  EXPECT_FALSE(catch_up(facts).awaits_record) << "it would not be run again";
  facts.jobs[0] = kHourly;
  facts.jobs[0].run_on = RunOn::all;
  facts.kept = {mark(facts.jobs[0], "24T09:00")};
  facts.under_way.clear();
  EXPECT_THAT(catch_up(facts).run, ElementsAre(MissedSlot{"hourly", at("24T10:00")}));
  EXPECT_FALSE(catch_up(facts).awaits_record) << "it counts already";
}

TEST(CatchUp, SlotsThatAreFarApartAreAllLost) {
  for (const char* schedule : {"0 3 * * 1", "0 3 1,2 * *", "0 3 * * mon-fri"}) {
    SCOPED_TRACE(schedule);
    const CatchUpJob seldom = job("seldom", schedule);
    CatchUpFacts facts = facts_of({seldom}, "26T10:00");
    facts.published = {mark(seldom, "01T00:00")};
    facts.published->front().slot -= hours(24 * 90);
    const auto first = next_after(seldom.schedule, facts.published->front().slot, facts.zone);
    const auto newest = last_until(seldom.schedule, facts.now, hours(24 * 31), facts.zone);
    facts.jobs[0].window = kOnlyTold;
    const auto decision = catch_up(facts);
    EXPECT_THAT(decision.lost, ElementsAre(LostSlots{"seldom", *first, *newest}));
    EXPECT_EQ(decision.kept.front().slot, *newest);
  }
}

TEST(CatchUp, WhereNobodyKnowsWhatOthersRanNothingIsMissed) {
  CatchUpFacts facts = facts_of({kNightly}, "24T03:40");
  facts.handover = Handover::immediate;
  facts.published.reset();
  facts.kept = {mark(kNightly, "14T03:17")};
  facts.releases = true;
  const auto decision = catch_up(facts);
  EXPECT_THAT(decision.run, IsEmpty());
  EXPECT_EQ(decision.lost, std::vector<LostSlots>{});
  EXPECT_EQ(decision.kept, facts.kept);
  EXPECT_EQ(decision.publish, std::nullopt) << "it would take the marks back";
  // A job of all units does not depend on others.
  facts.jobs[0].run_on = RunOn::all;
  facts.kept = {mark(facts.jobs[0], "23T03:17")};
  EXPECT_THAT(catch_up(facts).run, ElementsAre(MissedSlot{"clearsessions", at("24T03:17")}));
}

TEST(CatchUp, WhatCannotRunHereIsLost) {
  CatchUpFacts facts = facts_of({kNightly}, "24T03:40");
  facts.jobs[0].can_run = false;
  facts.published = {mark(kNightly, "23T03:17")};
  for (const Handover handover : {Handover::safe, Handover::immediate}) {
    facts.handover = handover;
    const auto decision = catch_up(facts);
    EXPECT_THAT(decision.run, IsEmpty());
    EXPECT_THAT(decision.lost,
                ElementsAre(LostSlots{"clearsessions", at("24T03:17"), at("24T03:17")}));
    EXPECT_EQ(decision.publish, (Marks{mark(kNightly, "24T03:17")}));
  }
}

TEST(CatchUp, AJobThatBecomesOneOfAllUnitsIsNew) {
  CatchUpFacts facts = facts_of({kNightly}, "24T03:40");
  facts.kept = {mark(kNightly, "14T03:17")};
  facts.jobs[0].run_on = RunOn::all;
  const auto decision = catch_up(facts);
  EXPECT_THAT(decision.run, IsEmpty());
  EXPECT_EQ(decision.lost, std::vector<LostSlots>{});
  EXPECT_EQ(decision.kept, (Marks{mark(facts.jobs[0], "24T03:40")}));
}

// They may be of another schedule, or of before it was disabled.
TEST(CatchUp, RecordsAloneTellOfNoGap) {
  CatchUpFacts facts = facts_of({kHourly}, "24T10:30");
  facts.own = {mark(kHourly, "24T06:00")};
  const auto decision = catch_up(facts);
  EXPECT_THAT(decision.run, IsEmpty());
  EXPECT_EQ(decision.lost, std::vector<LostSlots>{});
  EXPECT_EQ(decision.kept, (Marks{mark(kHourly, "24T10:30")}));
}

TEST(CatchUp, AJobOfEveryUnitIsEachUnitsOwn) {
  CatchUpJob everywhere = kNightly;
  everywhere.run_on = RunOn::all;
  CatchUpFacts facts = facts_of({everywhere}, "24T03:40");
  facts.active = false;
  facts.published = facts.handed_over = {mark(everywhere, "24T03:17")};
  facts.kept = {mark(everywhere, "23T03:17")};
  auto decision = catch_up(facts);
  EXPECT_THAT(decision.run, ElementsAre(MissedSlot{"clearsessions", at("24T03:17")}));
  EXPECT_EQ(decision.kept, (Marks{mark(everywhere, "24T03:17")}));
  facts.active = true;
  EXPECT_EQ(catch_up(facts).publish, Marks{}) << "it is no leader's job any more";
}

TEST(CatchUp, AYearOfMinutesIsQuicklyLost) {
  const CatchUpJob busy = job("busy", "* * * * *");
  CatchUpFacts facts = facts_of({busy}, "24T10:30");
  facts.published = {{"busy", schedule_id(busy), facts.now - hours(24 * 365)}};
  const auto decision = catch_up(facts);
  EXPECT_THAT(decision.run, IsEmpty()) << "the window is a minute";
  EXPECT_THAT(decision.lost, ElementsAre(LostSlots{"busy", facts.now - hours(24 * 365) + minutes(1),
                                                   facts.now - minutes(2)}));
}

TEST(CatchUp, RebootJobsHaveNoSlots) {
  CatchUpFacts facts = facts_of({job("boot", "@reboot")}, "24T10:30");
  EXPECT_EQ(catch_up(facts), CatchUpDecision{});
}

TEST(CatchUp, WhatIsPublishedIsBounded) {
  CatchUpFacts facts = facts_of({}, "24T10:30");
  for (int i = 0; i < 500; ++i) facts.jobs.push_back(job("job-" + std::to_string(i), "17 3 * * *"));
  EXPECT_EQ(catch_up(facts).publish->size(), kMostMarks);
  EXPECT_EQ(catch_up(facts).of_leader.size(), kMostMarks);
  EXPECT_EQ(catch_up(facts).kept.size(), 500u);
}

TEST(Marks, AreReadBack) {
  const Marks marks = {{"clearsessions", 0x1a2b3c4d, at("24T03:17")}, {"b", 1, at("24T10:00")}};
  EXPECT_EQ(text_of(marks), "clearsessions:1a2b3c4d:29924837 b:00000001:29925240");
  EXPECT_EQ(read_marks(text_of(marks)), marks);
  EXPECT_EQ(read_marks(text_of(marks) + "\n"), marks) << "as a file holds it";
  EXPECT_EQ(read_marks(""), Marks{});
}

TEST(Marks, NonsenseIsLeftOut) {
  EXPECT_EQ(read_marks("x b:1 :1:2 c:x:3 d:1:x e:1:-5 f:1:99999999999 g:1:2:3  h:1:60"),
            (Marks{{"h", 1, sys_seconds(hours(1))}}));
}

}  // namespace
}  // namespace leader_cron
