#include "commands/command_line.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <sstream>
#include <string>
#include <string_view>

#include "charm/names.h"
#include "commands/job_file_commands.h"
#include "commands/run_job.h"
#include "commands/unit_commands.h"
#include "commands/version.h"
#include "cron/civil_time.h"
#include "run/launch.h"

namespace leader_cron {
namespace {

constexpr int kUsageError = 2;

// Reads the words; help and version give 0, nonsense `usage_error`.
int parse(CLI::App& app, int argc, char** argv, int usage_error, bool& proceed) {
  proceed = false;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream err;
    const int status = app.exit(error, out, err);  // std::cout is not set up: see start_up.cpp
    std::fputs(out.str().c_str(), stdout);
    std::fputs(err.str().c_str(), stderr);
    return status == 0 ? 0 : usage_error;
  }
  proceed = true;
  return 0;
}

// An instant, or nothing with a message.
std::optional<std::chrono::sys_seconds> slot_in(const std::string& text) {
  const auto slot = parse_instant(text, TimeZone::utc());
  if (!slot)
    std::fprintf(stderr, "'%s' is no instant; write one like 2026-11-23T17:00:00Z\n", text.c_str());
  return slot;
}

void add_format(CLI::App* command, OutputFormat& format) {
  const std::map<std::string, OutputFormat> formats = {{"text", OutputFormat::text},
                                                       {"json", OutputFormat::json}};
  command->add_option("--format", format, "text or json")
      ->transform(CLI::CheckedTransformer(formats).description(""));
}

}  // namespace

int run_command(int argc, char** argv) {
  CLI::App app("Cron jobs that run on one unit of a Juju application: the leader.", "leader-cron");
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);

  CheckOptions check_options;
  CLI::App* check = app.add_subcommand(
      "check", "Say what is wrong with a job file, if anything (exit status 1).");
  check->add_option("FILE", check_options.file, "the job file; - is standard input")->required();
  check->add_option("--zone", check_options.zone,
                    "the time zone of the units (default: this machine's)");
  add_format(check, check_options.format);

  NextOptions next_options;
  CLI::App* next = app.add_subcommand("next", "Say when the jobs of a file run next.");
  next->add_option("FILE", next_options.file, "the job file; - is standard input")->required();
  next->add_option("--count", next_options.count, "how many runs")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000));
  next->add_option(
      "--from", next_options.from,
      "runs after this instant, like 2026-11-23T17:00:00Z or '2026-11-23 17:00' (default: now)");
  next->add_option("--zone", next_options.zone,
                   "the time zone of the units (default: this machine's)");
  next->add_flag("--calendar", next_options.calendar,
                 "draw a week: how many runs start in each hour");
  add_format(next, next_options.format);

  RenderOptions render_options;
  CLI::App* render = app.add_subcommand("render", "Print the crontab that a unit would get.");
  render->add_option("FILE", render_options.file, "the job file; - is standard input")->required();
  render->add_flag("--leader", render_options.leader, "as on the leader: IS_LEADER=True");
  render->add_option("--service", render_options.service, "the service's name")
      ->capture_default_str();
  render
      ->add_option("--application", render_options.application,
                   "the name of this charm's application")
      ->capture_default_str();

  bool proceed = false;
  if (const int status = parse(app, argc, argv, kUsageError, proceed); !proceed) return status;
  if (check->parsed()) return check_job_file(check_options);
  return next->parsed() ? show_next_runs(next_options) : render_job_file(render_options);
}

int run_supervisor(const std::string& service, int argc, char** argv) {
  // The crontab's own line, as often as cron starts it: without the option parser, which costs more
  // than all else before the job runs.
  if (argc == 3 && std::string_view(argv[1]) == "run" && argv[2][0] != '-')
    return run_job(service, argv[2], {});

  CLI::App app("The maintenance jobs of " + service + " on this machine.",
               service + std::string(kServiceSuffix));
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);

  std::string job;
  RunOptions run_options;
  CLI::App* run =
      app.add_subcommand("run", "Run a job now, as its crontab line does on the leader.");
  run->add_option("JOB", job, "the job's name")->required();
  run->add_flag("--force", run_options.force, "also on a unit that does not lead");
  std::string catch_up;
  const CLI::Option* for_slot = run->add_option(
      "--catch-up", catch_up, "for the run that was missed then (for the charm's hooks)");
  add_format(run, run_options.format);

  CLI::App* missed = app.add_subcommand(
      "missed", "Record that runs of a job were missed (for the charm's hooks).");
  missed->group("");  // hidden
  std::string first;
  std::string last;
  missed->add_option("JOB", job, "the job's name")->required();
  missed->add_option("FIRST", first, "when the first of them was due")->required();
  missed->add_option("LAST", last, "when the last of them was due")->required();

  OutputFormat list_format = OutputFormat::text;
  CLI::App* list = app.add_subcommand("list", "Say which jobs there are, and how they stand.");
  add_format(list, list_format);

  UnitNextOptions next_options;
  CLI::App* next = app.add_subcommand("next", "Say when the jobs run next.");
  next->add_option("--count", next_options.count, "how many runs")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000));
  add_format(next, next_options.format);

  HistoryOptions history_options;
  CLI::App* history =
      app.add_subcommand("history", "Say how the runs of a job, or of all, went; oldest first.");
  history->add_option("JOB", history_options.job, "the job's name (default: all)");
  history->add_option("--count", history_options.count, "only the newest (default: all)")
      ->check(CLI::Range(1, 1000000));
  add_format(history, history_options.format);

  OutputFormat status_format = OutputFormat::text;
  CLI::App* status =
      app.add_subcommand("status", "Say whether this unit leads, what runs, and what is wrong.");
  add_format(status, status_format);

  bool proceed = false;
  if (const int error = parse(app, argc, argv, kOwnFailure, proceed); !proceed) return error;
  if (missed->parsed()) {
    const auto from = slot_in(first);
    const auto to = slot_in(last);
    return from && to ? note_missed(service, job, *from, *to) : kOwnFailure;
  }
  if (run->parsed()) {
    if (for_slot->count() > 0 && !(run_options.catch_up = slot_in(catch_up))) return kOwnFailure;
    return run_job(service, job, run_options);
  }
  if (list->parsed()) return list_jobs(service, list_format);
  if (next->parsed()) return show_unit_next(service, next_options);
  return history->parsed() ? show_history(service, history_options)
                           : show_unit_status(service, status_format);
}

}  // namespace leader_cron
