#include "charm/leadership.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "charm/names.h"

namespace leader_cron {
namespace {

constexpr std::chrono::seconds kMargin{5};

bool is_unit_of(std::string_view unit, std::string_view application) {
  if (unit.size() < application.size() + 2 || !unit.starts_with(application)) return false;
  const std::string_view number = unit.substr(application.size() + 1);
  return unit[application.size()] == '/' && number.size() < 10 &&
         number.find_first_not_of("0123456789") == std::string_view::npos;
}

// Two hooks of one unit never give the same claim: the term rises when the last one was yielded,
// the reading when it was waited out.
std::uint32_t claim_id(const ClockReading& reading, Term term) {
  std::uint32_t hash = 2166136261U;  // FNV-1a
  const auto add = [&hash](std::uint8_t byte) { hash = (hash ^ byte) * 16777619U; };
  for (const char c : reading.boot_id) add(static_cast<std::uint8_t>(c));
  for (int shift = 0; shift < 40; shift += 8) {
    add(static_cast<std::uint8_t>(static_cast<std::uint64_t>(reading.since_boot.count()) >> shift));
    add(static_cast<std::uint8_t>(term >> shift));
  }
  return hash;
}

// What was read, with this unit's eyes.
class View {
 public:
  explicit View(const LeadershipFacts& facts) : facts_(facts) {
    if (facts.local && facts.local->boot_id == facts.reading.boot_id) {
      local_ = *facts.local;
    } else {
      local_.boot_id = facts.reading.boot_id;
    }
    if (!data()) return;
    for (const Claim& claim : data()->claims) {
      if (claim.unit != facts.unit) continue;
      if (newest_ == nullptr || claim.term > newest_->term) newest_ = &claim;
    }
  }

  bool leads() const { return facts_.leadership == Leadership::leader && !facts_.leaving; }
  bool safe() const { return !facts_.options || facts_.options->handover == Handover::safe; }
  const ApplicationData* data() const {
    return facts_.peers == Peers::present && facts_.application.value ? &*facts_.application.value
                                                                      : nullptr;
  }
  const Claim* newest() const { return newest_; }
  // Whether the newest claim of all that were committed is this unit's.
  bool holds() const { return newest_ != nullptr && data()->leader == facts_.unit; }
  bool is_read_back(const Claim& claim) const {
    return local_.term == claim.term && local_.id == claim.id;
  }
  bool settled() const { return holds() && is_read_back(*newest_) && local_.settled; }
  const LocalLeadership& local() const { return local_; }
  bool must_yield() const {
    return newest_ != nullptr && !holds() && local_.yielded < newest_->term;
  }

 private:
  const LeadershipFacts& facts_;
  LocalLeadership local_;
  const Claim* newest_ = nullptr;
};

const Answer<UnitData>* answer_of(const LeadershipFacts& facts, const std::string& unit) {
  const auto found = facts.units.find(unit);
  return found == facts.units.end() ? nullptr : &found->second;
}

// What is known about the claim of another unit.
enum class Fate { alive, yielded, expired };

Fate fate_of(const Claim& claim, const LeadershipFacts& facts, std::chrono::seconds read_back) {
  const Answer<UnitData>* answer = answer_of(facts, claim.unit);
  if (answer != nullptr && answer->value && answer->value->yielded >= claim.term)
    return Fate::yielded;
  if (claim.ttl == kNeverExpires) return Fate::alive;
  return facts.reading.since_boot >= read_back + wait_for(claim.ttl) ? Fate::expired : Fate::alive;
}

class Step {
 public:
  explicit Step(const LeadershipFacts& facts) : facts_(facts), view_(facts) {
    result_.local = view_.local();
    result_.local.active = false;
    result_.local.alone_since.reset();
  }

  LeadershipDecision result() {
    if (view_.leads()) {
      lead();
    } else {
      follow();
    }
    tell();
    return std::move(result_);
  }

 private:
  void follow() {
    result_.standing = Standing::follower;
    if (view_.data() == nullptr) return;
    if (facts_.leaving && facts_.leadership == Leadership::leader) {
      release();
    } else if (view_.safe() && view_.must_yield()) {
      yield(view_.newest()->term);
    }
  }

  // Nothing has to be waited for when a leader goes on its own accord.
  void release() {
    ApplicationChange change;
    change.name_leader = view_.data()->leader == facts_.unit;
    remove_own(nullptr, change);
    if (change.name_leader || !change.remove.empty()) result_.application = std::move(change);
  }

