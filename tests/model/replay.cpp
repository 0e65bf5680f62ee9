#include "replay.h"

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "charm/leadership.h"
#include "spin.h"

namespace leader_cron::model {
namespace {

using std::chrono::seconds;

constexpr int kUnits = 3;
constexpr int kNobody = 3;
constexpr Ttl kTtl{15};

// kRandomRunTtl of them are a whole wait, and so a whole ttl; one less is less than the ttl.
seconds tick() {
  return wait_for(kTtl) / kRandomRunTtl + seconds(1);
}

struct Hook {
  LeadershipFacts facts;
  LeadershipDecision decision;
};

struct Machine {
  int boots = 0;
  ClockReading clock;
  bool crontab = false;
  std::optional<Ttl> allowed;
  std::optional<Stamp> stamp;
  std::optional<LocalLeadership> local;
  std::optional<Hook> hook;
  UnitData data;  // in the relation
};

struct Difference : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <typename Value>
void same(const char* what, const Value& model, const Value& code) {
  if (model == code) return;
  std::ostringstream text;
  text << what << ": " << model << " in the model, " << code << " in the code";
  throw Difference(text.str());
}

std::string word_of(Standing standing) {
  switch (standing) {
    case Standing::active:
      return "active";
    case Standing::follower:
      return "follower";
    case Standing::claiming:
      return "claiming";
    case Standing::waiting:
      return "waiting";
    case Standing::waiting_alone:
      break;
  }
  return "waiting alone";
}

std::string what_is_written(const LeadershipDecision& decision) {
  if (decision.own) return decision.application ? "yields and more" : "yields";
  if (!decision.application) return "nothing";
  if (!decision.application->set.empty()) return "claims";
  return decision.active() ? "forgets" : "releases";
}

std::string name_of(int u) {
  return "app/" + std::to_string(u);
}

int index_of(const std::string& unit) {
  return unit.back() - '0';
}

class World {
 public:
  explicit World(Counted& counted) : counted_(counted) {
    for (int u = 0; u < kUnits; ++u) boot(u);
  }

  // Other lines are not for us.
  void step(const std::string& line) {
    line_ = std::istringstream(line);
    std::string kind;
    line_ >> kind;
    if (kind == "tick") return pass_time();
    if (kind == "begin") return begin(number());
    if (kind == "look") return look(number());
    if (kind == "hear") return hear(number());
    if (kind == "decide") return decide_hook(number());
    if (kind == "act") return act(number());
    if (kind == "end") return end(number());
    if (kind == "kill") return kill(number());
    if (kind == "reboot") return reboot(number());
  }

 private:
  int number() {
    int value = 0;
    if (!(line_ >> value)) throw Difference("a number is missing");
    return value;
  }

  bool flag() { return number() != 0; }

  Hook& hook_of(int u) {
    if (!machines_[u].hook) throw Difference("no hook is under way");
    return *machines_[u].hook;
  }

  // --- the fleet's state

  bool accepts(int u) const {
    const Machine& machine = machines_[u];
    return machine.crontab && machine.stamp &&
           !check_stamp(*machine.stamp, machine.allowed, machine.clock);
  }

  const Claim* claim_of(int u) const {
    const auto found = std::find_if(data_.claims.begin(), data_.claims.end(),
                                    [&](const Claim& each) { return each.unit == name_of(u); });
    return found == data_.claims.end() ? nullptr : &*found;
  }

  void same_units_are_active() {
    for (int u = 0; u < kUnits; ++u) same("active", flag(), accepts(u));
  }

  void same_application_data() {
    const int leader = number();
    same("leader", leader == kNobody ? std::string() : name_of(leader), data_.leader);
    std::size_t claims = 0;
    for (int u = 0; u < kUnits; ++u) {
      const Claim* claim = claim_of(u);
      if (claim != nullptr) ++claims;
      same("claim", static_cast<Term>(number()), claim == nullptr ? Term{0} : claim->term);
    }
    same("claims", claims, data_.claims.size());
  }

