#include "shell_charm.h"

#include <stdlib.h>

#include <fstream>
#include <stdexcept>

namespace standin {

namespace fs = std::filesystem;

ShellCharm::ShellCharm() {
  std::string name = (fs::temp_directory_path() / "standin-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  top_ = fs::canonical(name);
  file("metadata.yaml", "name: tiny\npeers:\n  replicas:\n    interface: tiny-replicas\n");
  file("config.yaml",
       "options:\n"
       "  jobs: {type: string, default: ''}\n"
       "  size: {type: int, default: 15}\n"
       "  quick: {type: boolean, default: false}\n"
       "  unset: {type: string}\n");
  file("actions.yaml",
       "greet:\n"
       "  params:\n"
       "    name: {type: string, default: world}\n"
       "    times: {type: integer}\n"
       "  additionalProperties: false\n");
}

ShellCharm::~ShellCharm() {
  std::error_code ignored;
  fs::remove_all(top_, ignored);
}

void ShellCharm::file(const std::string& name, const std::string& text) {
  const fs::path path = folder() / name;
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

void ShellCharm::hook(const std::string& name, const std::string& script,
                      const std::string& where) {
  const std::string path = where + "/" + name;
  file(path, "#!/bin/sh\n" + script + "\n");
  fs::permissions(folder() / path, fs::perms::owner_all);
}

void ShellCharm::all_hooks(const std::string& script) {
  for (const char* name :
       {"install", "leader-elected", "leader-settings-changed", "config-changed", "start",
        "update-status", "upgrade-charm", "stop", "remove", "replicas-relation-created",
        "replicas-relation-joined", "replicas-relation-changed", "replicas-relation-departed",
        "replicas-relation-broken"}) {
    hook(name, script);
  }
}

Options ShellCharm::options() const {
  Options options;
  options.charm = folder();
  options.work = top_ / "model";
  return options;
}

HookResult ShellCharm::run(Fleet& fleet, const std::string& unit, const std::string& script,
                           const std::string& name, const StringMap& environment) {
  const fs::path path = folder() / "hooks" / name;
  const bool had = fs::exists(path);
  if (had) fs::rename(path, top_ / "kept");
  hook(name, "exec 2>&1\n" + script);
  HookResult result = fleet.run_hook(unit, name, environment);
  fs::remove(path);
  if (had) fs::rename(top_ / "kept", path);
  return result;
}

}  // namespace standin
