#pragma once
// The inside of a Fleet, shared by its three source files: fleet.cpp changes the model and queues
// hooks, hook_run.cpp gives one hook its context and runs it, hook_commit.cpp turns what the hook
// left in its journal into facts and into hooks of others.

#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "charm_files.h"
#include "fleet.h"
#include "hook_process.h"
#include "model.h"

namespace standin {

class Fleet::Impl {
 public:
  explicit Impl(Model model);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // fleet.cpp: the model
  void make_folders();
  Unit& unit(const std::string& name);         // also one that is gone
  Unit& living_unit(const std::string& name);  // throws for one that is gone
  const CharmFiles& charm(const std::string& folder) const;
  void forget_charm(const std::string& folder);
  [[nodiscard]] std::string relation() const;  // the peer relation's name; empty: none
  [[nodiscard]] std::filesystem::path root(const Unit& unit) const;
  Unit& add_unit();
  void give_lease(std::optional<std::string> name);
  void elect_someone();
  void leave_peers(Unit& leaving);
  void bury(Unit& unit);
  void config_changed(const nlohmann::json& before);
  [[nodiscard]] nlohmann::json current_settings() const;

  // hook_run.cpp: one hook
  bool step();
  void play(Unit& unit);
  HookResult run_hook(Unit& unit, const QueuedHook& hook, const StringMap& extra);
  HookResult run_action(Unit& unit, const std::string& action, const nlohmann::json& parameters);

  // hook_commit.cpp: what it left
  struct Journal {
    std::vector<nlohmann::json> effects;
  };
  Journal read_journal(Unit& unit, const std::string& hook, const std::filesystem::path& folder);
  void apply_at_once(Unit& unit, const std::string& hook, const Journal& journal,
                     HookResult& result);
  /// Empty when all was written; else why nothing was.
  std::string commit(Unit& unit, const Journal& journal);
  void enter_relation(Unit& unit);
  void write_bag(const std::string& owner, const StringMap& bag) const;
  void add_log(const Unit& unit, const std::string& hook, const std::string& level,
               const std::string& text);

  Model model;
  std::filesystem::path work;
  std::vector<LogLine> log;
  std::vector<HookRun> history;
  std::function<void(const std::string&, const std::string&)> before_commit;

 private:
  struct Start;  // all that differs between a hook and an action
  HookResult run(Unit& unit, const Start& start);
  std::filesystem::path tools_folder(const Unit& unit);
  std::string settings_file(const Unit& unit);
  nlohmann::json context(const Unit& unit, const Start& start);
  StringMap environment(const Unit& unit, const Start& start, const std::filesystem::path& folder);
  void finish_hook(Unit& unit, const QueuedHook& hook);
  void change_application_data(const StringMap& bag);
  void change_unit_data(Unit& writer, const StringMap& bag);
  void change_leader_settings(const Unit& writer, const StringMap& settings);

  mutable std::map<std::string, CharmFiles> charms_;   // read once, by folder
  std::map<std::string, std::string> settings_files_;  // by charm folder
  int lock_ = -1;
};

void append_text(const std::filesystem::path& path, const std::string& text);
void replace_text(const std::filesystem::path& path, const std::string& text);
std::string read_text(const std::filesystem::path& path);
std::string compact(const nlohmann::json& value);

}  // namespace standin