  void same_unit_data() {
    for (const Machine& each : machines_)
      same("yielded", static_cast<Term>(number()), each.data.yielded);
  }

  // --- a hook, step by step

  void begin(int u) {
    Machine& machine = machines_[u];
    machine.hook.emplace();
    LeadershipFacts& facts = machine.hook->facts;
    facts.unit = name_of(u);
    facts.options = LeadershipOptions{Handover::safe, kTtl};
    facts.peers = Peers::present;
    facts.local = machine.local;
    facts.stamp = machine.stamp;
    facts.reading = machine.clock;
  }

  void look(int u) {
    LeadershipFacts& facts = hook_of(u).facts;
    const int answer = number();
    if (answer == 1) facts.leadership = Leadership::leader;
    if (answer == 0) facts.leadership = Leadership::follower;
    if (answer == 2) ++counted_.unknown;
    const bool is_read = flag();
    facts.leaving = flag();
    same_application_data();
    same("yielded", static_cast<Term>(number()), machines_[u].data.yielded);
    if (next_read(facts) != NextRead{true, ""}) throw Difference("does not ask for the data");
    facts.application = {true, data_};
    const bool asks_for_own = next_read(facts) == NextRead{false, facts.unit};
    if (is_read) {
      if (asks_for_own) facts.units[facts.unit] = {true, machines_[u].data};
    } else if (++counted_.unread % 2 == 0 && asks_for_own) {
      facts.units[facts.unit] = {true, std::nullopt};
    } else {
      facts.application.value.reset();
    }
  }

  void hear(int u) {
    LeadershipFacts& facts = hook_of(u).facts;
    const int silent = number();
    same_unit_data();
    for (auto read = next_read(facts); read; read = next_read(facts)) {
      if (read->application || read->unit == facts.unit) throw Difference("asks for other data");
      Answer<UnitData>& answer = facts.units[read->unit];
      answer.asked = true;
      const int v = index_of(read->unit);
      if ((silent >> v & 1) == 0) {
        answer.value = machines_[v].data;
      } else {
        ++counted_.silent;
      }
    }
    if (facts.units.empty()) throw Difference("does not ask for the data of units");
  }

  void decide_hook(int u) {
    const LeadershipFacts& facts = hook_of(u).facts;
    if (next_read(facts)) throw Difference("asks for more data");
    const LeadershipDecision& decision = hook_of(u).decision = decide(facts);
    ++counted_.decisions;
    const bool acts = flag();
    const bool holds = flag();
    same("standing", standing_of(facts, acts, holds), word_of(decision.standing));
    if (decision.standing == Standing::waiting) ++counted_.waits;
    same("has a stamp", acts, decision.stamp.has_value());
    if (acts) same("as old as its hook", true, decision.stamp->taken == facts.reading);
    std::string writes;
    line_ >> writes;
    const int term = number();
    const int removes = number();
    same("writes", writes, what_is_written(decision));
    if (writes == "claims") same_claim(facts, decision, static_cast<Term>(term));
    if (writes == "yields") same("term", static_cast<Term>(term), decision.own->yielded);
    if (writes == "forgets") same("removes", removes, what_is_removed(decision));
    if (writes == "releases")
      same("takes its name back", term == 1, decision.application->name_leader);
  }

  static std::string standing_of(const LeadershipFacts& facts, bool acts, bool holds) {
    if (acts) return "active";
    if (holds) return "waiting";
    return facts.leadership == Leadership::leader && !facts.leaving ? "claiming" : "follower";
  }

  static void same_claim(const LeadershipFacts& facts, const LeadershipDecision& decision,
                         Term term) {
    const ApplicationChange& change = *decision.application;
    same("names itself", true, change.name_leader && change.leader == facts.unit);
    same("claims", std::size_t{1}, change.set.size());
    same("claims for", facts.unit, change.set[0].unit);
    same("term", term, change.set[0].term);
    same("ttl", kTtl.count(), change.set[0].ttl.count());
    for (const Claim& each : change.remove) same("removes a claim of", facts.unit, each.unit);
  }

