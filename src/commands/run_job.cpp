#include "commands/run_job.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string>
#include <vector>

#include "charm/names.h"
#include "commands/installed_job.h"
#include "cron/crontab.h"
#include "cron/next_run.h"
#include "jobs/suggest.h"
#include "run/admission.h"
#include "run/history.h"
#include "run/launch.h"
#include "system/boot_clock.h"
#include "system/file.h"
#include "system/machine.h"
#include "system/machine_error.h"
#include "system/record_file.h"
#include "system/run_folder.h"
#include "system/run_marker.h"
#include "system/supervisor.h"
#include "system/system_log.h"
#include "system/zone_file.h"

namespace leader_cron {
namespace {

// Cron may start a job late when the machine is busy or slept; an older time of the schedule is
// not what it was started for.
constexpr std::chrono::hours kLatestStart{1};

constexpr std::string_view kHome = "HOME=";

Instant now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

class Run {
 public:
  Run(std::string_view service, std::string_view name, const RunOptions& options)
      : paths_(service),
        tag_(fmt::format("{}{}", service, kServiceSuffix)),
        name_(name),
        options_(options),
        by_cron_(!environment_variable("IS_LEADER").empty()),
        by_hook_(options.catch_up.has_value()) {}

  int run() {
    return telling([this] { return run_or_throw(); });
  }

  int note_missed(std::chrono::sys_seconds first, std::chrono::sys_seconds last) {
    by_hook_ = true;
    return telling([&] {
      Record record;
      record.result = Record::Result::missed;
      record.slot = last;
      record.start = now();
      record.end = record.start;
      record.reason = first == last
                          ? fmt::format("due at {}", utc_text(last))
                          : fmt::format("due from {} to {}", utc_text(first), utc_text(last));
      const auto installed = find_installed_job(paths_, name_);
      if (!installed) return no_such_job();
      std::vector<std::string> environment;
      if (geteuid() == 0) become_its_user(*installed, paths_, environment);
      const Descriptor folder = open_folder();
      try {
        append_record(folder, record);
      } catch (const MachineError& error) {
        tell(fmt::format("{}: no record of what it missed: {}", name_, error.what()));
        return kOwnFailure;
      }
      return 0;
    });
  }

 private:
  template <typename Work>
  int telling(const Work& work) {
    umask(077);  // for what is written down of the run; its command gets its own
    try {
      return work();
    } catch (const MachineError& error) {
      tell(error.what());
      return kOwnFailure;
    }
  }

  CrontabHead crontab_head() const {
    const auto crontab = read_beginning(on_machine(paths_.crontab), kCrontabHead);
    return read_crontab_head(crontab.value_or(""));
  }

  int run_or_throw() {
    const auto installed = find_installed_job(paths_, name_);
    if (!installed) return no_such_job();
    const Job& job = installed->job;
    std::vector<std::string> environment =
        by_cron_ ? crons_environment() : as_crons(crontab_head());
    if (geteuid() == 0) become_its_user(*installed, paths_, environment);
    Descriptor folder = open_folder();
    if (const std::string reason = refusal_of(job); !reason.empty())
      return skip(job, folder, reason);
    if (job.overlap == Overlap::skip && !lock_run_folder(folder))
      return skip(job, folder, kOverlap);
    if (!settle(job, folder)) return skip(job, folder, "what is left of the run before it goes on");
    if (!by_cron_) start_at_home(environment);
    RunOrder order = order_of(job, environment);
    try {
      if (!job.catch_up) return supervise(order, folder);
      return run_on_record(order, folder);
    } catch (const MachineError& error) {
      note_failure(order, folder, error);
      throw;
    }
  }

  // As cron does.
  static void start_at_home(const std::vector<std::string>& environment) {
    const auto home = std::ranges::find_if(
        environment, [](const std::string& entry) { return entry.starts_with(kHome); });
    if (home != environment.end() && chdir(home->c_str() + kHome.size()) == 0) return;
    if (chdir("/var/spool/cron") == 0) return;  // where Debian's goes without a home
    if (chdir("/") != 0) return;
  }

