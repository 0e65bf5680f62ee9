#include "fail_over_cost.h"

#include <algorithm>
#include <deque>
#include <set>
#include <string>
#include <vector>

namespace leader_cron::simulator {
namespace {

class Fleet {
 public:
  explicit Fleet(const FailOver& fail_over) : fail_over_(fail_over) {
    for (int i = 0; i < fail_over.units; ++i)
      units_.push_back({"app/" + std::to_string(i), {}, {}, {}, {}});
    hook(0);
    run_queue();
    hook(0);
    run_queue();
    hooks_ = 0;
  }

  int fail_over() {
    leader_ = 1;
    silent_ = fail_over_.old_leader_hears ? -1 : 0;
    hook(1);  // leader-elected
    run_queue();
    if (fail_over_.old_leader_hears) return hooks_;
    now_ += wait_for(Ttl(15)).count();
    hook(1);  // an update-status
    --hooks_;
    run_queue();
    return hooks_;
  }

 private:
  struct Unit {
    std::string name;
    UnitData data;
    std::optional<LocalLeadership> local;
    std::optional<Stamp> stamp;
    std::set<int> changed;  // whose data, -1: the application's; one hook each is waiting
  };

  void run_queue() {
    while (!queue_.empty()) {
      const auto [unit, changed] = queue_.front();
      queue_.pop_front();
      units_[static_cast<std::size_t>(unit)].changed.erase(changed);
      hook(unit);
    }
  }

  void notify(int changed) {
    for (int i = 0; i < static_cast<int>(units_.size()); ++i) {
      if (i == changed || i == silent_) continue;
      if (units_[static_cast<std::size_t>(i)].changed.insert(changed).second)
        queue_.emplace_back(i, changed);
    }
  }

  void hook(int index) {
    ++hooks_;
    now_ += 1;
    Unit& unit = units_[static_cast<std::size_t>(index)];
    LeadershipFacts facts;
    facts.unit = unit.name;
    facts.leadership = index == leader_ ? Leadership::leader : Leadership::follower;
    facts.options = LeadershipOptions{fail_over_.handover, Ttl(15)};
    facts.peers = Peers::present;
    facts.local = unit.local;
    facts.stamp = unit.stamp;
    facts.reading = {"boot", std::chrono::seconds(now_)};
    while (const auto read = next_read(facts)) {
      if (read->application) {
        facts.application = {true, application_};
        continue;
      }
      const auto asked = std::find_if(units_.begin(), units_.end(),
                                      [&](const Unit& each) { return each.name == read->unit; });
      facts.units[read->unit] = {true, asked->data};
    }
    const LeadershipDecision decision = decide(facts);
    unit.local = decision.local;
    unit.stamp = decision.stamp;
    if (decision.own) {
      unit.data = *decision.own;
      notify(index);
    }
    if (!decision.application) return;
    Databag databag = text_of(*decision.application);
    for (auto& [key, value] : databag) {
      if (value.empty()) {
        databag_.erase(key);
      } else {
        databag_[key] = value;
      }
    }
    application_ = read_application_data(databag_, "app");
    notify(-1);
  }

  const FailOver fail_over_;
  std::vector<Unit> units_;
  std::deque<std::pair<int, int>> queue_;
  Databag databag_;
  ApplicationData application_;
  std::int64_t now_ = 0;
  int leader_ = 0;
  int silent_ = -1;
  int hooks_ = 0;
};

}  // namespace

int hooks_of(const FailOver& fail_over) {
  return Fleet(fail_over).fail_over();
}

}  // namespace leader_cron::simulator
