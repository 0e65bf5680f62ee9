#include "commands/job_file_commands.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <map>
#include <optional>
#include <vector>

#include "charm/crontab_of.h"
#include "charm/names.h"
#include "commands/gather.h"
#include "commands/print.h"
#include "cron/civil_time.h"
#include "cron/crontab.h"
#include "cron/in_words.h"
#include "cron/schedule_warning.h"
#include "jobs/coming_runs.h"
#include "jobs/job_file.h"
#include "jobs/problem_json.h"
#include "jobs/problem_text.h"
#include "jobs/run_table.h"
#include "system/file.h"
#include "system/machine_error.h"
#include "system/zone_file.h"

namespace leader_cron {
namespace {

constexpr int kUsageError = 2;

std::string read_job_text(const std::string& file) {
  if (file == "-") return read_standard_input();
  const auto text = read_file(file);
  if (!text) throw MachineError("read", file, ENOENT);
  return *text;
}

std::string shown_name(const std::string& file) {
  return file == "-" ? "(standard input)" : file;
}

// The zone, or nothing with a message.
std::optional<TimeZone> zone_of(const std::string& name) {
  if (name.empty()) return machine_zone();
  auto zone = zone_named(name);
  if (!zone)
    fmt::print(
        stderr,
        "leader-cron: this machine knows no time zone '{}'; write one like Europe/Berlin or UTC\n",
        name);
  return zone;
}

std::chrono::sys_seconds now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

// "jobs.yaml: 2 jobs, no problems", and a line for each job.
std::string summary_of(const std::string& name, const JobFile& job_file) {
  std::string summary = fmt::format("{}: {} job{}, no problems\n", name, job_file.jobs.size(),
                                    job_file.jobs.size() == 1 ? "" : "s");
  std::size_t width = 0;
  for (const Job& job : job_file.jobs) width = std::max(width, job.name.size());
  for (const Job& job : job_file.jobs) {
    summary += fmt::format("  {:{}}  {}{}\n", job.name, width, in_words(job.schedule),
                           job.enabled ? "" : " (disabled)");
  }
  return summary;
}

void print_problems(FILE* stream, const std::string& file, const JobFile& job_file,
                    std::string_view source) {
  print(stream, list_problems(shown_name(file), job_file.problems,
                              isatty(fileno(stream)) == 1 ? source : ""));
}

}  // namespace

int check_job_file(const CheckOptions& options) {
  const auto zone = zone_of(options.zone);
  if (!zone) return kUsageError;
  const std::string text = read_job_text(options.file);
  JobFile job_file = read_job_file(text);
  for (const Job& job : job_file.jobs) {
    const std::string warning = skipped_time_warning(job.schedule, *zone, now());
    if (!warning.empty())
      job_file.warnings.push_back({{}, fmt::format("job {}: {}", job.name, warning), ""});
  }
  const int status = job_file.problems.empty() ? 0 : 1;
  if (options.format == OutputFormat::json) {
    print(stdout, job_file_as_json(shown_name(options.file), job_file));
    return status;
  }
  print_problems(stdout, options.file, job_file, text);
  std::vector<Problem> warnings = job_file.warnings;
  for (Problem& warning : warnings) warning.what.insert(0, "warning: ");
  print(stdout,
        list_problems(shown_name(options.file), warnings, isatty(STDOUT_FILENO) == 1 ? text : ""));
  if (status == 0) print(stdout, summary_of(shown_name(options.file), job_file));
  return status;
}

int render_job_file(const RenderOptions& options) {
  for (const std::string& name : {options.service, options.application}) {
    if (!is_service_name(name)) {
      fmt::print(stderr,
                 "leader-cron: '{}' is not a name of lowercase letters, digits and hyphens\n",
                 name);
      return kUsageError;
    }
  }
  const std::string text = read_job_text(options.file);
  const JobFile job_file = read_job_file(text);
  if (!job_file.problems.empty()) {
    print_problems(stderr, options.file, job_file, text);
    return 1;
  }
  std::map<std::string, uid_t> users;
  for (const Job& job : job_file.jobs) users[job.user] = 0;
  print(stdout, render_crontab(crontab_of(options.service, options.application, options.leader,
                                          job_file.jobs, users),
                               crontab_template()));
  return 0;
}

int show_next_runs(const NextOptions& options) {
  const auto zone = zone_of(options.zone);
  if (!zone) return kUsageError;
  const auto from =
      options.from.empty() ? std::optional(now()) : parse_instant(options.from, *zone);
  if (!from) {
    fmt::print(stderr,
               "leader-cron: '{}' is no instant; write one like 2026-11-23T17:00:00Z or "
               "'2026-11-23 17:00'\n",
               options.from);
    return kUsageError;
  }
  const std::string text = read_job_text(options.file);
  const JobFile job_file = read_job_file(text);
  if (!job_file.problems.empty()) {
    print_problems(stderr, options.file, job_file, text);
    return 1;
  }
  if (options.calendar) {
    print(stdout,
          week_as_text(busy_hours(job_file.jobs, *from, *zone), *from, *zone, wants_color()));
    return 0;
  }
  const auto runs = coming_runs(job_file.jobs, *from, *zone, options.count);
  print(stdout, options.format == OutputFormat::json ? runs_as_json(runs, *zone)
                                                     : runs_as_text(runs, job_file.jobs, *zone));
  return 0;
}

}  // namespace leader_cron
