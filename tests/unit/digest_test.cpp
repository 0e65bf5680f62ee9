#include "charm/digest.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>
#include <vector>

namespace leader_cron {
namespace {

std::string digest_of(const std::vector<std::string>& pieces) {
  Digest digest;
  for (const std::string& piece : pieces) digest.add(piece);
  return digest.text();
}

TEST(Digest, IsTheSameForTheSame) {
  EXPECT_EQ(digest_of({"a", "b"}), digest_of({"a", "b"}));
  EXPECT_EQ(digest_of({}).size(), 32u);
}

TEST(Digest, TellsPiecesApart) {
  const std::set<std::string> digests = {digest_of({}),
                                         digest_of({""}),
                                         digest_of({"", ""}),
                                         digest_of({"ab", "c"}),
                                         digest_of({"a", "bc"}),
                                         digest_of({"abc"}),
                                         digest_of({"c", "ab"}),
                                         digest_of({std::string("abc\0", 4)}),
                                         digest_of({"12345678"}),
                                         digest_of({"1234567"}),
                                         digest_of({"123456789"}),
                                         digest_of({"8765432112345678"}),
                                         digest_of({"1234567887654321"})};
  EXPECT_EQ(digests.size(), 13u);
}

TEST(Digest, ChangesWithEveryBit) {
  rc::check([](std::string text) {
    RC_PRE(!text.empty());
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    const std::string before = digest_of({text});
    text[at] = static_cast<char>(text[at] ^ 1 << *rc::gen::inRange(0, 8));
    RC_ASSERT(digest_of({text}) != before);
  });
}

TEST(Digest, OfNumbersDependsOnTheirOrder) {
  std::set<std::string> digests;
  for (const std::uint64_t first : {0, 1, 2}) {
    for (const std::uint64_t second : {0, 1, 2}) {
      Digest digest;
      digest.add(first);
      digest.add(second);
      digests.insert(digest.text());
    }
  }
  EXPECT_EQ(digests.size(), 9u);
}

}  // namespace
}  // namespace leader_cron
