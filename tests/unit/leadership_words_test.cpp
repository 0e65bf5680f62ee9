#include "charm/leadership_words.h"

#include <gtest/gtest.h>

#include <string>

#include "cron/civil_time.h"

namespace leader_cron {
namespace {

using std::chrono::seconds;

std::string words(const LeadershipDecision& decision) {
  const auto now = parse_instant("2026-11-24T13:50:00Z", TimeZone::utc()).value();
  return words_of(decision, {"boot-a", seconds(1000)}, now, TimeZone::utc());
}

LeadershipDecision waiting(std::vector<Awaited> awaited) {
  LeadershipDecision decision;
  decision.standing = Standing::waiting;
  decision.awaited = std::move(awaited);
  return decision;
}

TEST(LeadershipWords, SayForWhomAndUntilWhen) {
  EXPECT_EQ(words(waiting({{"app/1", seconds(1900)}})), "waiting for app/1 until 14:05");
  EXPECT_EQ(words(waiting({{"app/1", seconds(1901)}})), "waiting for app/1 until 14:06");
  EXPECT_EQ(words(waiting({{"app/1", seconds(1100)}, {"app/2", seconds(1900)}})),
            "waiting for app/2 (and 1 more) until 14:05");
  EXPECT_EQ(words(waiting({{"app/1", std::nullopt}, {"app/2", seconds(1900)}})),
            "waiting for app/1 (and 1 more), whose leadership never expires");
  EXPECT_EQ(words(waiting({{"app/1", seconds(1000 + 11 * 3600)}})),
            "waiting for app/1 until 00:50");
}

TEST(LeadershipWords, SayWhatASafeLeaderWithoutARelationWaitsFor) {
  LeadershipDecision decision = waiting({{"", seconds(1900)}});
  decision.standing = Standing::waiting_alone;
  EXPECT_EQ(words(decision), "waiting until 14:05");
  decision.awaited[0].until.reset();
  EXPECT_EQ(words(decision), "handover=safe needs a leadership-ttl or the peer relation");
}

TEST(LeadershipWords, SayBothNumbersOfALateRenewal) {
  LeadershipDecision decision;
  decision.standing = Standing::active;
  EXPECT_EQ(words(decision), "");
  decision.late = LateRenewal{Ttl(15), seconds(3540)};
  EXPECT_EQ(words(decision), "leadership-ttl 15m is shorter than the 59m between hooks");
  decision.late = LateRenewal{Ttl(15), seconds(900)};
  EXPECT_EQ(words(decision), "leadership-ttl 15m is shorter than the 15m between hooks");
}

TEST(LeadershipWords, FitBesideTheRestOfTheStatus) {
  LeadershipDecision decision;
  decision.standing = Standing::active;
  decision.late = LateRenewal{kLongestTtl, std::chrono::hours(30)};
  EXPECT_LE(words(decision).size() + std::string("standby, 10 jobs; ").size(), 80u);
  EXPECT_LE(words(waiting({{"django-cron/100", std::nullopt}})).size(), 62u);
}

TEST(LeadershipOptions, AreReadAsTheyAreWritten) {
  EXPECT_EQ(read_leadership_options("safe", 0).options,
            (LeadershipOptions{Handover::safe, kNeverExpires}));
  EXPECT_EQ(read_leadership_options("immediate", 1440).options,
            (LeadershipOptions{Handover::immediate, Ttl(1440)}));
}

TEST(LeadershipOptions, ThatMakeNoSenseAreNone) {
  EXPECT_EQ(read_leadership_options("Safe", 15),
            (ReadLeadershipOptions{std::nullopt, "handover: immediate or safe"}));
  for (const std::int64_t minutes : {-1, 1441}) {
    EXPECT_EQ(read_leadership_options("safe", minutes).problem,
              "leadership-ttl: minutes, at most 1440, or 0 for no end");
  }
}

}  // namespace
}  // namespace leader_cron
