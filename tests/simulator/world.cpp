#include "world.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "unit.h"

namespace leader_cron::simulator {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kLease = 60 * kSecond;
constexpr std::int64_t kRenewal = 30 * kSecond;
// The job that is caught up is due every ten minutes.
constexpr std::int64_t kPeriod = 600 * kSecond;
constexpr std::int64_t kEpoch = 1'800'000'000 * kSecond;  // the wall clocks' start
constexpr int kNobody = -1;
constexpr Term kAnyTerm = 1'000'000;

const CatchUpJob& the_job() {
  static const CatchUpJob job{"job", parse_schedule("*/10 * * * *").schedule.value(), seconds(3000),
                              RunOn::leader};
  return job;
}

class World {
 public:
  World(const Schedule& schedule, Broken broken, const Trace& trace)
      : schedule_(schedule), broken_(broken), trace_(trace), options_(schedule.options) {
    note_options();
    for (int i = 0; i < schedule.units; ++i) {
      add_unit(i);
      units_[i].installed = true;
      units_[i].old = (schedule.old_units >> i & 1) != 0;
      units_[i].old_supervisor = units_[i].old;
      any_old_ = any_old_ || units_[i].old;
    }
  }

  Outcome run() {
    for (event_ = 0; event_ < schedule_.events.size(); ++event_) {
      happen(schedule_.events[event_]);
      check_alone();
      if (outcome_.violation) return std::move(outcome_);
    }
    come_to_rest();
    return std::move(outcome_);
  }

 private:
  // --- clocks

  std::int64_t wall(const Unit& unit) const { return kEpoch + now_ + unit.wall_offset; }

  ClockReading reading(const Unit& unit) const {
    return {unit.boot_id, seconds(unit.boot_micros / 1'000'000)};
  }

  void advance(std::int64_t span, bool renews = true) {
    const std::int64_t until = now_ + span;
    while (now_ < until) {
      const std::int64_t next = schedule_.catches_up ? std::min(until, next_slot()) : until;
      tick(next - now_, renews);
      if (schedule_.catches_up) run_due_slots();
    }
    check_ttl();
  }

  void tick(std::int64_t span, bool renews) {
    now_ += span;
    for (Unit& unit : units_) {
      if (!unit.machine) continue;
      unit.boot_micros += span * 1000 + span * unit.drift / 1000;
      if (span >= 30 * kSecond) write_back(unit);
    }
    if (holder_ == kNobody) return;
    Unit& holder = units_[holder_];
    if (renews && eligible(holder)) {
      renewed_ += (now_ - renewed_) / kRenewal * kRenewal;
      holder.lease_until = renewed_ + kLease;
    }
    holder.last_led = std::min(now_, holder.lease_until);
    if (now_ >= holder.lease_until) {
      holder_ = kNobody;
    }
  }

  // --- cron

  std::int64_t next_slot() const {
    std::int64_t next = now_ + kPeriod;
    for (const Unit& unit : units_) {
      if (!unit.machine) continue;
      next = std::min(next, now_ + kPeriod - wall(unit) % kPeriod);
    }
    return next;
  }

  void run_due_slots() {
    for (Unit& unit : units_) {
      if (!unit.machine) continue;
      const std::int64_t slot = wall(unit) / kPeriod * kPeriod;
      if (slot <= unit.last_slot) continue;
      unit.last_slot = slot;
      if (accepts(unit)) start(unit, slot, false);
    }
  }

