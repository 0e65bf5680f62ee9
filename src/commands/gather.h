// Facts, gathered: Juju is asked, the machine is looked at. What follows from them is for
// charm/plan.h.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "charm/facts.h"
#include "charm/log_message.h"
#include "commands/ask_leadership.h"

namespace leader_cron {

// Throws MachineError when JUJU_UNIT_NAME is missing: this is no hook then.
HookCall hook_call(std::string_view name);

struct Gathered {
  Facts facts;
  LogLevel log_level = LogLevel::info;
  std::set<std::string> user_names;  // those that were looked up
  bool certain = true;               // every question had an answer
};

// Takes the answers to `questions` and asks what leadership needs besides. In `install` a missing
// cron daemon is installed before it is looked for.
Gathered gather(const HookCall& call, Questions& questions);

// For stop and remove: no hook tool is asked.
Facts gather_for_removal(const HookCall& call);

// templates/crontab.mustache of the charm this program lies in, else the one it was built with.
std::string crontab_template();
std::string crontab_template_path();

}  // namespace leader_cron
