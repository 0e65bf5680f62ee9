#include "run/stamp.h"

#include <gtest/gtest.h>

#include <string>

namespace leader_cron {
namespace {

using std::chrono::seconds;
using Why = StampRefusal::Why;

const Stamp kStamp{{"boot-a", seconds(1000)}, Ttl(15)};

ClockReading at(int second, const char* boot = "boot-a") {
  return {boot, seconds(second)};
}

TEST(Stamp, IsOneShortLineThatIsReadBack) {
  EXPECT_EQ(text_of(kStamp), "1 boot-a 1000 15\n");
  EXPECT_EQ(parse_stamp(text_of(kStamp)), kStamp);
  const Stamp for_ever{{"boot-a", seconds(0)}, kNeverExpires};
  EXPECT_EQ(parse_stamp(text_of(for_ever)), for_ever);
}

TEST(Stamp, WhatIsNotWrittenByUsIsUnreadable) {
  for (const std::string text :
       {"", "\n", "1 boot-a 1000 15", "2 boot-a 1000 15\n", "1 boot-a 1000\n", "1 boot-a -5 15\n",
        "1 boot-a 1000 15 \n", "1  1000 15\n", "1 boot-a 1000 x\n", "1 boot-a 99999999999 15\n",
        "1 boot-a 1000 99999999999999999999\n", "1 boot-a 1000 15\n\n"}) {
    EXPECT_EQ(parse_stamp(text), std::nullopt) << text;
    EXPECT_EQ(check_stamp(text, Ttl(15), at(1000)), (StampRefusal{Why::unreadable})) << text;
  }
}

TEST(Stamp, CountsForItsTtlAndNotASecondLonger) {
  EXPECT_EQ(check_stamp(kStamp, Ttl(15), at(1000)), std::nullopt);
  EXPECT_EQ(check_stamp(kStamp, Ttl(15), at(1899)), std::nullopt);
  EXPECT_EQ(check_stamp(kStamp, Ttl(15), at(1900)),
            (StampRefusal{Why::expired, seconds(900), Ttl(15)}));
}

TEST(Stamp, IsRefusedInAnotherBootAndFromTheFuture) {
  EXPECT_EQ(check_stamp(kStamp, Ttl(15), at(1001, "boot-b")), (StampRefusal{Why::other_boot}));
  EXPECT_EQ(check_stamp(kStamp, Ttl(15), at(999)), (StampRefusal{Why::from_the_future}));
  EXPECT_EQ(check_stamp(kStamp, kNeverExpires, at(999)), (StampRefusal{Why::from_the_future}));
}

TEST(Stamp, TheShorterOfBothBoundsCounts) {
  const Stamp for_ever{kStamp.taken, kNeverExpires};
  EXPECT_EQ(check_stamp(kStamp, Ttl(5), at(1300)),
            (StampRefusal{Why::expired, seconds(300), Ttl(5)}));
  EXPECT_EQ(check_stamp(kStamp, Ttl(60), at(1900)),
            (StampRefusal{Why::expired, seconds(900), Ttl(15)}));
  EXPECT_EQ(check_stamp(kStamp, kNeverExpires, at(1900)),
            (StampRefusal{Why::expired, seconds(900), Ttl(15)}));
  EXPECT_EQ(check_stamp(for_ever, Ttl(15), at(1900)),
            (StampRefusal{Why::expired, seconds(900), Ttl(15)}));
  EXPECT_EQ(check_stamp(for_ever, kNeverExpires, at(1'000'000)), std::nullopt);
  EXPECT_EQ(check_stamp(for_ever, std::nullopt, at(1'000'000)), std::nullopt);
}

TEST(Stamp, IsNeededUnlessTheTtlIsZero) {
  EXPECT_EQ(check_stamp(std::nullopt, Ttl(15), at(0)), (StampRefusal{Why::absent}));
  EXPECT_EQ(check_stamp(std::nullopt, std::nullopt, at(0)), (StampRefusal{Why::absent}));
  EXPECT_EQ(check_stamp(std::nullopt, kNeverExpires, at(0)), std::nullopt);
}

TEST(Stamp, ARefusalSaysWhy) {
  EXPECT_EQ(sentence({Why::absent}), "leadership was not confirmed since this machine started");
  EXPECT_EQ(sentence({Why::expired, seconds(1000), Ttl(15)}),
            "leadership was last confirmed 16m ago; leadership-ttl is 15m");
}

TEST(Ttl, NeverIsTheLongest) {
  EXPECT_EQ(shorter(kNeverExpires, Ttl(5)), Ttl(5));
  EXPECT_EQ(shorter(Ttl(5), Ttl(3)), Ttl(3));
  EXPECT_EQ(shorter(kNeverExpires, kNeverExpires), kNeverExpires);
}

}  // namespace
}  // namespace leader_cron
