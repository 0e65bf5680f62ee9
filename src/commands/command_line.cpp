#include "commands/command_line.h"

#include <CLI/CLI.hpp>
#include <string>

#include "charm/names.h"
#include "commands/job_file_commands.h"
#include "commands/run_job.h"
#include "commands/version.h"
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
    return app.exit(error) == 0 ? 0 : usage_error;
  }
  proceed = true;
  return 0;
}

}  // namespace

int run_command(int argc, char** argv) {
  CLI::App app("Cron jobs that run on one unit of a Juju application: the leader.", "leader-cron");
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);

  std::string file;
  CLI::App* check = app.add_subcommand(
      "check", "Say what is wrong with a job file, if anything (exit status 1).");
  check->add_option("FILE", file, "the job file; - is standard input")->required();

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
  return check->parsed() ? check_job_file(file) : render_job_file(render_options);
}

int run_supervisor(const std::string& service, int argc, char** argv) {
  CLI::App app("The maintenance jobs of " + service + " on this machine.",
               service + std::string(kServiceSuffix));
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);

  std::string job;
  CLI::App* run =
      app.add_subcommand("run", "Run a job now, as its crontab line does on the leader.");
  run->add_option("JOB", job, "the job's name")->required();

  bool proceed = false;
  if (const int status = parse(app, argc, argv, kOwnFailure, proceed); !proceed) return status;
  return run_job(service, job);
}

}  // namespace leader_cron
