// Which hook is next, the context and the environment it gets, and running it.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fleet_impl.h"
#include "hook_files.h"
#include "hook_queue.h"

namespace standin {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kTools[] = {"is-leader",     "config-get",   "relation-ids",
                                  "relation-list", "relation-get", "relation-set",
                                  "status-set",    "status-get",   "juju-log",
                                  "action-get",    "action-set",   "action-fail",
                                  "action-log",    "state-get",    "state-set",
                                  "state-delete",  "unit-get",     "application-version-set"};
constexpr const char* kLeaderTools[] = {"leader-get", "leader-set"};  // gone in Juju 4.0

json fault_json(const std::map<std::string, Fault>& faults) {
  json all = json::object();
  for (const auto& [tool, fault] : faults) {
    if (fault.kind == Fault::Kind::missing) continue;
    all[tool] = {{"kind", fault_name(fault.kind)},
                 {"delay", fault.delay.count()},
                 {"skip", fault.skip},
                 {"message", fault.message}};
  }
  return all;
}

}  // namespace

struct Fleet::Impl::Start {
  std::string name;      // of the hook or action
  std::string dispatch;  // "hooks/x", "actions/x"
  bool action = false;
  json parameters;  // of an action
  QueuedHook hook;  // of a hook
  StringMap extra;
};

bool Fleet::Impl::step() {
  std::vector<Unit*> ready;
  for (auto& [number, unit] : model.units) {
    if (unit.life != Life::gone && unit.reachable && !unit.in_error && !unit.queue.empty()) {
      ready.push_back(&unit);
    }
  }
  if (ready.empty()) return false;
  play(*ready[draw(model.random, ready.size())]);
  return true;
}

void Fleet::Impl::play(Unit& unit) {
  QueuedHook hook = unit.queue.front();
  unit.queue.pop_front();
  const int failures = std::exchange(unit.failures, 0);
  if (!hook.charm.empty()) unit.charm = hook.charm;
  if (hook.relation_event == "joined") unit.members.insert(hook.remote_unit);
  if (hook.relation_event == "departed") unit.members.erase(hook.remote_unit);

  // Leadership moved on before the hook ran: Juju drops it.
  const bool leads = model.leader == unit.name;
  if ((hook.name == "leader-elected" && !leads) ||
      (hook.name == "leader-settings-changed" && leads)) {
    ++unit.skipped;
    history.push_back({unit.name, hook.name, {}, 0, false, true});
    return;
  }
  const HookResult result = run_hook(unit, hook, {});
  if (unit.life == Life::gone) return;
  if (result.committed) {
    finish_hook(unit, hook);
    return;
  }
  unit.queue.push_front(std::move(hook));
  unit.failures = failures + 1;
  unit.in_error = unit.failures >= model.options.attempts;
}

void Fleet::Impl::finish_hook(Unit& unit, const QueuedHook& hook) {
  if (hook.name == "install" && !unit.installed) {
    unit.installed = true;
    if (unit.life == Life::alive && !relation().empty()) enter_relation(unit);
  } else if (hook.relation_event == "broken") {
    unit.in_relation = false;
  } else if (hook.name == "remove" && unit.life == Life::dying) {
    bury(unit);
  }
}

HookResult Fleet::Impl::run_hook(Unit& unit, const QueuedHook& hook, const StringMap& extra) {
  Start start;
  start.name = hook.name;
  start.dispatch = "hooks/" + hook.name;
  start.hook = hook;
  start.extra = extra;
  HookResult result;
  if (!fs::exists(fs::path(unit.charm) / start.dispatch)) {
    ++unit.skipped;
    result.skipped = result.committed = true;
  } else {
    ++unit.hooks[hook.name];
    result = run(unit, start);
  }
  const bool application = hook.relation_event == "changed" && hook.remote_unit.empty();
  history.push_back({unit.name, hook.name,
                     application ? model.options.application : hook.remote_unit, result.exit_status,
                     result.committed, result.skipped});
  return result;
}

