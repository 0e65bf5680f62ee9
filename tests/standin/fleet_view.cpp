// Playing, looking and counting: the part of Fleet that hands things through.

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <numeric>

#include "fleet_impl.h"
#include "hook_queue.h"

namespace standin {

namespace fs = std::filesystem;
using nlohmann::json;

bool Fleet::step() {
  return impl_->step();
}

void Fleet::settle() {
  while (impl_->step()) {
  }
}

HookResult Fleet::run_hook(const std::string& unit, const std::string& hook,
                           const StringMap& extra_env) {
  QueuedHook queued{hook, {}, {}, {}, {}};
  const std::string start = impl_->relation() + "-relation-";
  if (!impl_->relation().empty() && hook.starts_with(start)) {
    const auto remote = extra_env.find("JUJU_REMOTE_UNIT");
    queued = relation_hook(impl_->relation(), hook.substr(start.size()),
                           remote == extra_env.end() ? "" : remote->second);
  }
  return impl_->run_hook(impl_->living_unit(unit), queued, extra_env);
}

HookResult Fleet::run_action(const std::string& name, const std::string& action,
                             const StringMap& parameters) {
  Unit& unit = impl_->living_unit(name);
  if (!unit.reachable) {
    throw std::invalid_argument(fmt::format("unit \"{}\" cannot be reached", name));
  }
  return impl_->run_action(unit, action,
                           action_parameters(impl_->charm(unit.charm), action, parameters));
}

void Fleet::before_commit(std::function<void(const std::string&, const std::string&)> callback) {
  impl_->before_commit = std::move(callback);
}

std::vector<std::string> Fleet::units() const {
  std::vector<std::string> names;
  for (const auto& [number, unit] : impl_->model.units) {
    if (unit.life != Life::gone) names.push_back(unit.name);
  }
  return names;
}

std::optional<std::string> Fleet::leader() const {
  return impl_->model.leader;
}

fs::path Fleet::root(const std::string& unit) const {
  return impl_->root(impl_->unit(unit));
}

Status Fleet::status(const std::string& name) const {
  const Unit& unit = impl_->unit(name);
  return {unit.status,
          unit.message,
          unit.version,
          unit.in_error,
          unit.in_error ? unit.queue.front().name : "",
          unit.reachable,
          unit.life == Life::gone};
}

std::vector<std::string> Fleet::queued(const std::string& unit) const {
  std::vector<std::string> names;
  for (const auto& hook : impl_->unit(unit).queue) names.push_back(hook.name);
  return names;
}

StringMap Fleet::application_data() const {
  return impl_->model.application_data;
}

StringMap Fleet::unit_data(const std::string& unit) const {
  return impl_->unit(unit).bag;
}

StringMap Fleet::state(const std::string& unit) const {
  return impl_->unit(unit).state;
}

StringMap Fleet::leader_settings() const {
  return impl_->model.leader_settings;
}

std::vector<LogLine> Fleet::log() const {
  return impl_->log;
}

std::vector<HookRun> Fleet::history() const {
  return impl_->history;
}

const Options& Fleet::options() const {
  return impl_->model.options;
}

std::size_t Fleet::tool_calls(const std::string& unit) const {
  const Counts counts = impl_->unit(unit).tools;
  return std::accumulate(counts.begin(), counts.end(), std::size_t{0},
                         [](std::size_t sum, const auto& count) { return sum + count.second; });
}

std::map<std::string, std::size_t> Fleet::tool_calls_by_name(const std::string& unit) const {
  return impl_->unit(unit).tools;
}

std::size_t Fleet::hooks_run(const std::string& unit) const {
  const Counts counts = impl_->unit(unit).hooks;
  return std::accumulate(counts.begin(), counts.end(), std::size_t{0},
                         [](std::size_t sum, const auto& count) { return sum + count.second; });
}

std::map<std::string, std::size_t> Fleet::hooks_run_by_name(const std::string& unit) const {
  return impl_->unit(unit).hooks;
}

std::size_t Fleet::hooks_skipped(const std::string& unit) const {
  return impl_->unit(unit).skipped;
}

std::vector<ToolCall> Fleet::calls() const {
  std::vector<ToolCall> calls;
  std::ifstream file(impl_->work / "calls.jsonl", std::ios::binary);
  for (std::string line; std::getline(file, line);) {
    const json record = json::parse(line);
    calls.push_back({record.at("unit"), record.at("hook"), record.at("tool"), record.at("args"),
                     record.value("input", ""), record.at("exit")});
  }
  return calls;
}

void Fleet::reset_counters() {
  for (auto& [number, unit] : impl_->model.units) {
    unit.tools.clear();
    unit.hooks.clear();
    unit.skipped = 0;
  }
  impl_->history.clear();
  fs::remove(impl_->work / "calls.jsonl");
}

void Fleet::set_fault(const std::string& unit, const std::string& tool, Fault fault) {
  impl_->model.faults[impl_->unit(unit).name][tool] = std::move(fault);
}

void Fleet::clear_faults() {
  impl_->model.faults.clear();
}

}  // namespace standin