  void start(Unit& unit, std::int64_t slot, bool caught_up) {
    tell([&] {
      return fmt::format("  {} {} slot {}", unit.name, caught_up ? "catches up" : "runs",
                         slot / kPeriod % 1000);
    });
    if (caught_up) ++outcome_.caught_up;
    Marks& started = unit.started.now;
    const Mark mark{the_job().name, schedule_id(the_job()), sys_seconds(seconds(slot / kSecond))};
    if (started.empty()) {
      started.push_back(mark);
    } else if (started[0].slot < mark.slot) {
      started[0].slot = mark.slot;
    }
    if (broken_ != Broken::marks_kept_after_start || !caught_up) unit.started.flush();
    for (const auto& [other, other_caught_up] : slots_) {
      if (other != slot || !(caught_up || other_caught_up) || !always_safe_ || any_old_ ||
          restored_)
        continue;
      violate(Invariant::caught_up_once, fmt::format("{} starts slot {}, which has run before",
                                                     unit.name, slot / kPeriod % 1000));
    }
    slots_.emplace_back(slot, caught_up);
  }

  bool accepts(const Unit& unit) const {
    if (!unit.exists || !unit.machine || !unit.crontab.now) return false;
    if (unit.old_supervisor) return true;
    if (!unit.stamp) return unit.allowed.now == kNeverExpires;
    return !check_stamp(*unit.stamp, unit.allowed.now, reading(unit));
  }

  // --- what may never happen

  void violate(Invariant invariant, std::string what) {
    if (outcome_.violation) return;
    tell([&] { return "  VIOLATION: " + what; });
    outcome_.violation = Violation{invariant, event_, std::move(what)};
  }

  void check_alone() {
    const Unit* other = nullptr;
    for (const Unit& unit : units_) {
      if (unit.mode != Mode::safe || !accepts(unit)) continue;
      // Who was given up is not promised anything; see Step::give_up().
      if (gave_up_ && !unit.stamp) continue;
      if (gave_up_ && unit.stamp && unit.stamp->ttl == kNeverExpires) continue;
      if (other != nullptr)
        violate(Invariant::alone, fmt::format("{} and {} are active", other->name, unit.name));
      other = &unit;
    }
  }

  void check_ttl() {
    for (const Unit& unit : units_) {
      if (!unit.exists || !unit.machine || !unit.crontab.now || unit.old_supervisor) continue;
      const std::int64_t silent = now_ - unit.last_led;
      const bool expires = unit.stamp && unit.stamp->ttl != kNeverExpires;
      if ((!expires || silent <= by_any_clock(unit.stamp->ttl)) &&
          silent <= by_any_clock(kUnpublishedTtl)) {
        continue;
      }
      if (!accepts(unit)) continue;
      if (expires && silent > by_any_clock(unit.stamp->ttl)) {
        violate(Invariant::ttl,
                fmt::format("{} is active {} s after it was leader", unit.name, silent / kSecond));
      }
      if (!gave_up_ && !has_claim(unit))
        violate(Invariant::known, fmt::format("{} is active and has no claim", unit.name));
    }
  }

  // The longest that a ttl may take by a clock that drifts.
  static std::int64_t by_any_clock(Ttl ttl) {
    const std::int64_t span = seconds(ttl).count() * kSecond;
    return span + span / 999 + kSecond;
  }

  bool has_claim(const Unit& unit) const {
    return std::any_of(application_.claims.begin(), application_.claims.end(),
                       [&](const Claim& claim) { return claim.unit == unit.name; });
  }

  void check_old_leader(const Unit& becomes_active) {
    // Only who has claimed since can know, and while it was immediate the old one may be given up.
    if (old_leader_ == kNobody || !always_safe_ || becomes_active.mode != Mode::safe ||
        application_.leader != becomes_active.name) {
      return;
    }
    const Unit& old = units_[old_leader_];
    if (&old == &becomes_active || old.mode != Mode::old_version || !accepts(old)) return;
    if (!accepts(becomes_active)) return;
    violate(Invariant::old_leader,
            fmt::format("{} becomes active beside {}", becomes_active.name, old.name));
  }

  // --- Juju

  bool eligible(const Unit& unit) const {
    return unit.exists && unit.agent && unit.machine && unit.connected;
  }

  bool grant(int index) {
    if (holder_ != kNobody || !eligible(units_[index])) return false;
    holder_ = index;
    renewed_ = now_;
    units_[index].lease_until = now_ + kLease;
    units_[index].last_led = now_;
    return true;
  }