HookResult Fleet::Impl::run_action(Unit& unit, const std::string& action, const json& parameters) {
  Start start;
  start.name = action;
  start.dispatch = "actions/" + action;
  start.action = true;
  start.parameters = parameters;
  HookResult result;
  if (!fs::exists(fs::path(unit.charm) / start.dispatch)) {
    result.exit_status = 126;
    result.failure = fmt::format("action not implemented on unit \"{}\"", unit.name);
    return result;
  }
  result = run(unit, start);
  if (!result.committed && !result.failure) {
    result.failure = result.exit_status != 0 ? fmt::format("exit status {}", result.exit_status)
                                             : "cannot commit what the action wrote";
  }
  return result;
}

HookResult Fleet::Impl::run(Unit& unit, const Start& start) {
  const fs::path folder = work / "contexts" / std::to_string(model.next_context++);
  fs::create_directory(folder);
  replace_text(folder / kContextFile, compact(context(unit, start)));
  replace_text(folder / kJournalFile, {});

  ProcessEnd end =
      run_process(fs::path(unit.charm) / start.dispatch, unit.charm,
                  environment(unit, start, folder), folder, model.options.hook_timeout);
  HookResult result;
  result.exit_status = end.exit_status;
  result.out = std::move(end.out);
  result.err = std::move(end.err);

  const Journal journal = read_journal(unit, start.name, folder);
  // A lose_lease fault empties the file that the tools read.
  if (model.leader && read_text(work / "lease").empty()) {
    model.leader.reset();
    model.deposed = true;
  }
  apply_at_once(unit, start.name, journal, result);
  add_log(unit, start.name, "DEBUG", result.out);
  add_log(unit, start.name, "WARNING", result.err);
  if (before_commit) before_commit(unit.name, start.name);
  if (result.exit_status == 0) {
    const std::string problem = commit(unit, journal);
    result.committed = problem.empty();
    add_log(unit, start.name, "ERROR", problem);
  }
  if (!result.committed && !start.action) {
    add_log(unit, start.name, "ERROR",
            fmt::format("hook \"{}\" failed: exit status {}", start.name, result.exit_status));
  }
  std::error_code ignored;  // something the hook left running may be writing there
  fs::remove_all(folder, ignored);
  return result;
}

json Fleet::Impl::context(const Unit& unit, const Start& start) {
  const bool usable = start.name != "install" && unit.installed && unit.in_relation;
  json relations = json::object();
  const std::string peers = relation();
  if (usable) {
    relations[peers + ":0"] = {{"name", peers},
                               {"folder", (work / "relations" / (peers + "-0")).string()},
                               {"members", unit.members}};
  }
  const auto faults = model.faults.find(unit.name);
  const bool in_relation_hook = !start.hook.relation_event.empty();
  return {{"unit", unit.name},
          {"application", model.options.application},
          {"address", unit_address(unit.number)},
          {"mode", model.options.mode == Mode::juju_3_6 ? "3.6" : "4.0"},
          {"action", start.action ? start.name : ""},
          {"parameters", start.parameters},
          {"reachable", unit.reachable},
          {"lease", (work / "lease").string()},
          {"settings", settings_file(unit)},
          {"relations_usable", usable},
          {"relations", std::move(relations)},
          {"relation", in_relation_hook ? peers + ":0" : ""},
          {"remote_unit", start.hook.remote_unit},
          {"remote_app", in_relation_hook ? model.options.application : ""},
          {"state", unit.state},
          {"leader_settings", model.leader_settings},
          {"status", {{"status", unit.status}, {"message", unit.message}}},
          {"faults", faults == model.faults.end() ? json::object() : fault_json(faults->second)}};
}

