// Debian's real cron daemon for one pretend unit, on a clock that the test moves. A CronDaemon is
// the unmodified /usr/sbin/cron in its own mount and process namespaces: it reads the unit's
// /etc/cron.d, runs the jobs it finds there as the users they name, and believes whatever time the
// test says it is. Virtual minutes take milliseconds, and after run_minutes() nothing that cron
// started still runs, so a test never waits and never guesses. What the jobs do, and what the
// crontab should say, is left to the test; the clock inside cron is virtual_clock.c.
#ifndef TESTS_CRON_CRON_DAEMON_H_
#define TESTS_CRON_CRON_DAEMON_H_

#include <sys/types.h>

#include <chrono>
#include <compare>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cron_harness {

enum class Jobs {
  kRun,     // as on a real machine
  kRecord,  // cron decides, nothing is run: see CronDaemon::firings()
};

struct CronDaemonOptions {
  // The unit. root/etc/cron.d, root/usr/local/bin, root/var/lib and root/run, created where
  // missing, are what cron and its jobs find at /etc/cron.d, /usr/local/bin, /var/lib and /run;
  // /tmp and all else is the machine's. They outlive the daemon: a second one on the same root is a
  // restarted cron, and a reboot is that after emptying root/run.
  std::filesystem::path root;
  // What the clock says when cron starts. Cron runs no job of the minute it is started in.
  std::chrono::sys_seconds start;
  // The machine's time zone, for cron and (as TZ) for its jobs. Must be "UTC" or in tzdata.
  std::string zone = "UTC";
  // After "cron -f".
  std::vector<std::string> arguments;
  // The machine's /etc/environment, which PAM gives to the jobs (values must be a single line).
  // Cron's own environment is always the same few variables, nothing is inherited from the test.
  std::map<std::string, std::string> environment;
  Jobs jobs = Jobs::kRun;
  // How long, in real time, one call may take before it throws.
  std::chrono::seconds patience{60};
};

struct Firing {
  std::chrono::sys_time<std::chrono::minutes> at;  // the minute in which cron started the job
  std::string user;
  std::string command;  // as cron logs it: up to the first '%', a tab as ^I and so on
  auto operator<=>(const Firing&) const = default;
};

class CronDaemon {
 public:
  // Starts cron; returns when it has read its crontabs, run its @reboot jobs, and sleeps.
  // Throws std::runtime_error with the reason if any of that fails.
  explicit CronDaemon(CronDaemonOptions);
  // Ends cron and everything it started, at once; nothing stays mounted, no process stays behind.
  // The same happens if the test program dies, or the thread that made this; a few files of the
  // harness then stay in $TMPDIR (which must not be below a folder that the unit replaces).
  ~CronDaemon();
  CronDaemon(const CronDaemon&) = delete;
  CronDaemon& operator=(const CronDaemon&) = delete;

  // Lets n minutes pass, up to the thirtieth second of a minute: now() becomes
  // floor<minutes>(now()) + n min + 30 s. In each of these minutes cron wakes at hh:mm:01, looks
  // for changed crontabs, and starts that minute's jobs. The clock stands still while a job (or a
  // process a job left in the background) runs, and all have ended when this returns.
  // Throws std::runtime_error, with cron's log, when patience ends or cron does.
  void run_minutes(int n);
  // The same without the waiting: jobs may still be running, across minutes too. For overlaps.
  void start_minutes(int n);
  // Returns when all that cron has started has ended; no virtual time passes.
  void wait_for_jobs();

  // What cron and PAM said to syslog (and to stderr), each line after the virtual time in UTC.
  std::string log() const;
  // Jobs::kRecord: what cron would have run so far, in its order. PAM is not asked.
  std::vector<Firing> firings() const;
  std::chrono::sys_seconds now() const { return now_; }
  pid_t pid() const { return pid_; }

 private:
  void pass_until(std::chrono::sys_seconds until, bool wait_for_jobs);
  void await_report();
  void end() noexcept;

  CronDaemonOptions options_;
  std::chrono::sys_seconds now_;
  std::filesystem::path scratch_;  // files of the harness itself, in $TMPDIR or /tmp
  pid_t pid_ = -1;
  int driver_ = -1;
};

struct CrontabFile {
  std::string name;  // in /etc/cron.d
  std::string text;
};

struct Recording {
  std::vector<Firing> firings;
  std::string log;  // where cron says what it refused
};

// What cron would run of these crontabs in the minutes m with start <= m < end; nothing is run. An
// @reboot job is there too, before start. The cost, in real time: two seconds a virtual year,
// nearly another one a year for each file, a third of a millisecond a firing, next to nothing a
// line. So many jobs belong in one file, unless one of them may be refused, which drops its whole
// file.
Recording record(const std::vector<CrontabFile>& files, std::chrono::sys_seconds start,
                 std::chrono::sys_seconds end, const std::string& zone = "UTC");
std::vector<Firing> firings(const std::vector<CrontabFile>& files, std::chrono::sys_seconds start,
                            std::chrono::sys_seconds end, const std::string& zone = "UTC");

// Why no CronDaemon can be had on this machine, for a test to skip with: not root, no
// /usr/sbin/cron or not Debian's, namespaces refused. Nothing if it can; other failures are then
// real ones.
std::optional<std::string> why_cron_cannot_run_here();
// The same for a time zone.
std::optional<std::string> why_zone_is_unknown(const std::string& zone);

}  // namespace cron_harness

#endif  // TESTS_CRON_CRON_DAEMON_H_
