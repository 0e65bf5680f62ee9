// A library that is preloaded into the real, unmodified cron daemon and gives it a clock that the
// test moves. Debian's cron asks time(2) and waits with sleep(3), nothing else; here the one tells
// the virtual time and the other returns when the test allows it. What cron (and PAM on its behalf)
// tells syslog goes to a file. In recording mode cron's jobs are written down instead of run.
// Left to cron_daemon.cpp: the namespaces, the orders, reading the files.
//
// Environment, all of it removed before cron's main() runs, so no job ever sees it:
//   VIRTUAL_CLOCK_START     the first instant, seconds since the epoch
//   VIRTUAL_CLOCK_LOG       where syslog goes, one line a message, with the virtual time in UTC
//   VIRTUAL_CLOCK_FIRINGS   set: recording mode; a line "<epoch>\t<user>\t<command>" a job goes
//   there
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "clock_wire.h"

static pid_t daemon_pid;
static time_t virtual_now;
static time_t allowed_until;
static int wait_for_jobs = 1;
static char* log_path;
static char* firings_path;

static int is_daemon(void) {
  return getpid() == daemon_pid;
}
static int is_recording(void) {
  return firings_path != NULL;
}

static char* take_variable(const char* name) {
  const char* value = getenv(name);
  char* copy = value ? strdup(value) : NULL;
  unsetenv(name);
  return copy;
}

static void* next_function(const char* name) {
  void* found = dlsym(RTLD_NEXT, name);
  if (!found) _exit(70);
  return found;
}

__attribute__((constructor)) static void take_orders(void) {
  char* start = take_variable("VIRTUAL_CLOCK_START");
  log_path = take_variable("VIRTUAL_CLOCK_LOG");
  firings_path = take_variable("VIRTUAL_CLOCK_FIRINGS");
  unsetenv("LD_PRELOAD");
  if (!start || !log_path) _exit(70);  // preloaded by something that is not the harness
  virtual_now = allowed_until = (time_t)atoll(start);
  free(start);
  daemon_pid = getpid();
  close(kLibraryDescriptor);
  fcntl(kDriverDescriptor, F_SETFD, FD_CLOEXEC);
}

// ---- the clock ----

time_t time(time_t* out) {
  if (out) *out = virtual_now;
  return virtual_now;
}

int gettimeofday(struct timeval* restrict tv, void* restrict zone) {
  (void)zone;
  tv->tv_sec = virtual_now;
  tv->tv_usec = 0;
  return 0;
}

int clock_gettime(clockid_t clock, struct timespec* ts) {
  if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)
    return (int)syscall(SYS_clock_gettime, clock, ts);
  ts->tv_sec = virtual_now;
  ts->tv_nsec = 0;
  return 0;
}

// Cron is process 1 of its own process namespace, so everything its jobs left in the background
// becomes its child as well and is waited for. Reaping here takes nothing from cron: its SIGCHLD
// handler does nothing but reap, and finds nobody.
static void wait_for_children(void) {
  while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) {
  }
}

static void ask_driver(void) {
  struct ClockReport report = {.kind = kAsleep, .now = virtual_now};
  struct ClockOrder order;
  ssize_t size;
  do size = send(kDriverDescriptor, &report, sizeof report, MSG_NOSIGNAL);
  while (size < 0 && errno == EINTR);
  if (size != (ssize_t)sizeof report) _exit(0);  // the test is gone
  do size = recv(kDriverDescriptor, &order, sizeof order, 0);
  while (size < 0 && errno == EINTR);
  if (size != (ssize_t)sizeof order) _exit(0);
  if (order.until > allowed_until) allowed_until = (time_t)order.until;
  wait_for_jobs = order.wait_for_jobs;
}

// The time passes only here, and only as far as the test allows: a sleep may take many orders.
unsigned sleep(unsigned seconds) {
  if (!is_daemon()) {
    struct timespec real = {.tv_sec = seconds};
    syscall(SYS_nanosleep, &real, NULL);
    return 0;
  }
  int saved_errno = errno;
  time_t wake_up = virtual_now + (time_t)seconds;
  for (;;) {
    if (wait_for_jobs && !is_recording()) wait_for_children();
    if (wake_up <= allowed_until) break;
    virtual_now = allowed_until;
    ask_driver();
  }
  virtual_now = wake_up;
  errno = saved_errno;
  return 0;
}

// ---- syslog ----

static void append(const char* path, const char* line, size_t size) {
  int saved_errno = errno;
  int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0 || write(file, line, size) != (ssize_t)size) _exit(70);
  close(file);
  errno = saved_errno;
}

