// A digest of 128 bits, to tell whether something is what it was without keeping it. Against
// accidents only: it takes no care of texts that somebody makes alike on purpose.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace leader_cron {

class Digest {
 public:
  // Each call is a piece of its own: "ab", "c" is not "a", "bc".
  void add(std::string_view piece);
  void add(std::uint64_t number);

  // 32 hexadecimal digits.
  std::string text() const;

 private:
  std::uint64_t first_ = 0x243f6a8885a308d3;
  std::uint64_t second_ = 0x13198a2e03707344;
};

}  // namespace leader_cron