  // In the model nothing that has been replaced since it was read is to be removed.
  int what_is_removed(const LeadershipDecision& decision) const {
    int units = 0;
    for (const Claim& each : decision.application->remove) {
      const Claim* now = claim_of(index_of(each.unit));
      if (now == nullptr || *now == each) units |= 1 << index_of(each.unit);
    }
    return units;
  }

  void act(int u) {
    Machine& machine = machines_[u];
    const LeadershipDecision& decision = hook_of(u).decision;
    if (decision.active()) ++(accepts(u) ? counted_.renewals : counted_.activations);
    machine.crontab = decision.active();
    machine.allowed = decision.allowed;
    machine.stamp = decision.stamp;
    same_units_are_active();
    if (!accepts(u)) return;
    if (last_active_ != kNobody && last_active_ != u) ++counted_.fail_overs;
    last_active_ = u;
  }

  void end(int u) {
    const LeadershipDecision decision = std::move(hook_of(u).decision);
    Machine& machine = machines_[u];
    machine.hook.reset();
    machine.local = decision.local;
    if (flag()) {
      commit(u, decision);
    } else if (decision.application || decision.own) {
      ++counted_.failed_commits;
    }
    same_application_data();
    same_unit_data();
    const Claim* claim = claim_of(u);
    const bool read_back =
        claim != nullptr && decision.local.term == claim->term && decision.local.id == claim->id;
    same("read back", flag(), read_back);
    same("settled", flag(), read_back && decision.local.settled);
  }

  void commit(int u, const LeadershipDecision& decision) {
    if (decision.own) {
      machines_[u].data = *decision.own;
      ++counted_.yields;
    }
    if (!decision.application) return;
    const ApplicationChange& change = *decision.application;
    if (change.name_leader) data_.leader = change.leader;
    for (const Claim& gone : change.remove) {
      std::erase_if(data_.claims, [&](const Claim& each) {
        return each.unit == gone.unit && each.term == gone.term && each.id == gone.id;
      });
    }
    data_.claims.insert(data_.claims.end(), change.set.begin(), change.set.end());
    if (!change.set.empty()) {
      ++counted_.claims;
    } else if (decision.active()) {
      ++counted_.waited_out;
    } else {
      ++counted_.releases;
      reboot(u);  // what comes in its place has a machine of its own
    }
  }

  // --- and what else happens

  void kill(int u) {
    if (machines_[u].hook) ++counted_.kills;
    machines_[u].hook.reset();
  }

  void reboot(int u) {
    if (accepts(u)) ++counted_.reboots;
    machines_[u].hook.reset();
    machines_[u].stamp.reset();
    machines_[u].local.reset();
    boot(u);
  }

  void boot(int u) {
    Machine& machine = machines_[u];
    ++machine.boots;
    machine.clock = {name_of(u) + "." + std::to_string(machine.boots), seconds(1000 * u)};
  }

  void pass_time() {
    for (int u = 0; u < kUnits; ++u) {
      const bool before = accepts(u);
      machines_[u].clock.since_boot += tick();
      if (before && !accepts(u)) ++counted_.expiries;
    }
    same_units_are_active();
  }

  Counted& counted_;
  std::istringstream line_;
  ApplicationData data_;
  std::array<Machine, kUnits> machines_;
  int last_active_ = kNobody;
};

}  // namespace

std::string replay(const std::string& run, Counted& counted) {
  World world(counted);
  std::istringstream lines(run);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    try {
      world.step(line);
    } catch (const Difference& difference) {
      return "line " + std::to_string(number) + ", " + line + ": " + difference.what();
    }
  }
  return "";
}

}  // namespace leader_cron::model
