// The floor: what a hook cannot do without, and nothing else. Starts is-leader and config-get at
// once, reads what they say, and exits. Its words are what more the hook under comparison makes:
// tools that start along with the two; "then", which waits for all so far; a path and a file, which
// is written to that path as a crontab is, file and folder flushed; a folder's path with a slash at
// its end, which is flushed.
//
//   floor
//   floor relation-get
//   floor then status-set juju-log
//   floor then /etc/cron.d/x text status-set juju-log
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

enum { kMost = 8 };

struct Call {
  pid_t process;
  int out;
};

static char buffer[1 << 16];

static struct Call start(char* tool) {
  struct Call call = {-1, -1};
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) _exit(1);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  char* words[] = {tool, "--format", "json", NULL};
  if (posix_spawnp(&call.process, tool, &actions, NULL, words, environ) != 0) _exit(1);
  close(ends[1]);
  call.out = ends[0];
  return call;
}

static int finish(struct Call* calls, int count) {
  int failed = 0;
  for (int open_ones = count; open_ones > 0;) {
    struct pollfd streams[kMost];
    for (int i = 0; i < count; ++i) streams[i] = (struct pollfd){calls[i].out, POLLIN, 0};
    if (poll(streams, (nfds_t)count, -1) < 0) return 1;
    for (int i = 0; i < count; ++i) {
      if (streams[i].revents == 0 || read(calls[i].out, buffer, sizeof buffer) > 0) continue;
      close(calls[i].out);
      calls[i].out = -1;
      --open_ones;
    }
  }
  for (int i = 0; i < count; ++i) {
    int status = 0;
    if (waitpid(calls[i].process, &status, 0) < 0 || status != 0) failed = 1;
  }
  return failed;
}

static int replace(const char* path, const char* source) {
  char temporary[4096];
  char folder[4096];
  snprintf(temporary, sizeof temporary, "%s.new", path);
  snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
  const int from = open(source, O_RDONLY | O_CLOEXEC);
  const int to = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  const int in = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (from < 0 || to < 0 || in < 0) return 1;
  for (ssize_t got; (got = read(from, buffer, sizeof buffer)) > 0;) {
    if (write(to, buffer, (size_t)got) != got) return 1;
  }
  return fsync(to) != 0 || rename(temporary, path) != 0 || fsync(in) != 0;
}

static int flush(const char* folder) {
  const int in = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return in < 0 || fsync(in) != 0 || close(in) != 0;
}

int main(int argc, char** argv) {
  struct Call calls[kMost] = {start("is-leader"), start("config-get")};
  int count = 2;
  for (int word = 1; word < argc; ++word) {
    if (strcmp(argv[word], "then") == 0) {
      if (finish(calls, count) != 0) return 1;
      count = 0;
    } else if (argv[word][0] != '\0' && argv[word][strlen(argv[word]) - 1] == '/') {
      if (flush(argv[word]) != 0) return 1;
    } else if (strchr(argv[word], '/') != NULL) {
      if (word + 1 == argc || replace(argv[word], argv[word + 1]) != 0) return 1;
      ++word;
    } else if (count < kMost) {
      calls[count++] = start(argv[word]);
    }
  }
  return finish(calls, count);
}
