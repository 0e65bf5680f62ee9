#include "cron_daemon.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "clock_wire.h"

namespace cron_harness {
namespace {

namespace fs = std::filesystem;
using std::chrono::floor;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr const char* kCron = "/usr/sbin/cron";
constexpr const char* kSendmail = "/usr/sbin/sendmail";

[[noreturn]] void fail(const std::string& task, int error) {
  throw std::runtime_error("cannot " + task + ": " + std::strerror(error));
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

void write_file(const fs::path& path, const std::string& text, mode_t mode) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out || chmod(path.c_str(), mode) != 0) fail("write '" + path.string() + "'", errno);
}

fs::path make_scratch() {
  std::string name = fs::temp_directory_path() / "cron-harness.XXXXXX";
  if (mkdtemp(name.data()) == nullptr) fail("make a folder '" + name + "'", errno);
  // A job's user may have to pass: cron logs on behalf of it.
  if (chmod(name.c_str(), 0711) != 0) fail("open '" + name + "'", errno);
  return name;
}

struct Mount {
  std::string folder;    // where the source is
  std::string source;    // in that folder; "." for the folder itself
  std::string target;    // what it replaces
  int folder_file = -1;  // used by the child only
};

// All that the child needs, made before it exists: between clone and exec it makes system calls
// and nothing else, so it does not matter what the test program's other threads hold.
struct Launch {
  std::vector<Mount> mounts;
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
  std::string log;
  bool probe = false;  // end right before the exec
};

class Child {
 public:
  Child(Launch& launch, int driver) : launch_(launch), driver_(driver) {
    for (std::string& argument : launch.arguments) arguments_.push_back(argument.data());
    for (std::string& variable : launch.environment) environment_.push_back(variable.data());
    arguments_.push_back(nullptr);
    environment_.push_back(nullptr);
  }

  // Makes the child; returns in the parent only.
  pid_t start() {
    // As fork(), with namespaces of its own. A process namespace because its end ends all in it.
    const long pid = syscall(SYS_clone, CLONE_NEWNS | CLONE_NEWPID | SIGCHLD, nullptr, nullptr,
                             nullptr, nullptr);
    if (pid == 0) become_cron();
    return static_cast<pid_t>(pid);
  }

 private:
  [[noreturn]] void refuse(const char* step, const char* what) const {
    ClockReport report{};
    report.kind = kCannotStart;
    report.error = errno;
    std::strncpy(report.step, step, sizeof report.step - 1);
    std::strncat(report.step, what, sizeof report.step - std::strlen(report.step) - 1);
    // Nobody else can be told if this fails; the parent sees the end of the socket.
    [[maybe_unused]] const auto sent = send(driver_, &report, sizeof report, MSG_NOSIGNAL);
    _exit(70);
  }

  // No mount made here may show up outside. In a chroot, "/" need not be a mount point and cannot
  // be told to be private (EINVAL); the one above it can, and root can leave a chroot to say so.
  void make_mounts_private() const {
    if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0) return;
    if (errno != EINVAL) refuse("make all mounts private", "");
    const int inside = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    // With the working folder outside of the root folder, ".." no longer ends at the chroot.
    if (inside < 0 || chdir("/") != 0 || chroot("/etc") != 0) refuse("leave the chroot", "");
    for (int deepest = 0; deepest < PATH_MAX / 2; ++deepest)
      if (chdir("..") != 0) refuse("leave the chroot", "");
    if (chroot(".") != 0) refuse("leave the chroot", "");
    if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
      refuse("make all mounts private", " from outside the chroot");
    if (fchdir(inside) != 0 || chroot(".") != 0) refuse("return to the chroot", "");
    close(inside);
  }

  // All sources are opened before the first is mounted: it may hide another.
  void mount_unit() const {
    for (Mount& mount : launch_.mounts) {
      mount.folder_file = open(mount.folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
      if (mount.folder_file < 0) refuse("open ", mount.folder.c_str());
    }
    for (const Mount& mount : launch_.mounts)
      if (fchdir(mount.folder_file) != 0 ||
          ::mount(mount.source.c_str(), mount.target.c_str(), nullptr, MS_BIND, nullptr) != 0)
        refuse("mount over ", mount.target.c_str());
    if (chdir("/") != 0) refuse("change to ", "/");
    // Of the new process namespace; with the old one, /proc/self would lead nowhere.
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0)
      refuse("mount over ", "/proc");
  }

