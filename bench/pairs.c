// Runs two commands in turn, A B A B, and says what each run cost.
//
//   pairs COUNT A-WORDS -- B-WORDS [-- BEFORE-WORDS]
//
// Where PAIRS_UNTIL names a file, the wall time of a run ends not with the run but at the moment
// that it wrote there (stamp.c).
//
// BEFORE runs before each A and each B, unmeasured, with "a" or "b" as a further word: it makes the
// state that the run is to meet. A line a pair: wall and CPU microseconds of A and of B (the CPU
// with that of all descendants waited for), largest resident sets in KiB. What the commands print
// is thrown away; one that fails ends all.
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

struct Cost {
  double wall;
  double processor;
  long resident;
};

static double microseconds(struct timeval time) {
  return (double)time.tv_sec * 1e6 + (double)time.tv_usec;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

// Microseconds; what no run has written ends all.
static double written_moment(const char* path) {
  FILE* file = fopen(path, "r");
  long long nanoseconds = 0;
  if (file == NULL || fscanf(file, "%lld", &nanoseconds) != 1) {
    fprintf(stderr, "pairs: no moment in %s\n", path);
    exit(1);
  }
  fclose(file);
  unlink(path);
  return (double)nanoseconds / 1e3;
}

static struct Cost run(char** words) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  const double start = now();
  pid_t process = -1;
  if (posix_spawnp(&process, words[0], &actions, NULL, words, environ) != 0) {
    perror(words[0]);
    exit(1);
  }
  int status = 0;
  struct rusage usage;
  if (wait4(process, &status, 0, &usage) < 0 || status != 0) {
    fprintf(stderr, "pairs: %s: status %d\n", words[0], status);
    exit(1);
  }
  posix_spawn_file_actions_destroy(&actions);
  const char* moment = getenv("PAIRS_UNTIL");
  const double end = moment == NULL ? now() : written_moment(moment);
  return (struct Cost){end - start, microseconds(usage.ru_utime) + microseconds(usage.ru_stime),
                       usage.ru_maxrss};
}

int main(int argc, char** argv) {
  char** sides[3] = {argv + 2, NULL, NULL};
  int side = 0;
  for (int i = 2; i < argc && side < 2; ++i) {
    if (strcmp(argv[i], "--") != 0) continue;
    argv[i] = NULL;
    sides[++side] = argv + i + 1;
  }
  if (argc < 3 || side < 1) return 2;
  char* before[64] = {NULL};
  int words = 0;
  for (char** word = sides[2]; word != NULL && *word != NULL && words < 60; ++word)
    before[words++] = *word;
  for (long i = atol(argv[1]); i > 0; --i) {
    struct Cost costs[2];
    for (int each = 0; each < 2; ++each) {
      before[words] = each == 0 ? "a" : "b";
      if (words > 0) run(before);
      costs[each] = run(sides[each]);
    }
    printf("%.1f %.1f %.1f %.1f %ld %ld\n", costs[0].wall, costs[1].wall, costs[0].processor,
           costs[1].processor, costs[0].resident, costs[1].resident);
  }
  return 0;
}
