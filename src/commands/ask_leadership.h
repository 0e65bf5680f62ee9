// What the leadership protocol has to know, asked of Juju as it is needed. What follows from it is
// for charm/leadership.h.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "charm/leadership.h"
#include "charm/names.h"
#include "juju/hook_tools.h"

namespace leader_cron {

// The hook as Juju's environment describes it.
struct HookCall {
  std::string name;  // "config-changed"
  std::string model;
  std::string unit;
  std::string principal_unit;
  std::string relation_id;     // of the peer relation, in its own hooks; else empty
  std::string departing_unit;  // in relation-departed

  // The unit is about to go: its files are removed, whatever is-leader says.
  bool ends_unit() const { return name == "stop" || name == "remove"; }
};

// What every hook asks; the tools start at once. The clock is read before.
struct Questions {
  // `paths` as for ask_leadership(). Where they tell that the peer relation's data will be needed,
  // those are asked for too.
  Questions(const HookCall& call, const std::optional<ServicePaths>& paths);

  ClockReading reading;
  LeadershipQuestion leadership;
  ConfigQuestion config;
  std::optional<DatabagQuestion> application;
  // Once they are known.
  std::optional<LeadershipFacts> leadership_facts;
  std::optional<std::string> relation;  // the peer relation's id, empty: there is none
  std::optional<Databag> application_data;
  std::map<std::string, Databag> unit_data;  // of those that were asked for
};

inline constexpr std::string_view kPeerEndpoint = "replicas";

// Takes the answers, and asks what else decide() needs. `paths` are those of the service that the
// unit maintains, nothing if there is none. Asked a second time, it gives the same.
const LeadershipFacts& ask_leadership(const HookCall& call, Questions& questions,
                                      const std::optional<LeadershipOptions>& options,
                                      const std::optional<ServicePaths>& paths);

// What the unit remembers of leadership, of this boot; nothing where there is none.
std::optional<LocalLeadership> local_leadership(const ServicePaths& paths);

}  // namespace leader_cron