  void yield(Term term) {
    const Answer<UnitData>* own = answer_of(facts_, facts_.unit);
    if (own == nullptr || !own->value) return;
    if (own->value->yielded >= term) {
      result_.local.yielded = own->value->yielded;
      return;
    }
    result_.own = UnitData{term};
    log(fmt::format("leadership: term {} yielded to {}", term, view_.data()->leader));
  }

  void lead() {
    if (facts_.peers == Peers::absent) {
      lead_alone();
    } else if (view_.data() == nullptr) {
      lead_unpublished();
    } else if (view_.holds()) {
      hold(*view_.newest());
    } else {
      claim();
      lead_unpublished();
    }
  }

  Ttl configured() const { return facts_.options ? facts_.options->ttl : kUnpublishedTtl; }

  // Without a relation nobody can be asked, and whether leadership went away and came back between
  // two hooks cannot be told.
  void lead_alone() {
    const std::chrono::seconds now = facts_.reading.since_boot;
    const auto since = view_.local().alone_since.value_or(now);
    result_.local.alone_since = since;
    if (!view_.safe()) {
      activate(configured());
      return;
    }
    if (configured() != kNeverExpires && now >= since + wait_for(configured())) {
      activate(configured());
      return;
    }
    result_.standing = Standing::waiting_alone;
    Awaited anyone;
    if (configured() != kNeverExpires) anyone.until = since + wait_for(configured());
    result_.awaited.push_back(std::move(anyone));
  }

  void lead_unpublished() {
    if (view_.safe()) {
      result_.standing = Standing::claiming;
    } else {
      activate(shorter(configured(), kUnpublishedTtl));
    }
  }

  void claim() {
    const Answer<UnitData>* own = answer_of(facts_, facts_.unit);
    if (own == nullptr || !own->value) return;  // which terms it has yielded is unknown
    const ApplicationData& data = *view_.data();
    Term term = own->value->yielded;
    for (const Claim& each : data.claims) term = std::max(term, each.term);
    ++term;
    ApplicationChange change;
    change.name_leader = true;
    change.leader = facts_.unit;
    change.set.push_back({facts_.unit, term, claim_id(facts_.reading, term), configured()});
    remove_own(nullptr, change);
    if (is_of_a_version_without_claims(data.leader)) {
      change.set.push_back({data.leader, term, 0, kNeverExpires});
    }
    log(fmt::format(
        "leadership: term {} claimed{}", term,
        data.leader.empty() || data.leader == facts_.unit ? "" : " after " + data.leader));
    result_.application = std::move(change);
  }

  // Its stamps, if it has any, never expire; it yields when it has been upgraded.
  bool is_of_a_version_without_claims(const std::string& leader) const {
    if (leader == facts_.unit || !is_unit_of(leader, application_of(facts_.unit))) return false;
    const auto& claims = view_.data()->claims;
    return std::none_of(claims.begin(), claims.end(),
                        [&leader](const Claim& claim) { return claim.unit == leader; });
  }

  // The claim was committed in an earlier hook, for this one has written nothing yet. So all that
  // is read now is at least as new, and stamps written on the strength of what was there before
  // are older than this hook's reading.
  void hold(const Claim& mine) {
    LocalLeadership& local = result_.local;
    if (!view_.is_read_back(mine)) {
      local.term = mine.term;
      local.id = mine.id;
      local.read_back = facts_.reading.since_boot;
      local.settled = false;
      local.doubt_until = std::chrono::seconds(0);
    }
    ApplicationChange change;
    const bool forget = view_.safe() ? settle(change) : give_up(change);
    // A stamp follows the claim when that is shorter, and precedes it when it gets shorter: it is
    // written when the change is committed.
    const Ttl ttl = facts_.options ? shorter(configured(), mine.ttl) : mine.ttl;
    if (!view_.safe() || local.settled) activate(ttl);
    if (facts_.options && mine.ttl != configured()) {
      change.set.push_back(mine);
      change.set.back().ttl = configured();
    }
    if (!forget && change.set.empty()) return;
    remove_own(&mine, change);
    result_.application = std::move(change);
  }

  // True if the application's data should forget somebody: one that has expired is not known to
  // have by whoever claims next. Who has yielded can be asked again, and goes along with the next
  // change.
  bool settle(ApplicationChange& change) {
    LocalLeadership& local = result_.local;
    if (view_.settled()) {
      remove_others(change);
      return false;
    }
    bool forget = false;
    for (const Claim& each : view_.data()->claims) {
      if (each.unit == facts_.unit) continue;
      const Fate fate = fate_of(each, facts_, local.read_back);
      if (fate == Fate::alive) {
        wait(each);
        continue;
      }
      change.remove.push_back(each);
      if (fate == Fate::yielded) continue;
      forget = true;
      local.doubt_until = std::max(local.doubt_until, local.read_back + wait_for(each.ttl));
    }
    local.settled = result_.awaited.empty();
    if (local.settled) return forget;
    // Until all have been heard in one hook, nobody is forgotten: what they handed over with their
    // word is published together with its removal.
    result_.standing = Standing::waiting;
    change.remove.clear();
    return false;
  }

