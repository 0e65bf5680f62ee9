// Stands in the place of a program and starts the real one, `<itself>.real`, under the name it was
// called by; appends a line with what that cost to the file BENCH_COSTS: nanoseconds on a processor
// of that process alone, and of it and all it waited for. For hooks that others start.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

int main(int argc, char** argv) {
  (void)argc;
  char path[4096];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path - 6);
  const char* costs = getenv("BENCH_COSTS");
  if (size < 0 || costs == NULL) return 126;
  snprintf(path + size, 6, ".real");
  pid_t process = -1;
  if (posix_spawn(&process, path, NULL, NULL, argv, environ) != 0) return 126;
  siginfo_t ended;
  if (waitid(P_PID, (id_t)process, &ended, WEXITED | WNOWAIT) != 0) return 126;
  long long own = -1;
  char schedule[64];
  snprintf(schedule, sizeof schedule, "/proc/%d/schedstat", (int)process);
  FILE* file = fopen(schedule, "r");
  if (file != NULL) {
    if (fscanf(file, "%lld", &own) != 1) own = -1;
    fclose(file);
  }
  int status = 0;
  struct rusage usage;
  if (wait4(process, &status, 0, &usage) < 0) return 126;
  const long long all = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000LL +
                        (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000LL;
  char line[64];
  const int length = snprintf(line, sizeof line, "%lld %lld\n", own, all);
  const int out = open(costs, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (out < 0 || write(out, line, (size_t)length) != length) return 126;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
