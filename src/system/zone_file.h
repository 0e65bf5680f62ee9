// Time zones as this machine keeps them: its own, and those of tzdata by name. What is in such a
// file is for cron/time_zone.h. LEADER_CRON_ROOT has no say here: cron itself reads these files
// where they are.
#pragma once

#include <optional>
#include <string_view>

#include "cron/time_zone.h"

namespace leader_cron {

// The zone of /etc/localtime, by which cron runs its jobs; UTC where there is no such file, as the
// C library and so cron take it. Throws MachineError if it cannot be read or is no zone.
TimeZone machine_zone();

// A zone of /usr/share/zoneinfo, such as "Europe/Berlin"; "UTC" is known without any file. Nothing
// if there is none of that name, or if the name could lead out of that folder. Throws MachineError
// if there is a file that cannot be read.
std::optional<TimeZone> zone_named(std::string_view name);

}  // namespace leader_cron