  Leadership leadership_of(const Unit& unit) const {
    return unit.lease_until - now_ >= kRenewal ? Leadership::leader : Leadership::follower;
  }

  void pass(int index) {
    if (holder_ == index || !eligible(units_[index])) return;
    const int before = holder_;
    if (holder_ != kNobody) advance(units_[holder_].lease_until - now_, false);
    if (!grant(index)) return;
    if (schedule_.juju_hears && before != kNobody) whole_hook(units_[before]);
  }

  bool commit_application(const Unit& unit, const ApplicationChange& change) {
    if (holder_ == kNobody || &units_[holder_] != &unit) return false;
    if (broken_ == Broken::one_key_for_all_claims && !change.set.empty()) {
      application_.claims = unit.hook.facts.application.value->claims;
    }
    if (change.name_leader) {
      application_.leader = change.leader;
      forget_unseen_old_leader(unit);
    }
    for (const Claim& claim : change.remove) {
      std::erase_if(application_.claims, [&](const Claim& each) { return same_key(each, claim); });
    }
    for (const Claim& claim : change.set) {
      std::erase_if(application_.claims, [&](const Claim& each) { return same_key(each, claim); });
      application_.claims.push_back(claim);
    }
    ++writes_;
    return true;
  }

  // An old version's only trace can be written over by a hook that hung and never saw it.
  void forget_unseen_old_leader(const Unit& unit) {
    const auto& seen = unit.hook.facts.application.value;
    if (old_leader_ == kNobody || !seen) return;
    const std::string& old = units_[old_leader_].name;
    if (seen->leader == old || std::any_of(seen->claims.begin(), seen->claims.end(),
                                           [&](const Claim& each) { return each.unit == old; })) {
      return;
    }
    old_leader_ = kNobody;
  }

  static bool same_key(const Claim& one, const Claim& other) {
    return one.id == other.id && one.term == other.term && one.unit == other.unit;
  }

  // --- hooks

  bool can_start_hook(const Unit& unit) const { return eligible(unit) && !unit.hook.under_way(); }

  void whole_hook(Unit& unit) {
    if (unit.hook.under_way()) return;
    begin_hook(unit, 0);
    go_on(unit, kHookSteps);
  }

  void begin_hook(Unit& unit, std::uint8_t faults) {
    if (!can_start_hook(unit)) return;
    ++outcome_.hooks;
    Hook& hook = unit.hook;
    hook = {};
    hook.step = kTakeReading;
    hook.faults = faults;
    hook.installs = !unit.installed;
    hook.stops = unit.departed;
    hook.facts.unit = unit.name;
    hook.facts.leaving = unit.dying;
    hook.facts.local = unit.local;
    hook.facts.stamp = unit.stamp;
    hook.facts.peers = hook.installs ? Peers::unusable : Peers::present;
  }

  void go_on(Unit& unit, int until) {
    while (unit.hook.step < until && unit.hook.under_way() && !outcome_.violation) {
      const int step = unit.hook.step++;
      if (unit.old) {
        old_step(unit, step);
      } else {
        new_step(unit, step);
      }
      check_alone();
    }
  }

  void old_step(Unit& unit, int step) {
    Hook& hook = unit.hook;
    if (step == kAskLeadership) hook.facts.leadership = answer(unit);
    if (step == kReadApplication && unit.connected && !hook.installs)
      hook.names_itself =
          hook.facts.leadership == Leadership::leader && application_.leader != unit.name;
    if (step == kFirstFile) {
      unit.crontab.write(hook.facts.leadership == Leadership::leader && !hook.stops);
      unit.mode = unit.crontab.now ? Mode::old_version : Mode::none;
    }
    if (step != kCommit) return;
    if (hook.names_itself && (hook.faults & (kFails | kCommitFails)) == 0) {
      ApplicationChange change;
      change.name_leader = true;
      change.leader = unit.name;
      if (unit.connected && unit.agent && commit_application(unit, change))
        old_leader_ = static_cast<int>(&unit - units_.data());
    }
    end_hook(unit, true);
  }

