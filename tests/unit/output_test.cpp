#include "run/output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leader_cron {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Output, GivesLinesAsTheyAreCompleted) {
  Output output(1000);
  EXPECT_THAT(output.take("one\ntw"), ElementsAre("one"));
  EXPECT_THAT(output.take("o\n\n  \nthree\r\nfour"), ElementsAre("two", "three"));
  EXPECT_EQ(output.last_line(), "four");
  EXPECT_FALSE(output.ends_a_line());
  EXPECT_THAT(output.finish(), ElementsAre("four"));
  EXPECT_EQ(output.bytes(), 23u);
  EXPECT_FALSE(output.left_out());
}

TEST(Output, BeyondItsBudgetItOnlyLooks) {
  Output output(10);
  EXPECT_THAT(output.take("12345\n123456\n"), ElementsAre("12345"));
  EXPECT_THAT(output.take("1\n"), IsEmpty());
  EXPECT_TRUE(output.left_out());
  EXPECT_EQ(output.last_line(), "1");
  EXPECT_THAT(output.finish(), IsEmpty());
  EXPECT_EQ(output.bytes(), 15u);
}

TEST(Output, ALongLineIsCutWhereverItsPiecesEnd) {
  Output output(1 << 20);
  const std::string piece(700, 'x');
  EXPECT_THAT(output.take(piece), IsEmpty());
  EXPECT_THAT(output.take(piece), IsEmpty());
  EXPECT_THAT(output.take(piece + "\ny\n"), ElementsAre(std::string(1000, 'x') + "...", "y"));
}

TEST(Output, OddBytesAreShownOnOneLine) {
  Output output(1000);
  EXPECT_THAT(output.take(std::string("a\0b\x1b[31m\tc\n", 11)), ElementsAre("a?b?[31m\tc"));
  EXPECT_THAT(output.take("\xff\n"), ElementsAre("\xc3\xbf"));
}

TEST(Output, TheTailBeginsWithALine) {
  Output output(0);
  output.take("first\n");
  EXPECT_EQ(output.tail(), "first\n");
  std::string much;
  while (much.size() < 3 * Output::kTail) much += "a line of many\n";
  for (std::size_t at = 0; at < much.size(); at += 100) output.take(much.substr(at, 100));
  const std::string tail = output.tail();
  EXPECT_LE(tail.size(), Output::kTail);
  EXPECT_GT(tail.size(), Output::kTail - 16);
  EXPECT_TRUE(tail.starts_with("a line of many\n"));
  EXPECT_TRUE(much.ends_with(tail));
  output.take(std::string(2 * Output::kTail, 'z'));
  EXPECT_EQ(output.tail(), std::string(Output::kTail, 'z'));
  EXPECT_EQ(output.last_line(), std::string(200, 'z') + "...");
}

TEST(Output, NothingIsNoLine) {
  Output output(10);
  EXPECT_EQ(output.last_line(), "");
  EXPECT_EQ(output.tail(), "");
  EXPECT_TRUE(output.ends_a_line());
  output.take("\n\n");
  EXPECT_EQ(output.last_line(), "");
}

}  // namespace
}  // namespace leader_cron
