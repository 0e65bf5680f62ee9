// The rules of the protocol that the simulator can break on purpose, to see that it notices. The
// decisions are always those of src/charm; what is broken is what goes in, what comes out, or the
// order in which it is carried out.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace leader_cron::simulator {

enum class Broken {
  nothing,
  claim_counts_uncommitted,
  yields_not_awaited,
  yields_before_crontab,
  stamp_taken_at_writing,
  claims_forget_others,
  wait_by_own_ttl,
  wait_by_wall_clock,
  wait_without_margin,
  wait_from_first_sight,
  departed_is_inactive,
  one_key_for_all_claims,
  later_claim_ignored,
  longer_ttl_at_once,
  unknown_is_leader,
  stamp_survives_reboot,
  files_not_flushed,
  old_leader_not_named,
  terms_start_again,
  marks_not_handed_over,
  doubt_ignored,
  marks_kept_after_start,
};

struct BrokenRule {
  Broken broken;
  std::string_view name;
  std::string_view rule;  // what the protocol says
};

inline constexpr std::array<BrokenRule, 21> kBrokenRules = {{
    {Broken::claim_counts_uncommitted, "claim-counts-uncommitted",
     "a claim counts when a later hook reads it back"},
    {Broken::yields_not_awaited, "yields-not-awaited",
     "a safe leader acts when all other claims are yielded or expired"},
    {Broken::yields_before_crontab, "yields-before-crontab",
     "the crontab says False before the unit says that it yielded"},
    {Broken::stamp_taken_at_writing, "stamp-taken-at-writing",
     "a stamp is as old as the question is-leader"},
    {Broken::claims_forget_others, "claims-forget-others",
     "a claim leaves all other claims in the data"},
    {Broken::wait_by_own_ttl, "wait-by-own-ttl", "the wait is as long as the published ttl"},
    {Broken::wait_by_wall_clock, "wait-by-wall-clock", "the wait is measured by the boot clock"},
    {Broken::wait_without_margin, "wait-without-margin", "the wait allows for clocks that drift"},
    {Broken::wait_from_first_sight, "wait-from-first-sight",
     "the wait begins when the claim was read back"},
    {Broken::departed_is_inactive, "departed-is-inactive",
     "a unit that has left is waited for like any other"},
    {Broken::one_key_for_all_claims, "one-key-for-all-claims", "each claim is a key of its own"},
    {Broken::later_claim_ignored, "later-claim-ignored",
     "only the unit that the data name as leader holds"},
    {Broken::longer_ttl_at_once, "longer-ttl-at-once", "a longer ttl counts when it is published"},
    {Broken::unknown_is_leader, "unknown-is-leader", "who does not know does not act as leader"},
    {Broken::stamp_survives_reboot, "stamp-survives-reboot",
     "a stamp is of one boot and lies in /run"},
    {Broken::files_not_flushed, "files-not-flushed",
     "crontab and bound are on the disk before a unit says that it yielded"},
    {Broken::old_leader_not_named, "old-leader-not-named",
     "a leader of a version without claims is claimed for"},
    {Broken::terms_start_again, "terms-start-again",
     "a claim's term is later than all that its unit has yielded"},
    {Broken::marks_not_handed_over, "marks-not-handed-over",
     "who yields hands over what it has started"},
    {Broken::doubt_ignored, "doubt-ignored",
     "what a unit that was not heard of may have run is lost"},
    {Broken::marks_kept_after_start, "marks-kept-after-start",
     "a caught-up slot is on the disk as dealt with before it is started"},
}};

constexpr std::optional<Broken> broken_named(std::string_view name) {
  for (const BrokenRule& each : kBrokenRules) {
    if (each.name == name) return each.broken;
  }
  return std::nullopt;
}

}  // namespace leader_cron::simulator
