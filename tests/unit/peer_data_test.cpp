#include "charm/peer_data.h"

#include <gtest/gtest.h>

namespace leader_cron {
namespace {

TEST(PeerData, AClaimIsAKeyOfItsOwn) {
  ApplicationChange change;
  change.name_leader = true;
  change.leader = "django-cron/3";
  change.set = {{"django-cron/3", 7, 0x1a2b3c4d, Ttl(15)}};
  change.remove = {{"django-cron/12", 6, 0xf, Ttl(60)}};
  EXPECT_EQ(text_of(change), (Databag{{"leader", "django-cron/3"},
                                      {"claim-3-7-1a2b3c4d", "15"},
                                      {"claim-12-6-0000000f", ""}}));
}

TEST(PeerData, AClaimThatIsReplacedInOneChangeIsSet) {
  ApplicationChange change;
  change.set = {{"app/3", 7, 1, Ttl(15)}};
  change.remove = {{"app/3", 7, 1, Ttl(60)}};
  EXPECT_EQ(text_of(change), (Databag{{"claim-3-7-00000001", "15"}}));
}

TEST(PeerData, IsReadBack) {
  const Databag databag = {{"leader", "app/3"},
                           {"claim-3-7-1a2b3c4d", "15"},
                           {"claim-0-6-0000000f", "0"},
                           {"ingress-address", "10.0.0.1"}};
  EXPECT_EQ(read_application_data(databag, "app"),
            (ApplicationData{
                "app/3", {{"app/0", 6, 0xf, kNeverExpires}, {"app/3", 7, 0x1a2b3c4d, Ttl(15)}}}));
  EXPECT_EQ(read_unit_data(text_of(UnitData{7})), (UnitData{7}));
}

TEST(PeerData, ATtlThatIsNoNumberNeverExpires) {
  for (const char* nonsense : {"", "x", "-1", "15m", "99999999999"}) {
    EXPECT_EQ(read_application_data({{"claim-3-7-1a2b3c4d", nonsense}}, "app").claims,
              (std::vector<Claim>{{"app/3", 7, 0x1a2b3c4d, kNeverExpires}}))
        << nonsense;
  }
}

TEST(PeerData, KeysThatAreNotOursAreIgnored) {
  for (const char* key :
       {"claim-", "claim-3", "claim-3-7", "claim-x-7-1a2b3c4d", "claim-3-7-1A2B3C4D", "claim-3-7-1",
        "claim-03-7-1a2b3c4d", "claim-3-99999999999999999999-1a2b3c4d", "claim-3-7-1a2b3c4d-1",
        "claims-3-7-1a2b3c4d", "claim--1-7-1a2b3c4d"}) {
    EXPECT_EQ(read_application_data({{key, "15"}}, "app"), ApplicationData{}) << key;
  }
}

TEST(PeerData, AYieldThatIsNoNumberIsNone) {
  for (const char* nonsense : {"", "x", "-1", "7 ", "99999999999999999999"}) {
    EXPECT_EQ(read_unit_data({{"yielded", nonsense}}), UnitData{}) << nonsense;
  }
  EXPECT_EQ(read_unit_data({}), UnitData{});
}

}  // namespace
}  // namespace leader_cron
