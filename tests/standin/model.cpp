#include "model.h"

#include <stdexcept>
#include <utility>

namespace standin {
namespace {

using nlohmann::json;

constexpr std::pair<Fault::Kind, const char*> kFaultNames[] = {
    {Fault::Kind::fail, "fail"},           {Fault::Kind::nonsense, "nonsense"},
    {Fault::Kind::missing, "missing"},     {Fault::Kind::slow, "slow"},
    {Fault::Kind::kill_hook, "kill_hook"}, {Fault::Kind::lose_lease, "lose_lease"},
};

Fault::Kind fault_kind(const std::string& name) {
  for (const auto& [kind, text] : kFaultNames) {
    if (name == text) return kind;
  }
  throw std::invalid_argument("no such fault: " + name);
}

json options_json(const Options& o) {
  return {{"charm", o.charm.string()},
          {"work", o.work.string()},
          {"mode", o.mode == Mode::juju_3_6 ? "3.6" : "4.0"},
          {"application", o.application},
          {"principal", o.principal},
          {"peer_relation", o.peer_relation},
          {"seed", o.seed},
          {"config", o.config},
          {"model", o.model},
          {"numbers_as_floats", o.numbers_as_floats},
          {"attempts", o.attempts},
          {"hook_timeout", o.hook_timeout.count()},
          {"environment", o.environment}};
}

Options options_from(const json& j) {
  Options o;
  o.charm = j.at("charm").get<std::string>();
  o.work = j.at("work").get<std::string>();
  o.mode = j.at("mode") == "3.6" ? Mode::juju_3_6 : Mode::juju_4_0;
  j.at("application").get_to(o.application);
  j.at("principal").get_to(o.principal);
  j.at("peer_relation").get_to(o.peer_relation);
  j.at("seed").get_to(o.seed);
  j.at("config").get_to(o.config);
  j.at("model").get_to(o.model);
  j.at("numbers_as_floats").get_to(o.numbers_as_floats);
  j.at("attempts").get_to(o.attempts);
  o.hook_timeout = std::chrono::milliseconds(j.at("hook_timeout").get<std::int64_t>());
  j.at("environment").get_to(o.environment);
  return o;
}

json queue_json(const std::deque<QueuedHook>& queue) {
  json all = json::array();
  for (const auto& hook : queue) {
    all.push_back(
        {hook.name, hook.relation_event, hook.remote_unit, hook.departing_unit, hook.charm});
  }
  return all;
}

json unit_json(const Unit& u) {
  return {{"name", u.name},
          {"number", u.number},
          {"charm", u.charm},
          {"life", static_cast<int>(u.life)},
          {"reachable", u.reachable},
          {"installed", u.installed},
          {"in_relation", u.in_relation},
          {"in_error", u.in_error},
          {"failures", u.failures},
          {"queue", queue_json(u.queue)},
          {"members", u.members},
          {"bag", u.bag},
          {"state", u.state},
          {"status", u.status},
          {"message", u.message},
          {"version", u.version},
          {"tools", u.tools},
          {"hooks", u.hooks},
          {"skipped", u.skipped}};
}

Unit unit_from(const json& j) {
  Unit u;
  j.at("name").get_to(u.name);
  j.at("number").get_to(u.number);
  j.at("charm").get_to(u.charm);
  u.life = static_cast<Life>(j.at("life").get<int>());
  j.at("reachable").get_to(u.reachable);
  j.at("installed").get_to(u.installed);
  j.at("in_relation").get_to(u.in_relation);
  j.at("in_error").get_to(u.in_error);
  j.at("failures").get_to(u.failures);
  for (const auto& hook : j.at("queue")) {
    u.queue.push_back({hook.at(0), hook.at(1), hook.at(2), hook.at(3), hook.at(4)});
  }
  j.at("members").get_to(u.members);
  j.at("bag").get_to(u.bag);
  j.at("state").get_to(u.state);
  j.at("status").get_to(u.status);
  j.at("message").get_to(u.message);
  j.at("version").get_to(u.version);
  j.at("tools").get_to(u.tools);
  j.at("hooks").get_to(u.hooks);
  j.at("skipped").get_to(u.skipped);
  return u;
}

}  // namespace

std::string unit_address(int number) {
  return "10.0." + std::to_string(number / 200) + "." + std::to_string(number % 200 + 10);
}

std::string fault_name(Fault::Kind kind) {
  for (const auto& [known, text] : kFaultNames) {
    if (kind == known) return text;
  }
  return {};
}

json to_json(const Model& m) {
  json units = json::array();
  for (const auto& [number, unit] : m.units) units.push_back(unit_json(unit));
  json faults = json::array();
  for (const auto& [unit, tools] : m.faults) {
    for (const auto& [tool, fault] : tools) {
      faults.push_back({{"unit", unit},
                        {"tool", tool},
                        {"kind", fault_name(fault.kind)},
                        {"delay", fault.delay.count()},
                        {"skip", fault.skip},
                        {"message", fault.message}});
    }
  }
  return {{"options", options_json(m.options)},
          {"units", std::move(units)},
          {"leader", m.leader.value_or("")},
          {"deposed", m.deposed},
          {"application_data", m.application_data},
          {"application_data_written", m.application_data_written},
          {"leader_settings", m.leader_settings},
          {"faults", std::move(faults)},
          {"random", m.random},
          {"next_unit", m.next_unit},
          {"next_context", m.next_context},
          {"next_settings", m.next_settings}};
}

Model model_from_json(const json& j) {
  Model m;
  m.options = options_from(j.at("options"));
  for (const auto& unit : j.at("units")) {
    Unit u = unit_from(unit);
    m.units.emplace(u.number, std::move(u));
  }
  if (const std::string leader = j.at("leader"); !leader.empty()) m.leader = leader;
  j.at("deposed").get_to(m.deposed);
  j.at("application_data").get_to(m.application_data);
  j.at("application_data_written").get_to(m.application_data_written);
  j.at("leader_settings").get_to(m.leader_settings);
  for (const auto& fault : j.at("faults")) {
    m.faults[fault.at("unit")][fault.at("tool")] = {
        fault_kind(fault.at("kind")),
        std::chrono::milliseconds(fault.at("delay").get<std::int64_t>()), fault.at("skip"),
        fault.at("message")};
  }
  j.at("random").get_to(m.random);
  j.at("next_unit").get_to(m.next_unit);
  j.at("next_context").get_to(m.next_context);
  j.at("next_settings").get_to(m.next_settings);
  return m;
}

std::uint64_t draw(std::uint64_t& state, std::uint64_t limit) {
  state += 0x9e3779b97f4a7c15U;
  std::uint64_t z = state;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return (z ^ (z >> 31U)) % limit;
}

}  // namespace standin
