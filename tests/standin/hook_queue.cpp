#include "hook_queue.h"

#include <algorithm>

namespace standin {
namespace {

/// The first hook that may be moved or dropped: one that has failed is to be tried again first.
auto first_free(Unit& unit) {
  return unit.queue.begin() + (unit.failures > 0 ? 1 : 0);
}

}  // namespace

QueuedHook relation_hook(const std::string& relation, const std::string& event,
                         const std::string& remote_unit, const std::string& departing) {
  return {relation + "-relation-" + event, event, remote_unit, departing, {}};
}

void enqueue(Unit& unit, QueuedHook hook) {
  if (std::find(first_free(unit), unit.queue.end(), hook) != unit.queue.end()) return;
  // update-status waits for everything else.
  const bool last_yields = first_free(unit) != unit.queue.end() &&
                           unit.queue.back().name == "update-status" &&
                           hook.name != "update-status";
  unit.queue.insert(last_yields ? std::prev(unit.queue.end()) : unit.queue.end(), std::move(hook));
}

void enqueue_leader_elected(Unit& unit) {
  const QueuedHook hook{"leader-elected", {}, {}, {}, {}};
  auto place = first_free(unit);
  if (std::find(place, unit.queue.end(), hook) != unit.queue.end()) return;
  while (place != unit.queue.end() &&
         (place->name == "install" || place->relation_event == "created")) {
    ++place;
  }
  unit.queue.insert(place, hook);
}

void enqueue_upgrade(Unit& unit, const std::string& charm) {
  unit.queue.erase(
      std::remove_if(first_free(unit), unit.queue.end(),
                     [](const QueuedHook& hook) { return hook.name == "upgrade-charm"; }),
      unit.queue.end());
  enqueue(unit, {"upgrade-charm", {}, {}, {}, charm});
}

void enqueue_joined(Unit& unit, const std::string& relation, const std::string& peer) {
  enqueue(unit, relation_hook(relation, "joined", peer));
  enqueue(unit, relation_hook(relation, "changed", peer));
}

void enqueue_departed(Unit& unit, const std::string& relation, const std::string& peer) {
  const auto about_peer = [&](const QueuedHook& hook) {
    return !hook.relation_event.empty() && hook.remote_unit == peer;
  };
  unit.queue.erase(std::remove_if(first_free(unit), unit.queue.end(), about_peer),
                   unit.queue.end());
  if (unit.members.contains(peer)) {
    enqueue(unit, relation_hook(relation, "departed", peer, peer));
  }
}

void enqueue_removal(Unit& unit, const std::string& relation) {
  unit.queue.erase(first_free(unit), unit.queue.end());
  if (unit.in_relation) {
    for (const auto& peer : unit.members) {
      unit.queue.push_back(relation_hook(relation, "departed", peer, unit.name));
    }
    unit.queue.push_back(relation_hook(relation, "broken"));
  }
  unit.queue.push_back({"stop", {}, {}, {}, {}});
  unit.queue.push_back({"remove", {}, {}, {}, {}});
}

}  // namespace standin
