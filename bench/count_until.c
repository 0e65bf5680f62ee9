// Counts the user-mode instructions, of all processes of a command together, from its first one
// until one of them executes a program: by single steps, so exactly, and without a processor's
// counters, which a virtual machine often lacks. A repeated string instruction counts once for each
// round.
//
//   count_until PROGRAM COMMAND [ARG...]
//
// PROGRAM is a path without symbolic links, as /proc shows it. Prints the count, or fails where the
// command ends before. The processes are killed then.
#define _GNU_SOURCE
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static bool executes(pid_t process, const char* program) {
  char link[64];
  char path[4096];
  snprintf(link, sizeof link, "/proc/%d/exe", (int)process);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return false;
  path[length] = '\0';
  return strcmp(path, program) == 0;
}

static pid_t start(char** words) {
  const pid_t process = fork();
  if (process == 0) {
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    raise(SIGSTOP);
    execvp(words[0], words);
    _exit(127);
  }
  int status = 0;
  if (process < 0 || waitpid(process, &status, 0) < 0) return -1;
  const long options = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                       PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
  if (ptrace(PTRACE_SETOPTIONS, process, NULL, options) != 0) return -1;
  ptrace(PTRACE_CONT, process, NULL, NULL);
  return process;
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  if (start(argv + 2) < 0) {
    perror("count_until");
    return 1;
  }
  long count = 0;
  bool counting = false;  // from the first program on, not from our own copy that becomes it
  int status = 0;
  pid_t process = -1;
  while ((process = waitpid(-1, &status, __WALL)) > 0) {
    if (!WIFSTOPPED(status)) continue;
    const int signal = WSTOPSIG(status);
    const int event = status >> 16;
    int passed_on = 0;
    if (event == PTRACE_EVENT_EXEC) {
      if (counting && executes(process, argv[1])) {
        printf("%ld\n", count);
        return 0;
      }
      counting = true;
    } else if (event == 0 && signal == SIGTRAP) {
      ++count;
    } else if (event == 0 && signal != SIGSTOP) {
      passed_on = signal;
    }
    ptrace(counting ? PTRACE_SINGLESTEP : PTRACE_CONT, process, NULL, (long)passed_on);
  }
  fprintf(stderr, "count_until: '%s' was not executed\n", argv[1]);
  return 1;
}