  Leadership answer(const Unit& unit) const {
    if ((unit.hook.faults & kLeadershipUnknown) != 0) {
      return broken_ == Broken::unknown_is_leader ? Leadership::leader : Leadership::unknown;
    }
    return leadership_of(unit);
  }

  void new_step(Unit& unit, int step) {
    Hook& hook = unit.hook;
    switch (step) {
      case kTakeReading:
        hook.facts.reading = reading(unit);
        hook.wall_at_reading = wall(unit);
        return;
      case kAskLeadership:
        hook.facts.leadership = answer(unit);
        if (hook.facts.leadership != Leadership::leader) {
          unit.first_led.reset();
        } else if (!unit.first_led) {
          unit.first_led = hook.facts.reading.since_boot;
        }
        return;
      case kAskOptions:
        if (unit.connected && (hook.faults & kOptionsUnknown) == 0) hook.facts.options = options_;
        return;
      case kReadApplication:
        return read_application(unit);
      case kReadUnitsAndDecide:
        read_units(unit);
        decide_hook(unit);
        return;
      case kFirstFile:
        unit.old_supervisor = false;
        if (hook.stops) return remove_files(unit);
        if (hook.decision.active()) {
          unit.allowed.write(hook.decision.allowed);
        } else {
          write_crontab(unit, false);
        }
        return;
      case kSecondFile:
        if (hook.stops) return;
        if (!hook.decision.active()) {
          if (broken_ == Broken::files_not_flushed) {
            unit.allowed.write_unflushed(std::nullopt);
          } else {
            unit.allowed.write(std::nullopt);
          }
        }
        write_stamp(unit);
        return;
      case kThirdFile:
        if (hook.stops) return;
        if (hook.decision.active()) become_active(unit);
        unit.local = hook.decision.local;
        if (schedule_.catches_up && hook.decision.active()) do_catch_up(unit);
        if (schedule_.catches_up && hook.facts.leaving && hook.decision.application &&
            broken_ != Broken::marks_not_handed_over) {
          hand_over_released(unit);
        }
        return;
      default:
        return end_hook(unit, commit(unit));
    }
  }

  void read_application(Unit& unit) {
    Hook& hook = unit.hook;
    const auto read = next_read(hook.facts);
    if (!read || !read->application) return;
    hook.facts.application.asked = true;
    if (!unit.connected || (hook.faults & kNoApplicationData) != 0) return;
    hook.facts.application.value = application_;
    hook.published = application_marks_;
    ApplicationData& seen = *hook.facts.application.value;
    if (broken_ == Broken::wait_by_own_ttl) {
      for (Claim& each : seen.claims) {
        if (each.unit != unit.name) each.ttl = options_.ttl;
      }
    }
    if (broken_ == Broken::later_claim_ignored &&
        std::any_of(seen.claims.begin(), seen.claims.end(),
                    [&](const Claim& each) { return each.unit == unit.name; })) {
      seen.leader = unit.name;
    }
  }

  void read_units(Unit& unit) {
    Hook& hook = unit.hook;
    for (auto read = next_read(hook.facts); read && !read->application;
         read = next_read(hook.facts)) {
      Answer<UnitData>& answer = hook.facts.units[read->unit];
      answer.asked = true;
      const Unit& asked = *std::find_if(units_.begin(), units_.end(),
                                        [&](const Unit& each) { return each.name == read->unit; });
      const bool self = &asked == &unit;
      if (!unit.connected || (hook.faults & kNoUnitData) != 0) continue;
      if (!self && broken_ == Broken::yields_not_awaited) answer.value = UnitData{kAnyTerm};
      if (self && broken_ == Broken::terms_start_again &&
          hook.facts.leadership == Leadership::leader)
        answer.value = UnitData{};
      if (!asked.agent && asked.machine) {  // it has left the relation
        if (broken_ == Broken::departed_is_inactive) answer.value = UnitData{kAnyTerm};
        continue;
      }
      if (!answer.value) answer.value = asked.data;
      if (!self && broken_ != Broken::marks_not_handed_over) {
        hook.handed_over.insert(hook.handed_over.end(), asked.data_marks.begin(),
                                asked.data_marks.end());
      }
    }
  }