  void note_failure(const RunOrder& order, const Descriptor& folder,
                    const MachineError& error) const {
    Record record;
    record.result = Record::Result::error;
    record.trigger = order.trigger;
    record.start = order.start;
    record.end = now();
    record.slot = order.slot_known ? order.slot_known : slot_of(order.job, order.start);
    record.exit_status = kOwnFailure;
    record.reason = error.what();
    try {
      append_record(folder, record);
    } catch (const MachineError&) {
      return;  // the caller tells of the first one
    }
  }

  // Of a job with catch-up: that its slot was started is on the disk before the stamp is looked at
  // for good. So whoever takes the stamp away and reads the records afterwards, to hand the job
  // over, sees every run that was still let start (docs/leadership.md).
  int run_on_record(RunOrder& order, Descriptor& folder) const {
    order.slot_known = slot_of(order.job, order.start);
    order.slot = nullptr;
    RunMarker marker(folder, lost_record_of(order));
    if (!marker.flush() && order.job.run_on == RunOn::leader) {
      marker.remove();
      throw MachineError("run the job", name_, "that it starts cannot be recorded before it does");
    }
    if (const std::string reason = refusal_of(order.job); !reason.empty()) {
      marker.remove();
      return skip(order.job, folder, reason);
    }
    order.marker = &marker;
    return supervise(order, folder);
  }

  // What the files say now.
  std::string refusal_of(const Job& job) const {
    LeadershipFiles files{crontab_head().leader, std::nullopt, std::nullopt, {}};
    if (job.run_on == RunOn::leader && !options_.force) {
      files.stamp = read_file(on_machine(paths_.stamp));
      if (const auto text = read_file(on_machine(paths_.allowed))) files.allowed = ttl_in(*text);
      files.now = read_boot_clock();
    }
    return refusal(job, files, options_.force);
  }

  // The time of the schedule that the run is for; nothing where a person starts it.
  std::optional<std::chrono::sys_seconds> slot_of(const Job& job, Instant start) const {
    if (options_.catch_up) return options_.catch_up;
    if (!by_cron_) return std::nullopt;
    try {
      return last_until(job.schedule, std::chrono::floor<std::chrono::seconds>(start), kLatestStart,
                        machine_zone());
    } catch (const MachineError&) {
      return std::nullopt;
    }
  }

  RunOrder order_of(const Job& job, const std::vector<std::string>& environment) const {
    RunOrder order;
    order.start = now();
    order.service_tag = tag_;
    order.job = job;
    order.launch = launch_of(job, environment);
    order.trigger = trigger();
    order.echo = !by_cron_ && options_.format == OutputFormat::text;
    order.slot = [this, &job](Instant start) { return slot_of(job, start); };
    if (!by_cron_) {
      order.report = [this](const Record& record, const std::string& tail) {
        report(record, tail);
      };
    }
    return order;
  }

  // What the crontab's line gives a job, when a person starts it instead. HOME and LOGNAME are the
  // caller's, or set on becoming the job's user.
  static std::vector<std::string> as_crons(const CrontabHead& head) {
    std::vector<std::string> environment = head.environment;
    if (environment.empty()) environment = {"SHELL=/bin/sh", "PATH=/usr/bin:/bin"};
    for (const char* name : {"HOME", "LOGNAME"}) {
      if (const std::string value = environment_variable(name); !value.empty())
        environment.push_back(fmt::format("{}={}", name, value));
    }
    return environment;
  }

  static std::vector<std::string> crons_environment() {
    std::vector<std::string> environment = inherited_environment();
    // Of a test or a benchmark: it tells us where our files are, and is nothing of cron's.
    std::erase_if(environment,
                  [](const std::string& entry) { return entry.starts_with("LEADER_CRON_ROOT="); });
    return environment;
  }