  // Everything cron inherits: the two ends named in clock_wire.h, and nothing of the test's.
  void settle_descriptors(int library, int log) const {
    constexpr int kAbove = 10;
    const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing < 0) refuse("open ", "/dev/null");
    const int driver = fcntl(driver_, F_DUPFD_CLOEXEC, kAbove);
    const int clock = fcntl(library, F_DUPFD_CLOEXEC, kAbove);
    const int output = fcntl(log, F_DUPFD_CLOEXEC, kAbove);
    const int input = fcntl(nothing, F_DUPFD_CLOEXEC, kAbove);
    if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0 ||
        dup2(driver, kDriverDescriptor) < 0 || dup2(clock, kLibraryDescriptor) < 0)
      refuse("settle descriptors", "");
    if (syscall(SYS_close_range, kLibraryDescriptor + 1, ~0U, 0) == 0) return;
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) refuse("close descriptors", "");
    for (rlim_t each = kLibraryDescriptor + 1; each < limit.rlim_cur; ++each)
      close(static_cast<int>(each));
  }

  [[noreturn]] void become_cron() const {
    // Process 1 dies with its parent too, and takes its whole namespace with it. Should the parent
    // have died already, the closed socket says so at cron's first sleep.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) refuse("die with the test program", "");
    setsid();
    make_mounts_private();
    // Before the mounts: the build folder may be in a place that they hide.
    const int library = open(VIRTUAL_CLOCK_LIBRARY, O_RDONLY | O_CLOEXEC);
    if (library < 0) refuse("open ", VIRTUAL_CLOCK_LIBRARY);
    mount_unit();
    if (launch_.probe) _exit(0);
    const int log = open(launch_.log.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (log < 0) refuse("open ", launch_.log.c_str());
    settle_descriptors(library, log);
    for (int signal_number = 1; signal_number < NSIG; ++signal_number)
      signal(signal_number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    umask(022);
    execve(kCron, arguments_.data(), environment_.data());
    refuse("execute ", kCron);
  }

  Launch& launch_;
  int driver_;
  std::vector<char*> arguments_;
  std::vector<char*> environment_;
};

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) fail("create '" + path.string() + "'", error.value());
}

std::vector<Mount> unit_mounts(const fs::path& root, const fs::path& scratch) {
  std::vector<Mount> mounts;
  for (const char* place : {"/etc/cron.d", "/usr/local/bin", "/var/lib", "/run"}) {
    const fs::path folder = root.string() + place;
    make_folder(folder);
    mounts.push_back({folder, ".", place});
  }
  // Crontabs of this machine's users and of its administrator are none of the unit's.
  make_folder(scratch / "spool" / "crontabs");
  mounts.push_back({scratch / "spool", ".", "/var/spool/cron"});
  write_file(scratch / "empty", "", 0644);
  if (fs::exists("/etc/crontab")) mounts.push_back({scratch, "empty", "/etc/crontab"});
  // A machine without an MTA, as most units are; and no test may send mail.
  if (fs::exists(kSendmail)) mounts.push_back({scratch, "empty", kSendmail});
  mounts.push_back({scratch, "environment", "/etc/environment"});
  return mounts;
}

bool take_report(int driver, std::chrono::milliseconds patience, ClockReport& report) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd ready{driver, POLLIN, 0};
    const int count = poll(&ready, 1, left.count() > 0 ? static_cast<int>(left.count()) : 0);
    if (count == 0) throw std::runtime_error("patience ended before cron slept again");
    if (count < 0 && errno == EINTR) continue;
    const ssize_t size = recv(driver, &report, sizeof report, MSG_DONTWAIT);
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    return size == static_cast<ssize_t>(sizeof report);
  }
}

// A socket pair and the child at its other end.
std::pair<pid_t, int> start_child(Launch& launch) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) fail("make sockets", errno);
  const pid_t pid = Child(launch, ends[1]).start();
  const int error = errno;
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    fail("make namespaces for cron", error);
  }
  return {pid, ends[0]};
}