StringMap Fleet::Impl::environment(const Unit& unit, const Start& start, const fs::path& folder) {
  const Options& o = model.options;
  StringMap all = {
      {"PATH", tools_folder(unit).string() + ":/usr/sbin:/usr/bin:/sbin:/bin"},
      {"LEADER_CRON_ROOT", root(unit).string()},
      {"JUJU_DISPATCH_PATH", start.dispatch},
      {"JUJU_HOOK_NAME", start.action ? "" : start.name},
      {"JUJU_UNIT_NAME", unit.name},
      {"JUJU_PRINCIPAL_UNIT",
       o.principal.empty() ? "" : fmt::format("{}/{}", o.principal, unit.number)},
      {"JUJU_CHARM_DIR", unit.charm},
      {"CHARM_DIR", unit.charm},
      {"JUJU_MODEL_NAME", o.model},
      {"JUJU_MODEL_UUID", "8419cd78-4993-4c3a-928e-c646226beeee"},
      {"JUJU_VERSION", o.mode == Mode::juju_3_6 ? "3.6.9" : "4.0.0"},
      {"JUJU_CONTEXT_ID",
       fmt::format("{}-{}-{}", unit.name, start.name, folder.filename().string())},
      {"JUJU_AGENT_SOCKET_ADDRESS", folder.string()},
  };
  if (start.action) {
    all["JUJU_ACTION_NAME"] = start.name;
    all["JUJU_ACTION_UUID"] = folder.filename().string();
    all["JUJU_ACTION_TAG"] = "action-" + folder.filename().string();
  }
  if (!start.hook.relation_event.empty()) {
    all["JUJU_RELATION"] = relation();
    all["JUJU_RELATION_ID"] = relation() + ":0";
    all["JUJU_REMOTE_UNIT"] = start.hook.remote_unit;
    all["JUJU_REMOTE_APP"] = o.application;
    if (start.hook.relation_event == "departed") {
      all["JUJU_DEPARTING_UNIT"] = start.hook.departing_unit;
    }
  }
  for (const auto& [key, value] : o.environment) all[key] = value;
  for (const auto& [key, value] : start.extra) all[key] = value;
  return all;
}

fs::path Fleet::Impl::tools_folder(const Unit& unit) {
  std::string name = "all";
  const auto faults = model.faults.find(unit.name);
  const auto is_missing = [&](const std::string& tool) {
    if (faults == model.faults.end()) return false;
    const auto fault = faults->second.find(tool);
    return fault != faults->second.end() && fault->second.kind == Fault::Kind::missing;
  };
  if (is_missing("*")) {
    name = "none";
  } else if (faults != model.faults.end()) {
    for (const auto& [tool, fault] : faults->second) {
      if (is_missing(tool)) name += "-but-" + tool;
    }
  }
  fs::path folder = work / "tools" / name;
  if (fs::exists(folder)) return folder;
  fs::create_directories(folder);
  const auto link = [&](const char* tool) {
    if (name != "none" && !is_missing(tool)) fs::create_symlink(STANDIN_HOOK_TOOL, folder / tool);
  };
  for (const char* tool : kTools) link(tool);
  if (model.options.mode == Mode::juju_3_6) {
    for (const char* tool : kLeaderTools) link(tool);
  }
  return folder;
}

std::string Fleet::Impl::settings_file(const Unit& unit) {
  auto& path = settings_files_[unit.charm];
  if (path.empty()) {
    path = (work / "settings" / fmt::format("{}.json", model.next_settings++)).string();
    replace_text(path, compact(settings(charm(unit.charm), model.options.config,
                                        model.options.numbers_as_floats)));
  }
  return path;
}

void Fleet::Impl::forget_charm(const std::string& folder) {
  charms_.erase(folder);
  settings_files_.erase(folder);
}

void Fleet::Impl::config_changed(const json& before) {
  for (const auto& [folder, path] : settings_files_) fs::remove(path);
  settings_files_.clear();
  if (current_settings() == before) return;
  for (auto& [number, unit] : model.units) {
    if (unit.life == Life::alive) enqueue(unit, {"config-changed", {}, {}, {}, {}});
  }
}

}  // namespace standin
