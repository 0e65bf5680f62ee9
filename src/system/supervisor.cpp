#include "system/supervisor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <memory>

#include "run/output.h"
#include "run/supervision.h"
#include "system/machine_error.h"
#include "system/output_log.h"
#include "system/process_tree.h"
#include "system/record_file.h"
#include "system/run_folder.h"
#include "system/run_marker.h"
#include "system/supervised_command.h"
#include "system/system_log.h"

namespace leader_cron {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Those that somebody may send to have the job told.
constexpr std::array<int, 7> kPassedOn = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM,
                                          SIGUSR1, SIGUSR2, SIGALRM};

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  for (const int signal : kPassedOn) sigaddset(&set, signal);
  return set;
}

Instant now() {
  return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
}

Descriptor watch_for_signals() {
  const sigset_t set = watched_signals();
  Descriptor signals(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals) throw MachineError("make", "a descriptor for signals", std::strerror(errno));
  return signals;
}

// The process that does the work.
class Supervisor {
 public:
  Supervisor(const RunOrder& order, const Descriptor& folder, const Descriptor& life_line)
      : order_(order),
        folder_(folder),
        life_line_(life_line),
        limits_{order.job.timeout, milliseconds(10'000), milliseconds(1'000)},
        output_(order.job.log_limit) {}

  int run() {
    record_ = lost_record_of(order_);
    const int status = start_and_watch();
    record_.exit_status = status;
    record_.end = now();
    finish();
    return status;
  }

 private:
  int start_and_watch() {
    std::optional<SupervisedCommand> command;
    try {
      signals_ = watch_for_signals();
      command.emplace(order_.launch);
    } catch (const MachineError& error) {
      record_.result = Record::Result::error;
      record_.reason = error.what();
      marker_ = order_.marker;
      if (error.error() == 0) return kOwnFailure;
      return error.error() == ENOENT ? kNotFound : kCannotRun;
    }
    // All that the run needs besides waits until the command runs.
    if (order_.slot) record_.slot = order_.slot(record_.start);
    marker_ = order_.marker;
    if (marker_ == nullptr) marker_ = &own_marker_.emplace(folder_, record_);
    marker_->note_session(command->session());
    log_.emplace(order_.service_tag);
    keep_output_ = std::make_unique<OutputLog>(folder_, order_.job.log_limit);
    keep_output_->write(fmt::format("== {} started\n", utc_text(record_.start)));
    watch(*command);
    const int status = exit_status_of(run_);
    conclude(status);
    return status;
  }

  void watch(SupervisedCommand& command) {
    carry_out(begin(limits_), command);
    bool reading = true;
    while (run_.phase != Supervision::Phase::done) {
      // Who reads our output and stops holds up the job as he would without us, and nothing else.
      const bool printing = !to_print_.empty();
      std::array<pollfd, 4> fds = {{{signals_.get(), POLLIN, 0},
                                    {run_.abandoned ? -1 : life_line_.get(), POLLIN, 0},
                                    {reading && !printing ? command.output().get() : -1, POLLIN, 0},
                                    {printing ? STDOUT_FILENO : -1, POLLOUT, 0}}};
      poll(fds.data(), fds.size(), time_left());
      if (fds[3].revents != 0) print_some();
      if (fds[2].revents != 0) reading = take_output(command);
      if (fds[1].revents != 0) handle({RunEvent::Kind::abandoned, {}, 0}, command);
      if (fds[0].revents != 0) take_signals(command);
      if (deadline_ && Clock::now() >= *deadline_) {
        deadline_.reset();
        handle({RunEvent::Kind::time_is_up, {}, 0}, command);
      }
    }
    // What is left in the pipe; who still could write to it is out of our reach.
    for (int pieces = 0; reading && pieces < kMostLeftPieces; ++pieces) {
      const auto before = output_.bytes();
      reading = take_output(command);
      if (output_.bytes() == before) break;
    }
  }

