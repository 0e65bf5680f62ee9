#include "charm/remembered.h"

#include <gtest/gtest.h>

namespace leader_cron {
namespace {

const Remembered kSome = {{Handover::safe, Ttl(30)},
                          {"deploy bot", "root"},
                          {"0.jsonl", "33.jsonl"},
                          {"0", "33"},
                          {"33/a"},
                          std::chrono::sys_seconds(std::chrono::seconds(1795500000)),
                          "0123456789abcdef"};

TEST(Remembered, ReadsBackAsItWas) {
  EXPECT_EQ(remembered_in(remembered_as_text(kSome)), kSome);
  const Remembered least = {{}, {}, {}, {}, {}, {}, "0"};
  EXPECT_EQ(remembered_in(remembered_as_text(least)), least);
}

TEST(Remembered, CutShortAnywhereIsNothing) {
  const std::string text = remembered_as_text(kSome);
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(remembered_in(text.substr(0, size))) << size;
}

TEST(Remembered, WithAnythingElseIsNothing) {
  const std::string text = remembered_as_text(kSome);
  EXPECT_FALSE(remembered_in(text + "\n"));
  EXPECT_FALSE(remembered_in(text + text));
  EXPECT_FALSE(remembered_in("more\n" + text));
  EXPECT_FALSE(remembered_in(std::string(1000, '\0')));
}

}  // namespace
}  // namespace leader_cron
