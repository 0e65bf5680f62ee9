#include "commands/hook.h"

#include <functional>
#include <optional>
#include <string>

#include "charm/names.h"
#include "charm/plan.h"
#include "commands/apply.h"
#include "commands/catch_up_jobs.h"
#include "commands/gather.h"
#include "commands/services.h"
#include "commands/unchanged.h"
#include "juju/hook_tools.h"
#include "system/file.h"
#include "system/log.h"
#include "system/machine.h"

namespace leader_cron {
namespace {

// What was logged goes out also when the machine refuses half-way.
void sending_log_on_error(LogLevel level, const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& error) {
    log(LogLevel::error, error.what());
    send_log(level);
    throw;
  }
}

void remove_files(const HookCall& call) {
  sending_log_on_error(LogLevel::info, [&call] {
    const Plan plan = plan_removal(gather_for_removal(call));
    apply_files(plan);
    tell(plan, LogLevel::info);
  });
}

// Juju runs one hook of a unit at a time, but one whose agent was killed goes on: it must not give
// leave to act after a later one has told others that it was taken. The first hook after a reboot
// finds /run empty.
Descriptor wait_for_other_hooks(const std::optional<ServicePaths>& paths) {
  if (!paths) return {};
  const std::string path = on_machine(paths->hook_lock);
  if (Descriptor lock = lock_file(path)) return lock;
  make_folders(on_machine(paths->runtime));
  return lock_file(path);
}

// What was compared and is large: thousands of jobs take megabytes, each time they are written
// down. Of the crontab the first line says whose it is.
void forget_texts(Installed& installed) {
  installed.jobs.clear();
  if (installed.crontab)
    installed.crontab = installed.crontab->substr(0, installed.crontab->find('\n'));
  std::string().swap(installed.last_good_text);
}

}  // namespace

int run_hook(std::string_view name) {
  const HookCall call = hook_call(name);
  std::optional<ServicePaths> paths;
  if (const std::string service = maintained_service(call.unit); !service.empty())
    paths.emplace(service);
  const Descriptor lock = wait_for_other_hooks(paths);
  if (call.ends_unit()) {
    remove_files(call);
    return 0;
  }
  Questions questions(call, paths);
  if (is_unchanged(call, questions)) return 0;
  Gathered gathered = gather(call, questions);
  sending_log_on_error(gathered.log_level, [&] {
    Plan work = plan(gathered.facts);
    forget_texts(gathered.facts.installed);
    const bool done = apply_files(work);
    const bool caught_up = catch_up_jobs(gathered.facts, questions, work);
    const bool told = tell(work, gathered.log_level);
    send_log(gathered.log_level);
    // What was written into the application's data may still not be committed; who wrote it hears
    // of it when it is.
    if (done && told && caught_up && !work.application_data)
      remember_unchanged(call, questions, gathered);
  });
  return 0;
}

}  // namespace leader_cron
