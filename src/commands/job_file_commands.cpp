#include "commands/job_file_commands.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <map>

#include "charm/crontab_of.h"
#include "charm/names.h"
#include "commands/gather.h"
#include "cron/crontab.h"
#include "jobs/job_file.h"
#include "jobs/problem_text.h"
#include "system/file.h"
#include "system/machine_error.h"

namespace leader_cron {
namespace {

std::string read_job_text(const std::string& file) {
  if (file == "-") return read_standard_input();
  const auto text = read_file(file);
  if (!text) throw MachineError("read", file, ENOENT);
  return *text;
}

std::string shown_name(const std::string& file) {
  return file == "-" ? "(standard input)" : file;
}

void print(FILE* stream, std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stream) != text.size() || std::fflush(stream) != 0) {
    throw MachineError("write", "standard output", errno);
  }
}

void print_problems(FILE* stream, const std::string& file, const JobFile& job_file,
                    std::string_view source) {
  print(stream, list_problems(shown_name(file), job_file.problems,
                              isatty(fileno(stream)) == 1 ? source : ""));
}

}  // namespace

int check_job_file(const std::string& file) {
  const std::string text = read_job_text(file);
  const JobFile job_file = read_job_file(text);
  if (!job_file.problems.empty()) {
    print_problems(stdout, file, job_file, text);
    return 1;
  }
  print(stdout, fmt::format("{}: {} job{}, no problems\n", shown_name(file), job_file.jobs.size(),
                            job_file.jobs.size() == 1 ? "" : "s"));
  return 0;
}

int render_job_file(const RenderOptions& options) {
  for (const std::string& name : {options.service, options.application}) {
    if (!is_service_name(name)) {
      fmt::print(stderr,
                 "leader-cron: '{}' is not a name of lowercase letters, digits and hyphens\n",
                 name);
      return 2;
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

}  // namespace leader_cron
