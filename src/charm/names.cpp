#include "charm/names.h"

#include <fmt/format.h>

#include <algorithm>

namespace leader_cron {

std::string_view application_of(std::string_view unit) {
  return unit.substr(0, unit.find('/'));
}

bool is_service_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestServiceName && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

std::string_view default_service(std::string_view unit, std::string_view principal_unit) {
  return application_of(principal_unit.empty() ? unit : principal_unit);
}

ServicePaths::ServicePaths(std::string_view service)
    : crontab(fmt::format("/etc/cron.d/{}{}", service, kServiceSuffix)),
      supervisor(fmt::format("/usr/local/bin/{}{}", service, kServiceSuffix)),
      state(fmt::format("{}/{}{}", kStateParent, service, kServiceSuffix)),
      runtime(fmt::format("/run/{}{}", service, kServiceSuffix)),
      owner(state + "/owner"),
      last_good(state + "/jobs.json"),
      jobs(state + "/jobs"),
      status(state + "/status"),
      metrics(state + "/metrics"),
      leader(state + "/leader"),
      runs(state + "/runs"),
      remembered(state + "/remembered"),
      stamp(runtime + "/stamp"),
      leadership(runtime + "/leadership"),
      marks(state + "/marks"),
      hook_lock(runtime + "/hook.lock"),
      allowed(state + "/leadership-ttl") {}

std::string metrics_path(std::string_view folder, std::string_view service) {
  while (folder.ends_with('/')) folder.remove_suffix(1);
  return fmt::format("{}/{}{}.prom", folder, service, kServiceSuffix);
}

std::string ServicePaths::job(std::string_view name) const {
  return fmt::format("{}/{}.json", jobs, name);
}

std::string ServicePaths::run(std::string_view name) const {
  return fmt::format("{}/{}", runs, name);
}

}  // namespace leader_cron
