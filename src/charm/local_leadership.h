// What a unit remembers of leadership from hook to hook, and its text. It belongs into /run, beside
// the stamp: of a boot that has ended, or that a snapshot brings back, nothing of it is true.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "charm/peer_data.h"

namespace leader_cron {

struct LocalLeadership {
  std::string boot_id;
  // The claim of this unit that was read back, and when first. All stamps that other units may hold
  // are older.
  Term term = 0;
  std::uint32_t id = 0;
  std::chrono::seconds read_back{0};
  bool settled = false;  // all others were found to be inactive for as long as that claim stands
  // Until when a unit that was not heard of may have run jobs; 0: all have told what they ran.
  std::chrono::seconds doubt_until{0};
  Term yielded = 0;                                 // as read back from the unit's own data
  std::optional<std::chrono::seconds> alone_since;  // leader since then, and no peer relation
  bool active = false;
  // The peer relation's id, empty: there is none; nothing: not asked yet. decide() leaves it alone.
  std::optional<std::string> relation;

  bool operator==(const LocalLeadership&) const = default;
};

// One line.
std::string text_of(const LocalLeadership& local);
// Nothing if it is not what text_of() gives.
std::optional<LocalLeadership> parse_local_leadership(std::string_view text);

}  // namespace leader_cron