  void decide_hook(Unit& unit) {
    Hook& hook = unit.hook;
    LeadershipFacts& facts = hook.facts;
    const ClockReading taken = facts.reading;
    if (broken_ == Broken::wait_by_wall_clock)
      facts.reading.since_boot = seconds(hook.wall_at_reading / kSecond);
    seconds shift{0};
    if (broken_ == Broken::wait_without_margin && facts.options)
      shift = wait_for(facts.options->ttl) - seconds(facts.options->ttl);
    facts.reading.since_boot += shift;
    hook.decision = decide(facts);
    LeadershipDecision& decision = hook.decision;
    if (decision.stamp) decision.stamp->taken = taken;
    const bool read_back_now =
        decision.local.id != 0 && (!facts.local || facts.local->id != decision.local.id ||
                                   facts.local->boot_id != decision.local.boot_id);
    if (read_back_now) decision.local.read_back -= shift;
    for (Awaited& each : decision.awaited) {
      if (each.until) *each.until -= read_back_now ? 2 * shift : shift;
    }
    if (read_back_now && broken_ == Broken::wait_from_first_sight && unit.first_led)
      decision.local.read_back = *unit.first_led;
    if ((broken_ == Broken::longer_ttl_at_once ||
         (broken_ == Broken::unpublished_as_long && decision.application &&
          decision.application->name_leader)) &&
        decision.stamp && facts.options) {
      decision.stamp->ttl = facts.options->ttl;
      decision.allowed = facts.options->ttl;
    }
    if (decision.application && decision.application->name_leader) change_claim(unit);
    if (broken_ == Broken::yields_before_crontab && decision.own) unit.data = *decision.own;
    tell([&] { return describe(unit); });
  }

  void change_claim(Unit& unit) {
    Hook& hook = unit.hook;
    ApplicationChange& change = *hook.decision.application;
    if (broken_ == Broken::claims_forget_others) {
      for (const Claim& each : hook.facts.application.value->claims) {
        if (each.unit != unit.name) change.remove.push_back(each);
      }
    }
    if (broken_ == Broken::old_leader_not_named) {
      std::erase_if(change.set, [&](const Claim& each) { return each.unit != unit.name; });
    }
    if (broken_ != Broken::claim_counts_uncommitted || change.leader != unit.name) return;
    LeadershipFacts facts = hook.facts;
    facts.application.value->leader = unit.name;
    facts.application.value->claims.push_back(change.set.front());
    LeadershipDecision decision = decide(facts);
    decision.application = std::move(change);
    hook.decision = std::move(decision);
  }

  void write_crontab(Unit& unit, bool says) {
    if (broken_ == Broken::files_not_flushed && !says) {
      unit.crontab.write_unflushed(says);
    } else {
      unit.crontab.write(says);
    }
  }

  void write_back(Unit& unit) {
    unit.crontab.flush();
    unit.kept.flush();
    unit.started.flush();
  }

  void write_stamp(Unit& unit) {
    unit.stamp = unit.hook.decision.stamp;
    if (unit.stamp && broken_ == Broken::stamp_taken_at_writing) unit.stamp->taken = reading(unit);
    if (unit.hook.decision.active()) set_mode(unit);
  }

  void set_mode(Unit& unit) {
    const auto& options = unit.hook.facts.options;
    unit.mode = !options || options->handover == Handover::safe ? Mode::safe : Mode::immediate;
  }

