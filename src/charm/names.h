// Names that follow from the names Juju gives: the service that a unit maintains, and where its
// files lie. All paths are as the crontab and the operator see them, without LEADER_CRON_ROOT.
#pragma once

#include <string>
#include <string_view>

namespace leader_cron {

// "django-cron/3" gives "django-cron"; a name without a slash is its own application.
std::string_view application_of(std::string_view unit);

// [a-z0-9][a-z0-9-]*, at most 63 characters: names that cron reads with -l (LSB) too, and Juju's
// application names.
bool is_service_name(std::string_view text);

// Config option service-name, else the principal's application, else our own.
std::string_view default_service(std::string_view unit, std::string_view principal_unit);

struct ServicePaths {
  explicit ServicePaths(std::string_view service);

  std::string crontab;     // /etc/cron.d/<service>-maintenance
  std::string supervisor;  // /usr/local/bin/<service>-maintenance
  std::string state;       // /var/lib/<service>-maintenance: owner, last good jobs, jobs/, status
  std::string runtime;     // /run/<service>-maintenance
  std::string owner;       // the unit that these files belong to
  std::string last_good;   // all jobs of the last accepted configuration; root only, for
                           // environments hold secrets
  std::string jobs;        // the folder of one file a job, each readable by root and the job's user
  std::string status;      // what juju status was last told

  std::string job(std::string_view name) const;
};

inline constexpr std::string_view kStateParent = "/var/lib";
inline constexpr std::string_view kServiceSuffix = "-maintenance";

}  // namespace leader_cron
