#pragma once
// What the stand-in remembers: the units with their queues of hooks, databags and counts, the
// lease, the settings. Plain values and their JSON form; the rules of how a queue grows are in
// hook_queue.h, those of how everything changes in fleet.cpp.

#include <cstdint>
#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "fleet.h"

namespace standin {

struct QueuedHook {
  std::string name;            // "replicas-relation-changed"
  std::string relation_event;  // "changed"; empty: not a relation hook
  std::string remote_unit;     // empty in a relation hook: the application's data
  std::string departing_unit;
  std::string charm;  // upgrade-charm: the folder from then on

  bool operator==(const QueuedHook&) const = default;
};

enum class Life { alive, dying, gone };

using Counts = std::map<std::string, std::size_t>;

struct Unit {
  std::string name;
  int number = 0;
  std::string charm;
  Life life = Life::alive;
  bool reachable = true;
  bool installed = false;    // install has been committed
  bool in_relation = false;  // in the peer relation's scope
  bool in_error = false;
  int failures = 0;  // of the hook at the front of the queue
  std::deque<QueuedHook> queue;
  std::set<std::string> members;  // peers whose relation-joined has run here
  StringMap bag;
  StringMap state;
  std::string status = "waiting";
  std::string message = "agent initialising";
  std::string version;
  Counts tools;
  Counts hooks;
  std::size_t skipped = 0;
};

struct Model {
  Options options;
  std::map<int, Unit> units;
  std::optional<std::string> leader;
  bool deposed = false;  // nobody shall have the lease until someone is elected by name
  StringMap application_data;
  bool application_data_written = false;
  StringMap leader_settings;
  std::map<std::string, std::map<std::string, Fault>> faults;  // by unit, by tool
  std::uint64_t random = 0;
  int next_unit = 0;
  std::uint64_t next_context = 0;
  std::uint64_t next_settings = 0;
};

nlohmann::json to_json(const Model& model);
/// Throws nlohmann's exceptions for what to_json() did not write.
Model model_from_json(const nlohmann::json& json);

/// The private address of unit `number`.
std::string unit_address(int number);

std::string fault_name(Fault::Kind kind);

/// Deterministic for a seed on every platform (splitmix64): below `limit`, which is not 0.
std::uint64_t draw(std::uint64_t& state, std::uint64_t limit);

}  // namespace standin
