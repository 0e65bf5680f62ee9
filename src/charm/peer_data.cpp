#include "charm/peer_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace leader_cron {
namespace {

constexpr std::string_view kLeader = "leader";
constexpr std::string_view kYielded = "yielded";
constexpr std::string_view kClaim = "claim-";
// A claim adds one. What is larger was not written by us, and must not wrap round.
constexpr Term kMostTerm = 1'000'000'000'000'000;
constexpr std::uint32_t kMostMinutes = 60'000'000;

template <typename Number>
std::optional<Number> number(std::string_view text, Number most, int base = 10) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size() || value > most) return std::nullopt;
  return value;
}

std::string_view number_of(std::string_view unit) {
  return unit.substr(unit.find('/') + 1);
}

std::string key_of(const Claim& claim) {
  return fmt::format("{}{}-{}-{:08x}", kClaim, number_of(claim.unit), claim.term, claim.id);
}

std::optional<Claim> read_claim(std::string_view key, std::string_view value,
                                std::string_view application) {
  key.remove_prefix(kClaim.size());
  std::array<std::string_view, 3> words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t end = i + 1 < words.size() ? key.find('-') : key.size();
    if (end == std::string_view::npos) return std::nullopt;
    words[i] = key.substr(0, end);
    key.remove_prefix(std::min(end + 1, key.size()));
  }
  const auto unit = number<std::uint32_t>(words[0], UINT32_MAX);
  const auto term = number<Term>(words[1], kMostTerm);
  const auto id = number<std::uint32_t>(words[2], UINT32_MAX, 16);
  if (!unit || !term || !id) return std::nullopt;
  Claim claim{fmt::format("{}/{}", application, *unit), *term, *id,
              Ttl(number<std::uint32_t>(value, kMostMinutes).value_or(0))};
  // Another spelling of the same numbers would be a key that remove does not reach.
  if (key_of(claim) != fmt::format("{}{}-{}-{}", kClaim, words[0], words[1], words[2]))
    return std::nullopt;
  return claim;
}

}  // namespace

ApplicationData read_application_data(const Databag& databag, std::string_view application) {
  ApplicationData data;
  for (const auto& [key, value] : databag) {
    if (key == kLeader) data.leader = value;
    if (!key.starts_with(kClaim)) continue;
    if (auto claim = read_claim(key, value, application)) data.claims.push_back(std::move(*claim));
  }
  return data;
}

UnitData read_unit_data(const Databag& databag) {
  const auto found = databag.find(std::string(kYielded));
  if (found == databag.end()) return {};
  return {number<Term>(found->second, kMostTerm).value_or(0)};
}

Databag text_of(const ApplicationChange& change) {
  Databag databag;
  if (change.name_leader) databag[std::string(kLeader)] = change.leader;
  for (const Claim& claim : change.remove) databag[key_of(claim)] = "";
  for (const Claim& claim : change.set) databag[key_of(claim)] = fmt::to_string(claim.ttl.count());
  return databag;
}

Databag text_of(const UnitData& data) {
  return {{std::string(kYielded), fmt::to_string(data.yielded)}};
}

}  // namespace leader_cron
