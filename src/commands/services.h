// The services that are maintained on this machine, and by which units, as their state folders say.
// Which of them a unit is to maintain is for charm/plan.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "charm/facts.h"

namespace leader_cron {

// All services with an owner on this machine; what killed hooks of `application` left goes to
// `leftovers`.
std::vector<OwnedService> find_services(std::string_view application,
                                        std::vector<std::string>& leftovers);

// The service that `unit` maintains on this machine, empty if there is none.
std::string maintained_service(std::string_view unit);

}  // namespace leader_cron
