#include "commands/services.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "charm/names.h"
#include "charm/plan.h"
#include "system/file.h"
#include "system/machine.h"

namespace leader_cron {
namespace {

// Juju's machine agent removes this folder with the unit, by force or not.
bool agent_exists(std::string_view unit) {
  std::string name(unit);
  std::replace(name.begin(), name.end(), '/', '-');
  return file_status(on_machine(fmt::format("/var/lib/juju/agents/unit-{}", name))).has_value();
}

// The unit that an owner file names; empty where there is none, or what is there is none of ours.
std::string owner_in(const std::string& folder) {
  const std::string path = on_machine(folder + "/owner");
  const auto status = file_status(path);
  if (!status || status->kind != FileStatus::Kind::regular) return "";
  const std::string text = read_file(path).value_or("");
  return text.substr(0, text.find('\n'));
}

// A state folder that a killed hook was making or removing: it says so by its owner, or holds
// nothing yet or any more.
bool is_half_a_state_folder(const std::string& folder, std::string_view application) {
  const auto status = file_status(on_machine(folder));
  if (!status || status->kind != FileStatus::Kind::folder) return false;
  const std::string owner = owner_in(folder);
  if (!owner.empty()) return application_of(owner) == application;
  const auto names = list_folder(on_machine(folder));
  return names.empty() || names == std::vector<std::string>{".owner.new"};
}

}  // namespace

std::vector<OwnedService> find_services(std::string_view application,
                                        std::vector<std::string>& leftovers) {
  std::vector<OwnedService> services;
  const std::string parent = on_machine(kStateParent);
  for (const std::string& name : list_folder(parent)) {
    if (name.starts_with('.')) {
      const std::string path = fmt::format("{}/{}", kStateParent, name);
      if ((name.ends_with("-maintenance.new") || name.ends_with("-maintenance.gone")) &&
          is_half_a_state_folder(path, application)) {
        leftovers.push_back(path);
      }
      continue;
    }
    if (!name.ends_with(kServiceSuffix)) continue;
    const std::string service = name.substr(0, name.size() - kServiceSuffix.size());
    if (!is_service_name(service)) continue;
    const std::string owner = owner_in(fmt::format("{}/{}", kStateParent, name));
    if (!owner.empty()) services.push_back({service, owner, agent_exists(owner)});
  }
  return services;
}

std::string maintained_service(std::string_view unit) {
  std::vector<std::string> ignored;
  return choose_service(unit, "", std::nullopt, find_services(application_of(unit), ignored));
}

}  // namespace leader_cron
