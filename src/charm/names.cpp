#include "charm/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace leader_cron {
namespace {

constexpr std::string_view kJobFileSuffix = ".jsonl";

}  // namespace

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

std::string ServicePaths::job_file(uid_t user) const {
  return fmt::format("{}/{}{}", jobs, user, kJobFileSuffix);
}

std::string ServicePaths::user_runs(uid_t user) const {
  return fmt::format("{}/{}", runs, user);
}

std::string ServicePaths::run(uid_t user, std::string_view job) const {
  return fmt::format("{}/{}/{}", runs, user, job);
}

std::optional<uid_t> user_of_job_file(std::string_view name) {
  if (!name.ends_with(kJobFileSuffix)) return std::nullopt;
  return user_of_run_folder(name.substr(0, name.size() - kJobFileSuffix.size()));
}

std::optional<uid_t> user_of_run_folder(std::string_view name) {
  uid_t user = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), user);
  // One name for a user: no zeros before it.
  if (error != std::errc() || end != name.data() + name.size() ||
      (name.front() == '0' && name != "0")) {
    return std::nullopt;
  }
  return user;
}

}  // namespace leader_cron