  // Milliseconds until the timer, rounded up, as poll(2) wants them; -1: there is none.
  int time_left() const {
    if (!deadline_) return -1;
    const auto left = std::chrono::ceil<milliseconds>(*deadline_ - Clock::now()).count();
    constexpr std::int64_t kLongest = 60'000;
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, kLongest));
  }

  // False at its end.
  bool take_output(const SupervisedCommand& command) {
    if (buffer_.empty()) buffer_.resize(kPiece);
    const ssize_t got = read(command.output().get(), buffer_.data(), buffer_.size());
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    const std::string_view piece(buffer_.data(), static_cast<std::size_t>(got));
    keep_output_->write(piece);
    send_lines(output_.take(piece));
    if (order_.echo) to_print_ += piece;
    return got > 0;
  }

  void send_lines(const std::vector<std::string>& lines) {
    for (const std::string& line : lines)
      log_->line(SystemLog::Severity::info, fmt::format("{}: {}", order_.job.name, line));
  }

  // So much as a pipe that poll(2) calls ready takes without waiting.
  void print_some() {
    const ssize_t written = write(STDOUT_FILENO, to_print_.data() + printed_,
                                  std::min<std::size_t>(to_print_.size() - printed_, PIPE_BUF));
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) return;
    printed_ += static_cast<std::size_t>(std::max<ssize_t>(written, 0));
    if (written > 0 && printed_ < to_print_.size()) return;
    to_print_.clear();
    printed_ = 0;
  }

  void print_rest() {
    while (!to_print_.empty()) {
      std::array<pollfd, 2> fds = {{{STDOUT_FILENO, POLLOUT, 0}, {life_line_.get(), POLLIN, 0}}};
      poll(fds.data(), fds.size(), -1);
      if (fds[1].revents != 0) return;
      if (fds[0].revents != 0) print_some();
    }
  }

  void take_signals(SupervisedCommand& command) {
    signalfd_siginfo info{};
    bool ended = false;
    while (read(signals_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
      if (info.ssi_signo == SIGCHLD) {
        ended = true;
      } else {
        handle({RunEvent::Kind::signal, {}, static_cast<int>(info.ssi_signo)}, command);
      }
    }
    if (!ended) return;
    const SupervisedCommand::Reaped reaped = command.reap();
    if (reaped.command) handle({RunEvent::Kind::command_ended, *reaped.command, 0}, command);
    if (reaped.all_ended) handle({RunEvent::Kind::all_ended, {}, 0}, command);
  }

  void handle(const RunEvent& event, SupervisedCommand& command) {
    carry_out(advance(run_, limits_, event), command);
  }

  void carry_out(const RunStep& step, SupervisedCommand& command) {
    if (step.signal_group) {
      command.signal_group(*step.signal_group);
      if (*step.signal_group == SIGTERM) command.signal_group(SIGCONT);
    }
    if (step.signal_all) {
      // The group at once, then whoever left it; a stopped process sees TERM when it goes on. Once
      // each: many a program takes a second TERM for a word to stop without cleaning up.
      const bool has_group = !run_.command;
      if (has_group) command.signal_group(*step.signal_all);
      signal_descendants(*step.signal_all, has_group ? command.session() : 0);
      if (*step.signal_all == SIGTERM) signal_descendants(SIGCONT);
    }
    if (step.stop_timer) deadline_.reset();
    if (step.timer) deadline_ = Clock::now() + *step.timer;
  }

  void conclude(int status) {
    send_lines(output_.finish());
    if (output_.left_out()) {
      log_->line(SystemLog::Severity::info,
                 fmt::format("{}: more output is in the job's log only", order_.job.name));
    }
    record_.reason.clear();
    if (run_.left_processes) record_.reason = "processes that it left behind were ended";
    if (run_.command && run_.command->signal != 0) record_.signal = run_.command->signal;
    record_.result = status == 0 ? Record::Result::success : Record::Result::failure;
    if (run_.timed_out) record_.result = Record::Result::timeout;
    if (run_.abandoned) {
      record_.result = Record::Result::lost;
      record_.reason = kSupervisorKilled;
    }
    const Usage usage = usage_of_ended();
    record_.cpu = usage.cpu;
    record_.peak_memory_kib = usage.peak_memory_kib;
    record_.output_bytes = output_.bytes();
    record_.last_line = output_.last_line();
  }

  void finish() {
    if (!log_) log_.emplace(order_.service_tag);
    if (keep_output_) {
      keep_output_->write(fmt::format("{}== {} {}\n", output_.ends_a_line() ? "" : "\n",
                                      utc_text(*record_.end), outcome_of(record_)));
      if (keep_output_->error() != 0) warn("its log", keep_output_->error());
    }
    if (marker_ != nullptr && marker_->error() != 0) warn("its marker", marker_->error());
    try {
      record_ = append_record(folder_, record_);
    } catch (const MachineError& error) {
      log_->line(SystemLog::Severity::error,
                 fmt::format("{}: no record of this run: {}", order_.job.name, error.what()));
    }
    if (marker_ != nullptr) marker_->remove();
    log_->line(is_failure(record_) ? SystemLog::Severity::error : SystemLog::Severity::info,
               fmt::format("{}: {} after {} ms", order_.job.name, outcome_of(record_),
                           std::max(*record_.end - record_.start, milliseconds(0)).count()));
    print_rest();
    if (order_.report) order_.report(record_, output_.tail());
  }

  void warn(std::string_view what, int error) {
    log_->line(SystemLog::Severity::warning,
               fmt::format("{}: cannot write {}: {}", order_.job.name, what, std::strerror(error)));
  }

  static constexpr std::size_t kPiece = std::size_t{256} << 10;
  static constexpr int kMostLeftPieces = 64;

  const RunOrder& order_;
  const Descriptor& folder_;
  const Descriptor& life_line_;
  RunLimits limits_;
  Supervision run_;
  Record record_;
  Output output_;
  Descriptor signals_;
  std::optional<RunMarker> own_marker_;
  RunMarker* marker_ = nullptr;
  std::optional<SystemLog> log_;
  std::unique_ptr<OutputLog> keep_output_;
  std::optional<Clock::time_point> deadline_;
  std::string buffer_;
  std::string to_print_;  // of the output; as far as printed_ it is done
  std::size_t printed_ = 0;
};

