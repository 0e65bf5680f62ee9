#include "charm/digest.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>

namespace leader_cron {
namespace {

// The constants and the last mixing step of MurmurHash3's 128-bit variant, by Austin Appleby, who
// placed it in the public domain.
constexpr std::uint64_t kFirst = 0x87c37b91114253d5;
constexpr std::uint64_t kSecond = 0x4cf5ad432745937f;

std::uint64_t mixed(std::uint64_t value) {
  value ^= value >> 33;
  value *= 0xff51afd7ed558ccd;
  value ^= value >> 33;
  value *= 0xc4ceb9fe1a85ec53;
  return value ^ value >> 33;
}

}  // namespace

void Digest::add(std::uint64_t number) {
  first_ = std::rotl(first_ ^ number * kFirst, 31) * 5 + 0x52dce729;
  second_ = std::rotl(second_ ^ number * kSecond, 33) * 9 + 0x38495ab5;
}

void Digest::add(std::string_view piece) {
  add(piece.size());
  std::uint64_t word = 0;
  for (; piece.size() >= sizeof word; piece.remove_prefix(sizeof word)) {
    std::memcpy(&word, piece.data(), sizeof word);
    add(word);
  }
  if (piece.empty()) return;
  word = 0;
  std::memcpy(&word, piece.data(), piece.size());
  add(word);
}

std::string Digest::text() const {
  return fmt::format("{:016x}{:016x}", mixed(first_ + second_), mixed(second_ ^ first_ * kFirst));
}

}  // namespace leader_cron
