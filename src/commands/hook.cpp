#include "commands/hook.h"

#include "charm/names.h"
#include "charm/plan.h"
#include "commands/apply.h"
#include "commands/gather.h"
#include "commands/unchanged.h"
#include "juju/hook_tools.h"
#include "system/file.h"
#include "system/log.h"
#include "system/machine.h"

namespace leader_cron {
namespace {

// What was logged goes out also when the machine refuses half-way. False as apply() says it.
bool apply_and_send_log(const Plan& plan, LogLevel level) {
  bool complete = false;
  try {
    complete = apply(plan, level);
  } catch (const std::exception& error) {
    log(LogLevel::error, error.what());
    send_log(level);
    throw;
  }
  send_log(level);
  return complete;
}

// Juju runs one hook of a unit at a time, but one whose agent was killed goes on: it must not give
// leave to act after a later one has told others that it was taken.
Descriptor wait_for_other_hooks(const std::string& service) {
  return service.empty() ? Descriptor() : lock_file(on_machine(ServicePaths(service).hook_lock));
}

// Where this unit acted as leader before, it will have to ask for the application's data: at once
// with the rest.
std::string relation_to_ask(const HookCall& call, const std::string& service) {
  if (service.empty()) return "";
  return known_relation(call, local_leadership(ServicePaths(service)));
}

}  // namespace

int run_hook(std::string_view name) {
  const HookCall call = hook_call(name);
  const std::string service = maintained_service(call.unit);
  const Descriptor lock = wait_for_other_hooks(service);
  if (call.ends_unit()) {
    apply_and_send_log(plan_removal(gather_for_removal(call)), LogLevel::info);
    return 0;
  }
  Questions questions(call, relation_to_ask(call, service));
  if (is_unchanged(call, questions)) return 0;
  const Gathered gathered = gather(call, questions);
  if (apply_and_send_log(plan(gathered.facts), gathered.log_level))
    remember_unchanged(call, questions, gathered);
  return 0;
}

}  // namespace leader_cron