// Ends what a killed supervisor has left to this process, its subreaper.
void end_orphans() {
  constexpr int kMostRounds = 100;
  for (int round = 0; round < kMostRounds; ++round) {
    signal_descendants(SIGKILL);
    pid_t ended = 0;
    while ((ended = waitpid(-1, nullptr, WNOHANG)) > 0) {
    }
    if (ended < 0 && errno == ECHILD) return;
    poll(nullptr, 0, 10);
  }
}

// Waits for the supervisor and passes signals on to it.
int wait_for_supervisor(pid_t supervisor, const sigset_t& signals) {
  while (true) {
    int status = 0;
    const pid_t ended = waitpid(supervisor, &status, WNOHANG);
    if (ended == supervisor) return status;
    if (ended < 0 && errno != EINTR) return 0;
    siginfo_t info{};
    const int signal = sigwaitinfo(&signals, &info);
    if (signal > 0 && signal != SIGCHLD) kill(supervisor, signal);
  }
}

}  // namespace

Record lost_record_of(const RunOrder& order) {
  Record record;
  record.result = Record::Result::lost;
  record.reason = kSupervisorKilled;
  record.trigger = order.trigger;
  record.slot = order.slot_known;
  record.start = order.start;
  return record;
}

int supervise(const RunOrder& order, Descriptor& folder) {
  std::array<int, 2> life_line{};
  if (pipe2(life_line.data(), O_CLOEXEC) != 0) throw MachineError("make", "a pipe", errno);
  Descriptor watched(life_line[0]);
  Descriptor held(life_line[1]);
  const sigset_t signals = watched_signals();
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  become_subreaper();
  const pid_t supervisor = fork();
  if (supervisor < 0) throw MachineError("start", "a supervisor", errno);
  if (supervisor == 0) {
    held.reset();
    // Out of the group that somebody may kill as a whole; as a group in the background it must not
    // be stopped for what it prints to a terminal.
    setpgid(0, 0);
    become_subreaper();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);  // setrlimit(2): what cannot be written is an error, not the end
    signal(SIGTTOU, SIG_IGN);
    // The lock stays with the first process alone: it is free when that is gone.
    const Descriptor unlocked = reopened(folder);
    folder.reset();
    const int status = Supervisor(order, unlocked, watched).run();
    _exit(status);
  }
  watched.reset();
  if (order.marker != nullptr) order.marker->let_go();
  const int status = wait_for_supervisor(supervisor, signals);
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  end_orphans();
  settle_abandoned_runs(folder);
  remove_unfinished_marker(folder, supervisor);
  Record lost = lost_record_of(order);
  if (order.slot) lost.slot = order.slot(lost.start);
  append_record(folder, lost, true);
  return kOwnFailure;
}

}  // namespace leader_cron