  Descriptor open_folder() const {
    const std::string path = on_machine(paths_.run(geteuid(), name_));
    try {
      return open_run_folder(path);
    } catch (const MachineError& error) {
      const bool can_be_mended =
          error.error() != ENOSPC && error.error() != EDQUOT && error.error() != EROFS;
      throw MachineError("run the job", name_,
                         fmt::format("{}{}", error.what(),
                                     can_be_mended ? "; any hook of the charm mends it" : ""));
    }
  }

  // The remains of runs whose supervisor was killed. False where a run that must not overlap with
  // this one still goes on: its second supervisor is just ending it, or cannot.
  static bool settle(const Job& job, const Descriptor& folder) {
    constexpr int kMostRounds = 1500;
    constexpr int kRound = 10;  // milliseconds
    for (int round = 0; round < kMostRounds; ++round) {
      std::size_t going_on = 0;
      try {
        going_on = settle_abandoned_runs(folder);
      } catch (const MachineError&) {
        return true;  // no record can be written: the run itself will say so
      }
      if (going_on == 0 || job.overlap == Overlap::allow) return true;
      poll(nullptr, 0, kRound);
    }
    return false;
  }

  int skip(const Job& job, const Descriptor& folder, const std::string& reason) const {
    Record record;
    record.result = Record::Result::skipped;
    record.trigger = trigger();
    record.start = now();
    record.end = record.start;
    record.slot = slot_of(job, record.start);
    record.reason = reason;
    SystemLog(tag_).line(SystemLog::Severity::info, fmt::format("{}: skipped: {}", name_, reason));
    try {
      record = append_record(folder, record);
    } catch (const MachineError& error) {
      SystemLog(tag_).line(SystemLog::Severity::error,
                           fmt::format("{}: no record of this: {}", name_, error.what()));
    }
    if (!by_cron_) report(record, "");
    return 0;
  }

  void report(const Record& record, const std::string& tail) const {
    if (options_.format == OutputFormat::json) {
      fmt::print("{}", report_as_json({name_, record}, tail));
      std::fflush(stdout);
    } else if (record.result != Record::Result::success) {
      fmt::print(stderr, "{}: {}: {}\n", tag_, name_, result_cell(record).text);
    }
  }

  int no_such_job() const {
    if (!file_status(on_machine(paths_.owner))) {
      tell(fmt::format("no job {}, for '{}' is gone; any hook of the charm mends it", name_,
                       on_machine(paths_.state)));
      return kOwnFailure;
    }
    const std::vector<std::string> names = names_of_jobs(paths_);
    const std::vector<std::string_view> known(names.begin(), names.end());
    const std::string_view nearest = nearest_word(name_, known);
    tell(fmt::format("no job {}{}", name_,
                     nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest)));
    return kOwnFailure;
  }

  // Cron would mail what is printed, and nobody reads it of what a hook has started.
  void tell(std::string_view text) const {
    if (by_cron_ || by_hook_) SystemLog(tag_).line(SystemLog::Severity::error, text);
    if (!by_cron_) fmt::print(stderr, "{}: {}\n", tag_, text);
  }

  Trigger trigger() const {
    if (options_.catch_up) return Trigger::catch_up;
    return by_cron_ ? Trigger::schedule : Trigger::hand;
  }

  ServicePaths paths_;
  std::string tag_;
  std::string name_;
  RunOptions options_;
  bool by_cron_;
  bool by_hook_;
};

}  // namespace

int run_job(std::string_view service, std::string_view name, const RunOptions& options) {
  return Run(service, name, options).run();
}

int note_missed(std::string_view service, std::string_view name, std::chrono::sys_seconds first,
                std::chrono::sys_seconds last) {
  return Run(service, name, {}).note_missed(first, last);
}

}  // namespace leader_cron