  void become_active(Unit& unit) {
    const bool before = accepts(unit);
    write_crontab(unit, true);
    set_mode(unit);
    if (before || !accepts(unit)) return;
    unit.was_active = true;
    ++outcome_.activations;
    if (unit.hook.decision.local.doubt_until != seconds(0)) ++outcome_.waits_to_the_end;
    check_old_leader(unit);
  }

  CatchUpFacts catch_up_facts(const Unit& unit) const {
    const Hook& hook = unit.hook;
    CatchUpFacts facts;
    facts.jobs.push_back(the_job());
    facts.handover = hook.facts.options ? hook.facts.options->handover : Handover::safe;
    facts.published = hook.published;
    facts.kept = unit.kept.now;
    facts.own = unit.started.now;
    facts.handed_over = hook.handed_over;
    facts.now = sys_seconds(seconds(wall(unit) / kSecond));
    if (hook.decision.local.doubt_until != seconds(0) && broken_ != Broken::doubt_ignored) {
      facts.doubt_until = facts.now - (reading(unit).since_boot - hook.decision.local.doubt_until);
    }
    return facts;
  }

  void do_catch_up(Unit& unit) {
    CatchUpFacts facts = catch_up_facts(unit);
    facts.active = true;
    CatchUpDecision decision = catch_up(facts);
    unit.kept.now = decision.kept;
    if (broken_ != Broken::marks_kept_after_start) unit.kept.flush();
    for (const MissedSlot& each : decision.run) {
      if (accepts(unit)) start(unit, each.slot.time_since_epoch().count() * kSecond, true);
    }
    unit.hook.publish = std::move(decision.publish);
  }

  void hand_over_released(Unit& unit) {
    CatchUpFacts facts = catch_up_facts(unit);
    facts.releases = true;
    unit.hook.publish = catch_up(facts).publish;
  }

  // Juju commits all that a hook has buffered, or nothing.
  bool commit(Unit& unit) {
    Hook& hook = unit.hook;
    const bool writes = hook.decision.application || hook.decision.own || hook.publish;
    if ((hook.faults & (kFails | kCommitFails)) != 0) return false;
    if (!writes || hook.stops) return true;
    if (!unit.connected || !unit.agent) return false;
    if (hook.decision.application || hook.publish) {
      if (!commit_application(unit, hook.decision.application.value_or(ApplicationChange{})))
        return false;
    }
    if (hook.publish) application_marks_ = *hook.publish;
    if (hook.decision.own) {
      unit.data = *hook.decision.own;
      unit.data_marks = unit.kept.now;
      unit.data_marks.insert(unit.data_marks.end(), unit.started.now.begin(),
                             unit.started.now.end());
      ++writes_;
    }
    return true;
  }

  void end_hook(Unit& unit, bool succeeded) {
    Hook& hook = unit.hook;
    const bool stopped = hook.stops;
    tell([&] { return fmt::format("  {} hook {}", unit.name, succeeded ? "ends" : "FAILS"); });
    hook.step = kHookSteps;
    if (!succeeded) return;
    unit.installed = true;
    if (unit.dying) unit.departed = true;
    if (stopped) {
      if (unit.old) remove_files(unit);
      unit.agent = false;
    }
  }

  void remove_files(Unit& unit) {
    unit.crontab.write(false);
    unit.allowed.write(std::nullopt);
    unit.stamp.reset();
    unit.local.reset();
  }

  // --- what happens

  void add_unit(int index) {
    Unit& unit = units_[index];
    unit.name = fmt::format("app/{}", index);
    unit.exists = unit.agent = unit.machine = true;
    unit.installed = false;
    unit.boots = 1;
    unit.boot_id = fmt::format("{}.1", index);
    unit.last_slot = wall(unit) / kPeriod * kPeriod;
    if (index >= count_) count_ = index + 1;
  }

