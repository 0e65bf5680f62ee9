// What a hook left in its journal: counted, logged, and, if the hook succeeded, made true.

#include <algorithm>

#include "fleet_impl.h"
#include "hook_files.h"
#include "hook_queue.h"

namespace standin {
namespace {

using nlohmann::json;

void overlay(StringMap& bag, const json& values, bool empty_deletes) {
  for (const auto& [key, value] : values.items()) {
    if (value.is_null() || (empty_deletes && value.get_ref<const std::string&>().empty())) {
      bag.erase(key);
    } else {
      bag[key] = value.get<std::string>();
    }
  }
}

}  // namespace

Fleet::Impl::Journal Fleet::Impl::read_journal(Unit& unit, const std::string& hook,
                                               const std::filesystem::path& folder) {
  Journal journal;
  std::string calls;
  const std::string text = read_text(folder / kJournalFile);
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    json record = json::parse(text.substr(begin, end - begin), nullptr, false);
    begin = end + 1;
    if (!record.is_object()) continue;  // the tool was killed while it wrote
    ++unit.tools[record["tool"].get<std::string>()];
    if (record.contains("effect")) {
      journal.effects.push_back(std::move(record["effect"]));
      record.erase("effect");
    }
    record["unit"] = unit.name;
    record["hook"] = hook;
    calls += compact(record) + "\n";
  }
  append_text(work / "calls.jsonl", calls);
  return journal;
}

void Fleet::Impl::apply_at_once(Unit& unit, const std::string& hook, const Journal& journal,
                                HookResult& result) {
  for (const auto& effect : journal.effects) {
    const std::string kind = effect["kind"];
    if (kind == kStatusSet) {
      unit.status = effect["status"];
      unit.message = effect["message"];
    } else if (kind == kLog) {
      add_log(unit, hook, effect["level"], effect["message"]);
    } else if (kind == kVersion) {
      unit.version = effect["version"];
    } else if (kind == kActionSet) {
      overlay(result.results, effect["values"], /*empty_deletes=*/false);
    } else if (kind == kActionFail) {
      result.failure = effect["message"];
    } else if (kind == kActionLog) {
      result.progress.push_back(effect["message"]);
    }
  }
}

std::string Fleet::Impl::commit(Unit& unit, const Journal& journal) {
  StringMap application_data = model.application_data;
  StringMap leader_settings = model.leader_settings;
  StringMap bag = unit.bag;
  StringMap state = unit.state;
  bool writes = false;
  bool needs_lease = false;
  for (const auto& effect : journal.effects) {
    const std::string kind = effect["kind"];
    if (kind == kRelationSet) {
      const bool app = effect["app"];
      overlay(app ? application_data : bag, effect["values"], /*empty_deletes=*/true);
      needs_lease = needs_lease || app;
    } else if (kind == kLeaderSet) {
      overlay(leader_settings, effect["values"], /*empty_deletes=*/true);
      needs_lease = true;
    } else if (kind == kStateSet) {
      overlay(state, effect["values"], /*empty_deletes=*/false);
    } else {
      continue;
    }
    writes = true;
  }
  if (unit.life == Life::gone) return "cannot commit: unit is gone";
  if (!writes) return {};
  if (!unit.reachable) return "cannot commit: connection is shut down";
  if (needs_lease && model.leader != unit.name) {
    return "cannot commit: checking leadership continuity: \"" + unit.name +
           "\" is not leader of \"" + model.options.application + "\"";
  }
  unit.state = state;
  if (bag != unit.bag) change_unit_data(unit, bag);
  if (application_data != model.application_data) change_application_data(application_data);
  if (leader_settings != model.leader_settings) change_leader_settings(unit, leader_settings);
  return {};
}

void Fleet::Impl::change_unit_data(Unit& writer, const StringMap& bag) {
  writer.bag = bag;
  write_bag(writer.name, bag);
  if (writer.life != Life::alive) return;  // the others have seen it depart
  for (auto& [number, unit] : model.units) {
    if (&unit == &writer || unit.life != Life::alive || !unit.in_relation) continue;
    enqueue(unit, relation_hook(relation(), "changed", writer.name));
  }
}

void Fleet::Impl::change_application_data(const StringMap& bag) {
  model.application_data = bag;
  model.application_data_written = true;
  write_bag(model.options.application, bag);
  for (auto& [number, unit] : model.units) {  // the writer is told too
    if (unit.life != Life::alive || !unit.in_relation) continue;
    enqueue(unit, relation_hook(relation(), "changed"));
  }
}

void Fleet::Impl::change_leader_settings(const Unit& writer, const StringMap& settings) {
  model.leader_settings = settings;
  for (auto& [number, unit] : model.units) {
    if (&unit == &writer || unit.life != Life::alive || !unit.installed) continue;
    enqueue(unit, {"leader-settings-changed", {}, {}, {}, {}});
  }
}

void Fleet::Impl::enter_relation(Unit& unit) {
  unit.in_relation = true;
  write_bag(unit.name, unit.bag);
  // Application data comes first, and only if there has ever been any.
  if (model.application_data_written) enqueue(unit, relation_hook(relation(), "changed"));
  for (auto& [number, other] : model.units) {
    if (&other == &unit || other.life != Life::alive || !other.in_relation) continue;
    enqueue_joined(other, relation(), unit.name);
    enqueue_joined(unit, relation(), other.name);
  }
}

void Fleet::Impl::write_bag(const std::string& owner, const StringMap& bag) const {
  std::string file = owner;
  std::replace(file.begin(), file.end(), '/', '-');
  replace_text(work / "relations" / (relation() + "-0") / (file + ".json"), compact(bag));
}

void Fleet::Impl::add_log(const Unit& unit, const std::string& hook, const std::string& level,
                          const std::string& text) {
  std::string lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    log.push_back({unit.name, hook, level, text.substr(begin, end - begin)});
    lines += compact({unit.name, hook, level, log.back().message}) + "\n";
    begin = end + 1;
  }
  append_text(work / "log.jsonl", lines);
}

}  // namespace standin
