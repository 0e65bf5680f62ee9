#include "system/log.h"

#include <gtest/gtest.h>

#include <string>

namespace leader_cron {
namespace {

TEST(Log, CollectsOneTextALevelWorstLastAndForgetsIt) {
  log(LogLevel::warning, "careful");
  log(LogLevel::info, "one {}");
  log(LogLevel::debug, "noise");
  log(LogLevel::info, "two");
  const auto texts = take_log(LogLevel::info, 1000);
  ASSERT_EQ(texts.size(), 2u);
  EXPECT_EQ(texts[0].level, LogLevel::info);
  EXPECT_EQ(texts[0].text, "one {}\ntwo");
  EXPECT_EQ(texts[1].level, LogLevel::warning);
  EXPECT_EQ(texts[1].text, "careful");
  EXPECT_TRUE(take_log(LogLevel::debug, 1000).empty());
}

TEST(Log, LeavesOutWhatDoesNotFitAndSaysHowMuch) {
  for (int i = 0; i < 10; ++i) log(LogLevel::info, "123456789");
  const auto texts = take_log(LogLevel::info, 30);
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_EQ(texts[0].text, "123456789\n123456789\n123456789\n(7 more)");
}

TEST(Log, KnowsTheLevelsOfTheOption) {
  EXPECT_EQ(level_named("debug"), LogLevel::debug);
  EXPECT_EQ(level_named("WARNING"), LogLevel::warning);
  EXPECT_EQ(level_named("error"), LogLevel::error);
  EXPECT_EQ(level_named(""), LogLevel::info);
  EXPECT_EQ(level_named("loud"), LogLevel::info);
}

}  // namespace
}  // namespace leader_cron
