// What each job costs in the process: reading and checking the job file, the crontab's text, the
// kept form there and back, the next run. For 3 to 10,000 jobs; `per_job` is CPU seconds.
#include "jobs/job_file.h"

#include <benchmark/benchmark.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "charm/crontab_of.h"
#include "cron/crontab.h"
#include "cron/next_run.h"
#include "jobs/job_lines.h"
#include "jobs/stored_job.h"
#include "system/zone_file.h"

namespace {

using namespace leader_cron;

// The same jobs as those of bench/run.
std::string job_file_of(std::int64_t jobs) {
  std::string text;
  for (std::int64_t i = 0; i < jobs; ++i) {
    const std::string number = std::to_string(i);
    text += "- name: job-" + number + "\n  schedule: \"" + std::to_string(i % 60) + " " +
            std::to_string(i % 24) + " * * *\"\n  command: /srv/app/manage.py task --number " +
            number + "\n  user: " + (i % 2 == 0 ? "www-data" : "root") +
            "\n  description: Task number " + number + "\n";
  }
  return text;
}

std::vector<Job> jobs_of(std::int64_t jobs) {
  return read_job_file(job_file_of(jobs)).jobs;
}

void count(benchmark::State& state) {
  state.counters["per_job"] = benchmark::Counter(
      static_cast<double>(state.range(0)),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void parse_and_check(benchmark::State& state) {
  const std::string text = job_file_of(state.range(0));
  while (state.KeepRunning()) benchmark::DoNotOptimize(read_job_file(text));
  count(state);
}

void render(benchmark::State& state) {
  const auto jobs = jobs_of(state.range(0));
  const std::map<std::string, uid_t> users = {{"root", 0}, {"www-data", 33}};
  while (state.KeepRunning()) {
    benchmark::DoNotOptimize(render_crontab(
        crontab_of("django-app", "django-cron", true, jobs, users), built_in_crontab_template()));
  }
  count(state);
}

// A user's file as it lies there.
std::string job_file_text(const std::vector<Job>& jobs) {
  std::string text;
  for (const Job& job : jobs) add_line(text, {job.name, {}, body_of(job)});
  return text;
}

// To compare a user's file with what it should be.
void look_through(benchmark::State& state) {
  const std::string text = job_file_text(jobs_of(state.range(0)));
  while (state.KeepRunning()) benchmark::DoNotOptimize(JobLines(text));
  count(state);
}

void store_all(benchmark::State& state) {
  const auto jobs = jobs_of(state.range(0));
  const std::vector<uid_t> owners(jobs.size());
  while (state.KeepRunning()) benchmark::DoNotOptimize(store_jobs(jobs, owners));
  count(state);
}

void read_stored(benchmark::State& state) {
  const auto jobs = jobs_of(state.range(0));
  const std::string text = store_jobs(jobs, std::vector<uid_t>(jobs.size())).text;
  while (state.KeepRunning()) benchmark::DoNotOptimize(stored_jobs(text));
  count(state);
}

void next_run_of_each(benchmark::State& state) {
  const auto jobs = jobs_of(state.range(0));
  const TimeZone zone = zone_named("Europe/Berlin").value_or(TimeZone::utc());
  const std::chrono::sys_seconds now{std::chrono::seconds(1'795'500'000)};
  while (state.KeepRunning()) {
    for (const Job& job : jobs) benchmark::DoNotOptimize(next_after(job.schedule, now, zone));
  }
  count(state);
}

#define FOR_EACH_SIZE(what) \
  BENCHMARK(what)->Arg(3)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMicrosecond)
FOR_EACH_SIZE(parse_and_check);
FOR_EACH_SIZE(render);
FOR_EACH_SIZE(look_through);
FOR_EACH_SIZE(store_all);
FOR_EACH_SIZE(read_stored);
FOR_EACH_SIZE(next_run_of_each);

}  // namespace

BENCHMARK_MAIN();
