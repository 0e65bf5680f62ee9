// Writes the monotonic clock, in nanoseconds, to a file: the moment at which this program was
// running.
#include <stdio.h>
#include <time.h>

int main(int argc, char** argv) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  FILE* file = argc == 2 ? fopen(argv[1], "w") : NULL;
  if (file == NULL) return 1;
  fprintf(file, "%lld\n", (long long)now.tv_sec * 1000000000LL + now.tv_nsec);
  return fclose(file);
}