// Where recording ends a job: cron's child says "(user) CMD (command)" right before it would run
// it.
static void record_if_firing(char* message) {
  static const char says_command[] = ") CMD (";
  char line[8192];
  char* middle = strstr(message, says_command);
  size_t length = strlen(message);
  if (message[0] != '(' || !middle || message[length - 1] != ')') return;
  message[length - 1] = '\0';
  *middle = '\0';
  int size = snprintf(line, sizeof line, "%lld\t%s\t%s\n", (long long)virtual_now, message + 1,
                      middle + strlen(says_command));
  if (size < 0 || (size_t)size >= sizeof line) _exit(70);
  append(firings_path, line, (size_t)size);
  _exit(0);
}

static void log_message(const char* format, va_list arguments) {
  char message[8000];
  char line[8192];
  char stamp[32];
  struct tm utc;
  vsnprintf(message, sizeof message, format, arguments);
  for (char* at = message; *at; ++at)
    if (*at == '\n') *at = ' ';
  if (is_recording() && !is_daemon() && message[0]) record_if_firing(message);
  gmtime_r(&virtual_now, &utc);
  strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &utc);
  int size = snprintf(line, sizeof line, "%s %s\n", stamp, message);
  append(log_path, line, (size_t)size);
}

void vsyslog(int priority, const char* format, va_list arguments) {
  (void)priority;
  log_message(format, arguments);
}
void syslog(int priority, const char* format, ...) {
  va_list arguments;
  (void)priority;
  va_start(arguments, format);
  log_message(format, arguments);
  va_end(arguments);
}
// What the two above are called in programs built with _FORTIFY_SOURCE, as Debian's are.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
void __vsyslog_chk(int priority, int flag, const char* format, va_list arguments);
void __vsyslog_chk(int priority, int flag, const char* format, va_list arguments) {
  (void)priority;
  (void)flag;
  log_message(format, arguments);
}
void __syslog_chk(int priority, int flag, const char* format, ...);
void __syslog_chk(int priority, int flag, const char* format, ...) {
  va_list arguments;
  (void)priority;
  (void)flag;
  va_start(arguments, format);
  log_message(format, arguments);
  va_end(arguments);
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

// ---- recording: cron forks a child for a job, which forks the job itself ----

// The daemon's fork is a real one (its child changes the job's entry while it works) and is over
// when it returns, so jobs are recorded in the order in which cron starts them. The second fork is
// not needed: the child goes on as if it were the job, up to the line it logs.
pid_t fork(void) {
  pid_t (*next_fork)(void);
  *(void**)&next_fork = next_function("fork");
  if (!is_recording()) return next_fork();
  if (!is_daemon()) return 0;
  pid_t child = next_fork();
  if (child > 0)
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
  return child;
}

// Nothing may run in recording mode, even if cron were told not to log commands.
int execle(const char* path, const char* argument, ...) {
  char* arguments[64];
  size_t count = 0;
  va_list rest;
  if (is_recording()) _exit(70);
  va_start(rest, argument);
  for (const char* next = argument; next; next = va_arg(rest, const char*)) {
    if (count + 1 == sizeof arguments / sizeof *arguments) _exit(70);
    arguments[count++] = (char*)next;
  }
  arguments[count] = NULL;
  char* const* environment = va_arg(rest, char* const*);
  va_end(rest);
  return execve(path, arguments, environment);
}

// A PAM session loads its modules anew for each job; a job that will not run needs none.
#define SKIPPED_WHEN_RECORDING(name, parameters, ...) \
  int name parameters;                                \
  int name parameters {                               \
    int(*next) parameters;                            \
    if (is_recording()) return 0; /* PAM_SUCCESS */   \
    *(void**)&next = next_function(#name);            \
    return next(__VA_ARGS__);                         \
  }
SKIPPED_WHEN_RECORDING(pam_start,
                       (const char* service, const char* user, const void* conversation,
                        void** pam),
                       service, user, conversation, pam)
SKIPPED_WHEN_RECORDING(pam_set_item, (void* pam, int item, const void* value), pam, item, value)
SKIPPED_WHEN_RECORDING(pam_acct_mgmt, (void* pam, int flags), pam, flags)
SKIPPED_WHEN_RECORDING(pam_setcred, (void* pam, int flags), pam, flags)
SKIPPED_WHEN_RECORDING(pam_open_session, (void* pam, int flags), pam, flags)

// A list of none; cron may free it.
char** pam_getenvlist(void* pam);
char** pam_getenvlist(void* pam) {
  char** (*next)(void*);
  if (is_recording()) return calloc(1, sizeof(char*));
  *(void**)&next = next_function("pam_getenvlist");
  return next(pam);
}