  void reboot(Unit& unit, bool loses) {
    if (!unit.exists || !unit.machine) return;
    unit.hook.step = kHookSteps;
    if (loses) {
      unit.crontab.lose();
      unit.allowed.lose();
      unit.kept.lose();
      unit.started.lose();
    } else {
      write_back(unit);
    }
    unit.boot_id = fmt::format("{}.{}", &unit - units_.data(), ++unit.boots);
    unit.boot_micros = 0;
    unit.local.reset();
    unit.first_led.reset();
    if (broken_ == Broken::stamp_survives_reboot && unit.stamp) {
      unit.stamp->taken.boot_id = unit.boot_id;
    } else {
      unit.stamp.reset();
    }
  }

  // Stamps that never expire are not needed after a reboot: an older disk makes its unit act.
  void restore(Unit& unit) {
    if (ever_without_ttl_ || unit.old) return;
    reboot(unit, false);
    restored_ = true;
    if (!unit.was_active || !unit.machine) return;
    unit.crontab.write(true);
    unit.allowed.write(options_.ttl);
  }

  void note_options() {
    if (options_.ttl == kNeverExpires) ever_without_ttl_ = true;
    if (options_.handover == Handover::immediate) {
      always_safe_ = false;
      gave_up_ = gave_up_ || ever_without_ttl_;
    }
  }

  void happen(const Event& event) {
    tell([&] {
      return fmt::format("{:9.3f} {}", static_cast<double>(now_) / 1000, text_of(event));
    });
    Unit& unit = units_[event.unit];
    switch (event.kind) {
      case Kind::advance:
        return advance(event.value);
      case Kind::advance_wait:
        return advance_wait(unit, event.value);
      case Kind::hook:
        if (unit.hook.under_way()) return go_on(unit, event.value);
        begin_hook(unit, event.faults);
        return go_on(unit, event.value);
      case Kind::resume:
        return go_on(unit, kHookSteps);
      case Kind::kill_hook:
        unit.hook.step = kHookSteps;
        return;
      case Kind::pass:
        return pass(event.unit);
      case Kind::elect:
        grant(event.unit);
        return;
      case Kind::partition:
        unit.connected = false;
        return;
      case Kind::heal:
        unit.connected = true;
        return;
      case Kind::reboot:
        return reboot(unit, false);
      case Kind::power_loss:
        return reboot(unit, true);
      case Kind::restore:
        return restore(unit);
      case Kind::lose_local:
        unit.local.reset();
        return;
      case Kind::kill_machine:
        if (alive() < 2) return;
        unit.machine = unit.agent = false;
        unit.hook.step = kHookSteps;
        return;
      case Kind::remove_unit:
        if (alive() >= 2) unit.dying = true;
        return;
      case Kind::force_remove:
        if (alive() < 2) return;
        unit.agent = false;  // a hook that hangs goes on without it
        return;
      case Kind::add_unit:
        if (count_ < kMostUnits) add_unit(count_);
        return;
      case Kind::upgrade:
        if (!unit.hook.under_way()) unit.old = false;
        return;
      case Kind::handover:
        options_.handover = event.value == 0 ? Handover::immediate : Handover::safe;
        return note_options();
      case Kind::ttl:
        options_.ttl = Ttl(event.value);
        return note_options();
      case Kind::drift:
        unit.drift = event.value;
        return;
      case Kind::wall_step:
        unit.wall_offset = event.value;
        return;
    }
  }

  int alive() const {
    return static_cast<int>(std::count_if(units_.begin(), units_.end(), [](const Unit& unit) {
      return unit.exists && unit.agent && unit.machine && !unit.dying;
    }));
  }