void wait_for(pid_t pid) noexcept {
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

CronDaemon::CronDaemon(CronDaemonOptions options)
    : options_(std::move(options)), now_(options_.start) {
  if (auto why = why_zone_is_unknown(options_.zone)) throw std::runtime_error(*why);
  options_.root = fs::absolute(options_.root);
  try {
    scratch_ = make_scratch();
    std::string environment = "TZ=" + options_.zone + "\n";
    for (const auto& [name, value] : options_.environment)
      environment.append(name).append("=").append(value).append("\n");
    write_file(scratch_ / "environment", environment, 0644);
    write_file(scratch_ / "log", "", 0666);
    write_file(scratch_ / "firings", "", 0666);

    Launch launch;
    launch.log = scratch_ / "log";
    launch.mounts = unit_mounts(options_.root, scratch_);
    launch.arguments = {kCron, "-f"};
    launch.arguments.insert(launch.arguments.end(), options_.arguments.begin(),
                            options_.arguments.end());
    launch.environment = {
        "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
        "TZ=" + options_.zone,
        "LD_PRELOAD=/proc/self/fd/" + std::to_string(kLibraryDescriptor),
        "VIRTUAL_CLOCK_START=" + std::to_string(now_.time_since_epoch().count()),
        "VIRTUAL_CLOCK_LOG=" + launch.log,
    };
    if (options_.jobs == Jobs::kRecord)
      launch.environment.push_back("VIRTUAL_CLOCK_FIRINGS=" + (scratch_ / "firings").string());
    std::tie(pid_, driver_) = start_child(launch);
    await_report();
  } catch (...) {
    end();
    throw;
  }
}

CronDaemon::~CronDaemon() {
  end();
}

void CronDaemon::end() noexcept {
  if (pid_ > 0) {
    // The kernel ends the rest of the process namespace before the wait returns.
    kill(pid_, SIGKILL);
    wait_for(pid_);
    pid_ = -1;
  }
  if (driver_ >= 0) close(driver_);
  driver_ = -1;
  std::error_code ignored;
  if (!scratch_.empty()) fs::remove_all(scratch_, ignored);
}

void CronDaemon::await_report() {
  ClockReport report{};
  try {
    if (!take_report(driver_, options_.patience, report))
      throw std::runtime_error("cron ended unexpectedly");
    if (report.kind == kCannotStart) {
      report.step[sizeof report.step - 1] = '\0';
      fail(report.step, report.error);
    }
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(std::string(error.what()) + "; its log:\n" + log());
  }
  now_ = sys_seconds(seconds(report.now));
}

void CronDaemon::pass_until(sys_seconds until, bool wait_for_jobs) {
  const ClockOrder order{until.time_since_epoch().count(), wait_for_jobs ? 1 : 0};
  if (send(driver_, &order, sizeof order, MSG_NOSIGNAL) != static_cast<ssize_t>(sizeof order))
    fail("tell cron the time", errno);
  await_report();
}

void CronDaemon::run_minutes(int n) {
  pass_until(floor<minutes>(now_) + minutes(n) + seconds(30), true);
}

void CronDaemon::start_minutes(int n) {
  pass_until(floor<minutes>(now_) + minutes(n) + seconds(30), false);
}

void CronDaemon::wait_for_jobs() {
  pass_until(now_, true);
}

std::string CronDaemon::log() const {
  return read_file(scratch_ / "log");
}

std::vector<Firing> CronDaemon::firings() const {
  std::vector<Firing> firings;
  std::ifstream in(scratch_ / "firings");
  std::string at;
  std::string user;
  std::string command;
  while (std::getline(in, at, '\t') && std::getline(in, user, '\t') && std::getline(in, command))
    firings.push_back({floor<minutes>(sys_seconds(seconds(std::stoll(at)))), user, command});
  return firings;
}

Recording record(const std::vector<CrontabFile>& files, sys_seconds start, sys_seconds end,
                 const std::string& zone) {
  struct Root {
    fs::path path = make_scratch();
    Root() = default;
    Root(const Root&) = delete;
    Root& operator=(const Root&) = delete;
    ~Root() {
      std::error_code ignored;
      fs::remove_all(path, ignored);
    }
  } root;
  make_folder(root.path / "etc/cron.d");
  for (const CrontabFile& file : files)
    write_file(root.path / "etc/cron.d" / file.name, file.text, 0644);

  // Cron's looks are at hh:mm:01; it starts half a minute before the first that counts.
  const auto first = std::chrono::ceil<minutes>(start);
  const auto count = std::chrono::ceil<minutes>(end) - first;
  CronDaemonOptions options;
  options.root = root.path;
  options.start = first - seconds(30);
  options.zone = zone;
  options.jobs = Jobs::kRecord;
  options.patience = std::chrono::hours(1);
  CronDaemon cron(options);
  if (count.count() > 0) cron.run_minutes(static_cast<int>(count.count()));
  return {cron.firings(), cron.log()};
}

std::vector<Firing> firings(const std::vector<CrontabFile>& files, sys_seconds start,
                            sys_seconds end, const std::string& zone) {
  return record(files, start, end, zone).firings;
}

std::optional<std::string> why_cron_cannot_run_here() {
  if (geteuid() != 0) return "only root can give cron a mount namespace";
  std::error_code error;
  const fs::path program = fs::canonical(kCron, error);
  if (error) return std::string(kCron) + " is not there: Debian's package cron is not installed";
  // cronie's daemon knows this crontab variable, Debian's does not; busybox is a link to it.
  if (program.filename() != "cron" || read_file(program).find("RANDOM_DELAY") != std::string::npos)
    return std::string(kCron) + " is not Debian's cron";

  const fs::path scratch = make_scratch();
  std::optional<std::string> why;
  try {
    write_file(scratch / "environment", "", 0644);
    Launch launch;
    launch.probe = true;
    launch.mounts = unit_mounts(scratch, scratch);
    const auto [pid, driver] = start_child(launch);
    ClockReport report{};
    const bool reported = recv(driver, &report, sizeof report, 0) > 0;
    close(driver);
    wait_for(pid);
    if (reported) fail(report.step, report.error);
  } catch (const std::runtime_error& refusal) {
    why = refusal.what();
  }
  fs::remove_all(scratch, error);
  return why;
}

std::optional<std::string> why_zone_is_unknown(const std::string& zone) {
  if (zone == "UTC" || fs::is_regular_file("/usr/share/zoneinfo/" + zone)) return std::nullopt;
  return "the time zone " + zone + " is not known here: tzdata is not installed, or not whole";
}

}  // namespace cron_harness
