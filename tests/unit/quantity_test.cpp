#include "jobs/quantity.h"

#include <gtest/gtest.h>

namespace leader_cron {
namespace {

using std::chrono::seconds;

TEST(Quantity, DurationsAreWholeNumbersWithUnits) {
  EXPECT_EQ(parse_duration("90s"), seconds(90));
  EXPECT_EQ(parse_duration("15m"), seconds(900));
  EXPECT_EQ(parse_duration("1h30m"), seconds(5400));
  EXPECT_EQ(parse_duration("1d 12h"), seconds(129600));
  EXPECT_EQ(parse_duration("0s"), seconds(0));
  for (const char* text : {"", " ", "1", "1h30", "h", "30m1h", "1h1h", "1.5h", "-1s", "1 h", "1w",
                           "1h,2m", "99999999999999999999s", "36601d", "1H"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Quantity, DurationsAreShownAsTheyAreWritten) {
  for (const char* text : {"1s", "1m", "1h30m", "2d", "1d2h3m4s", "0s"})
    EXPECT_EQ(show_duration(*parse_duration(text)), text);
  EXPECT_EQ(show_duration(seconds(3600)), "1h");
}

TEST(Quantity, SizesCountInUnitsOf1024) {
  EXPECT_EQ(parse_size("4096"), 4096u);
  EXPECT_EQ(parse_size("512K"), 512u << 10);
  EXPECT_EQ(parse_size("10MiB"), 10u << 20);
  EXPECT_EQ(parse_size("1G"), 1u << 30);
  for (const char* text : {"", "K", "1k", "1MB", "1.5M", "-1", "1T", "1Mi", "9999999999999999999"})
    EXPECT_FALSE(parse_size(text)) << text;
  for (const char* text : {"1M", "5K", "3G", "1000"}) EXPECT_EQ(show_size(*parse_size(text)), text);
}

}  // namespace
}  // namespace leader_cron