  void advance_wait(const Unit& unit, int more) {
    seconds until{0};
    for (const Awaited& each : unit.hook.decision.awaited) {
      if (each.until) until = std::max(until, *each.until);
    }
    const std::int64_t left = until.count() * 1'000'000 - unit.boot_micros;
    if (left <= 0 || left > 100'000'000'000) return;
    // By a clock that may drift.
    advance(left / (1000 + unit.drift / 1000) + 1 + more);
  }

  // --- when faults have stopped

  void come_to_rest() {
    tell([] { return std::string("faults stop"); });
    for (Unit& unit : units_) {
      if (!unit.exists || !unit.agent) continue;
      unit.connected = true;
      go_on(unit, kHookSteps);
      unit.old = false;
      if (!unit.installed) whole_hook(unit);
      for (int i = 0; i < 4 && unit.dying && unit.agent; ++i) whole_hook(unit);
    }
    advance(70 * kSecond);
    check_alone();
    for (int i = 0; holder_ == kNobody && i < kMostUnits; ++i)
      grant((i + schedule_.units) % kMostUnits);
    if (holder_ == kNobody || outcome_.violation) return;
    round();
    if (options_.handover == Handover::safe) {
      round();
      round();
    }
    Unit& leader = units_[holder_];
    if (leader.hook.decision.standing == Standing::waiting && !wait_for_the_gone(leader)) return;
    check_rest(leader);
    if (schedule_.catches_up || outcome_.violation) return;
    // What has expired meanwhile is forgotten.
    advance(90'000 * kSecond);
    round();
    const int writes = writes_;
    round();
    if (writes_ != writes) violate(Invariant::quiet, "a hook that changes nothing writes");
    check_rest(leader);
  }

  // A hook of each unit, ten seconds apart, in an order that differs.
  void round() {
    const int first = writes_ + schedule_.units;
    for (int i = 0; i < count_ && !outcome_.violation; ++i) {
      advance(10 * kSecond);
      whole_hook(units_[static_cast<std::size_t>((i + first) % count_)]);
      check_alone();
    }
  }

  // False: for ever.
  bool wait_for_the_gone(Unit& leader) {
    for (const Awaited& each : leader.hook.decision.awaited) {
      const Unit& unit = *std::find_if(units_.begin(), units_.end(), [&](const Unit& candidate) {
        return candidate.name == each.unit;
      });
      if (unit.agent && unit.machine) {
        violate(Invariant::one_active, fmt::format("{} waits for {}", leader.name, unit.name));
      }
      if (!each.until) return false;
    }
    advance_wait(leader, 1000);
    check_alone();
    whole_hook(leader);
    return true;
  }

  void check_rest(const Unit& leader) {
    for (const Unit& unit : units_) {
      if (!unit.exists || !unit.agent || !unit.machine) continue;
      if (accepts(unit) == (&unit == &leader)) continue;
      violate(Invariant::one_active,
              fmt::format("{} is {}active", unit.name, accepts(unit) ? "" : "not "));
    }
  }

  // --- telling

  template <typename Text>
  void tell(const Text& text) const {
    if (trace_) trace_(text());
  }

  const Schedule& schedule_;
  const Broken broken_;
  const Trace& trace_;
  Outcome outcome_;
  std::size_t event_ = 0;
  std::int64_t now_ = 0;
  std::array<Unit, kMostUnits> units_;
  int count_ = 0;

  LeadershipOptions options_;
  ApplicationData application_;
  Marks application_marks_;
  int holder_ = kNobody;
  std::int64_t renewed_ = 0;
  int writes_ = 0;

  int old_leader_ = kNobody;  // the last one that named itself
  bool any_old_ = false;
  bool always_safe_ = true;
  bool ever_without_ttl_ = false;
  bool gave_up_ = false;
  bool restored_ = false;
  std::vector<std::pair<std::int64_t, bool>> slots_;
};

}  // namespace

std::string_view word_of(Invariant invariant) {
  switch (invariant) {
    case Invariant::none:
      return "none";
    case Invariant::alone:
      return "alone";
    case Invariant::old_leader:
      return "old-leader";
    case Invariant::ttl:
      return "ttl";
    case Invariant::known:
      return "known";
    case Invariant::caught_up_once:
      return "caught-up-once";
    case Invariant::one_active:
      return "one-active";
    case Invariant::quiet:
      return "quiet";
  }
  return "";
}

Outcome play(const Schedule& schedule, Broken broken, const Trace& trace) {
  return World(schedule, broken, trace).run();
}

}  // namespace leader_cron::simulator
