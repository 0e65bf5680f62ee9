// The rules of the protocol that the simulator can break on purpose, to see that it notices. The
// decisions are always those of src/charm; what is broken is what goes in, what comes out, or the
// order in which it is carried out.
#pragma once

#include <array>
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
  unpublished_as_long,
  unknown_is_leader,
  stamp_survives_reboot,
  files_not_flushed,
  old_leader_not_named,
  terms_start_again,
  marks_not_handed_over,
  doubt_ignored,
  marks_kept_after_start,
};

// What may never happen.
enum class Invariant {
  none,
  alone,           // safe: no two units whose run would accept a job
  old_leader,      // safe: nobody becomes active beside a leader of an old version that is known
  ttl,             // nobody acts longer than its ttl after it was leader
  known,           // who acts for longer than kUnpublishedTtl has a claim in the data
  caught_up_once,  // safe: a slot that was caught up runs once
  one_active,      // when faults have stopped, exactly one unit acts after a few hooks of each
  quiet,           // and then hooks write nothing
};

struct BrokenRule {
  Broken broken;
  std::string_view name;
  Invariant breaks;       // what it is caught by
  std::string_view rule;  // what the protocol says
};

inline constexpr std::array<BrokenRule, 22> kBrokenRules = {{
    {Broken::claim_counts_uncommitted, "claim-counts-uncommitted", Invariant::alone,
     "a claim counts when a later hook reads it back"},
    {Broken::yields_not_awaited, "yields-not-awaited", Invariant::alone,
     "a safe leader acts when all other claims are yielded or expired"},
    {Broken::yields_before_crontab, "yields-before-crontab", Invariant::alone,
     "the crontab says False before the unit says that it yielded"},
    {Broken::stamp_taken_at_writing, "stamp-taken-at-writing", Invariant::ttl,
     "a stamp is as old as the question is-leader"},
    {Broken::claims_forget_others, "claims-forget-others", Invariant::alone,
     "a claim leaves all other claims in the data"},
    {Broken::wait_by_own_ttl, "wait-by-own-ttl", Invariant::alone,
     "the wait is as long as the published ttl"},
    {Broken::wait_by_wall_clock, "wait-by-wall-clock", Invariant::alone,
     "the wait is measured by the boot clock"},
    {Broken::wait_without_margin, "wait-without-margin", Invariant::alone,
     "the wait allows for clocks that drift"},
    {Broken::wait_from_first_sight, "wait-from-first-sight", Invariant::alone,
     "the wait begins when the claim was read back"},
    {Broken::departed_is_inactive, "departed-is-inactive", Invariant::alone,
     "a unit that has left is waited for like any other"},
    {Broken::one_key_for_all_claims, "one-key-for-all-claims", Invariant::alone,
     "each claim is a key of its own"},
    {Broken::later_claim_ignored, "later-claim-ignored", Invariant::alone,
     "only the unit that the data name as leader holds"},
    {Broken::longer_ttl_at_once, "longer-ttl-at-once", Invariant::alone,
     "a longer ttl counts when it is published"},
    {Broken::unpublished_as_long, "unpublished-as-long", Invariant::known,
     "a stamp that is in no claim counts for kUnpublishedTtl at most"},
    {Broken::unknown_is_leader, "unknown-is-leader", Invariant::ttl,
     "who does not know does not act as leader"},
    {Broken::stamp_survives_reboot, "stamp-survives-reboot", Invariant::ttl,
     "a stamp is of one boot and lies in /run"},
    {Broken::files_not_flushed, "files-not-flushed", Invariant::alone,
     "crontab and bound are on the disk before a unit says that it yielded"},
    {Broken::old_leader_not_named, "old-leader-not-named", Invariant::old_leader,
     "a leader of a version without claims is claimed for"},
    {Broken::terms_start_again, "terms-start-again", Invariant::alone,
     "a claim's term is later than all that its unit has yielded"},
    {Broken::marks_not_handed_over, "marks-not-handed-over", Invariant::caught_up_once,
     "who yields hands over what it has started"},
    {Broken::doubt_ignored, "doubt-ignored", Invariant::caught_up_once,
     "what a unit that was not heard of may have run is lost"},
    {Broken::marks_kept_after_start, "marks-kept-after-start", Invariant::caught_up_once,
     "a caught-up slot is on the disk as dealt with before it is started"},
}};

constexpr const BrokenRule* rule_named(std::string_view name) {
  for (const BrokenRule& each : kBrokenRules) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

}  // namespace leader_cron::simulator