  // A unit with leadership-ttl=0 that is gone for good would be waited for for ever. Who sets
  // handover=immediate for the length of a ttl vouches that it is. Others that have expired go
  // along with the next change, or when they are many: each hand-over with handover=safe would ask
  // them all.
  bool give_up(ApplicationChange& change) const {
    constexpr std::size_t kMany = 4;
    bool forget = false;
    for (const Claim& each : view_.data()->claims) {
      if (each.unit == facts_.unit) continue;
      const Ttl ttl = each.ttl == kNeverExpires ? configured() : each.ttl;
      if (ttl == kNeverExpires ||
          facts_.reading.since_boot < result_.local.read_back + wait_for(ttl))
        continue;
      change.remove.push_back(each);
      forget = forget || each.ttl == kNeverExpires;
    }
    return forget || change.remove.size() >= kMany;
  }

  void wait(const Claim& claim) {
    Awaited awaited{claim.unit, std::nullopt};
    if (claim.ttl != kNeverExpires) awaited.until = result_.local.read_back + wait_for(claim.ttl);
    result_.awaited.push_back(std::move(awaited));
  }

  void remove_others(ApplicationChange& change) const {
    for (const Claim& each : view_.data()->claims) {
      if (each.unit != facts_.unit) change.remove.push_back(each);
    }
  }

  void remove_own(const Claim* but, ApplicationChange& change) const {
    for (const Claim& each : view_.data()->claims) {
      if (each.unit == facts_.unit && &each != but) change.remove.push_back(each);
    }
  }

  void activate(Ttl ttl) {
    result_.standing = Standing::active;
    result_.local.active = true;
    result_.stamp = Stamp{facts_.reading, ttl};
    result_.allowed = ttl;
    if (!facts_.stamp) return;
    const auto refusal = check_stamp(*facts_.stamp, std::nullopt, facts_.reading);
    if (!refusal || refusal->why != StampRefusal::Why::expired) return;
    result_.late = LateRenewal{refusal->ttl, refusal->age};
  }

  void tell() {
    if (result_.active() != view_.local().active) {
      log(result_.active() ? "leadership: this unit is active" : "leadership: not active any more");
    }
    if (result_.late) {
      result_.log.push_back(
          {LogLevel::warning,
           fmt::format("leadership: confirmed after {}s, which is longer than leadership-ttl, {}m",
                       result_.late->interval.count(), result_.late->ttl.count())});
    }
  }

  void log(std::string text) { result_.log.push_back({LogLevel::info, std::move(text)}); }

  const LeadershipFacts& facts_;
  View view_;
  LeadershipDecision result_;
};

}  // namespace

std::chrono::seconds wait_for(Ttl ttl) {
  // The other clock loses kClockDrift, this one gains it: (1 + d) / (1 - d) is less than 1 + 2.01
  // d.
  const std::chrono::seconds span = ttl;
  return span + std::chrono::seconds(span.count() * 201 / (100 * kClockDrift) + 1) + kMargin;
}

std::optional<NextRead> next_read(const LeadershipFacts& facts) {
  if (facts.peers != Peers::present) return std::nullopt;
  const View view(facts);
  const bool releases = facts.leaving && facts.leadership == Leadership::leader;
  if (!view.leads() && !view.safe() && !releases) return std::nullopt;
  if (!facts.application.asked) return NextRead{true, ""};
  if (view.data() == nullptr || releases) return std::nullopt;
  const auto unless_asked = [&facts](const std::string& unit) {
    const Answer<UnitData>* answer = answer_of(facts, unit);
    return answer != nullptr && answer->asked ? std::nullopt : std::optional(NextRead{false, unit});
  };
  if (!view.leads()) return view.must_yield() ? unless_asked(facts.unit) : std::nullopt;
  if (!view.holds()) return unless_asked(facts.unit);
  if (!view.safe() || view.settled()) return std::nullopt;
  for (const Claim& claim : view.data()->claims) {
    if (claim.unit == facts.unit) continue;
    if (auto read = unless_asked(claim.unit)) return read;
  }
  return std::nullopt;
}

LeadershipDecision decide(const LeadershipFacts& facts) {
  return Step(facts).result();
}

}  // namespace leader_cron
