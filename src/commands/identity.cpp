#include "commands/identity.h"

#include <algorithm>
#include <array>

#include "charm/names.h"

namespace leader_cron {
namespace {

constexpr std::string_view kHooks = "hooks/";
// Those that the charm links.
constexpr std::array<std::string_view, 12> kHookNames = {"install",
                                                         "config-changed",
                                                         "leader-elected",
                                                         "leader-settings-changed",
                                                         "replicas-relation-created",
                                                         "replicas-relation-changed",
                                                         "replicas-relation-departed",
                                                         "start",
                                                         "update-status",
                                                         "upgrade-charm",
                                                         "stop",
                                                         "remove"};
constexpr std::string_view kActions = "actions/";

// "/charm/hooks/start" gives "hooks/start", "start" gives "start".
std::string_view last_two_parts(std::string_view path) {
  const std::size_t last = path.rfind('/');
  if (last == std::string_view::npos || last == 0) return path;
  const std::size_t before = path.rfind('/', last - 1);
  return before == std::string_view::npos ? path : path.substr(before + 1);
}

}  // namespace

Identity identify(std::string_view argv0, bool has_arguments, std::string_view dispatch_path) {
  const std::string_view place = last_two_parts(argv0);
  const std::string_view base =
      place.substr(place.find('/') == std::string_view::npos ? 0 : place.find('/') + 1);
  if (base.size() > kServiceSuffix.size() && base.ends_with(kServiceSuffix)) {
    return {Identity::Role::supervisor,
            std::string(base.substr(0, base.size() - kServiceSuffix.size()))};
  }
  if (has_arguments) return {Identity::Role::command, ""};
  for (const std::string_view path : {dispatch_path, place}) {
    if (path.starts_with(kHooks))
      return {Identity::Role::hook, std::string(path.substr(kHooks.size()))};
    if (path.starts_with(kActions))
      return {Identity::Role::action, std::string(path.substr(kActions.size()))};
  }
  if (std::find(kHookNames.begin(), kHookNames.end(), base) != kHookNames.end()) {
    return {Identity::Role::hook, std::string(base)};
  }
  return {Identity::Role::command, ""};
}

}  // namespace leader_cron
