// What a call of next_after() costs: random accepted schedules, their median, and the worst one.
// With one word, a number, it makes so many calls and prints nothing, for who counts instructions.
#include "cron/next_run.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "cron/schedule.h"
#include "system/zone_file.h"

namespace {

using namespace leader_cron;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;

std::mt19937 random_engine(20260729);

int random_value(int low, int high) {
  return std::uniform_int_distribution<int>(low, high)(random_engine);
}

std::string random_field(int low, int high) {
  switch (random_value(0, 6)) {
    case 0:
    case 1:
      return "*";
    case 2:
      return "*/" + std::to_string(random_value(2, (high - low + 1) / 2));
    case 3:
    case 4:
      return std::to_string(random_value(low, high));
    case 5:
      return std::to_string(random_value(low, high)) + "," +
             std::to_string(random_value(low, high));
    default: {
      const int from = random_value(low, high);
      return std::to_string(from) + "-" + std::to_string(random_value(from, high));
    }
  }
}

Schedule random_schedule() {
  for (;;) {
    const std::string text = random_field(0, 59) + " " + random_field(0, 23) + " " +
                             random_field(1, 31) + " " + random_field(1, 12) + " " +
                             random_field(0, 6);
    if (auto schedule = parse_schedule(text).schedule) return *schedule;
  }
}

struct Call {
  Schedule schedule;
  sys_seconds after;
};

// Instants of 2020 to 2035.
std::vector<Call> random_calls(std::size_t count) {
  std::vector<Call> calls;
  const sys_seconds first = sys_days(year(2020) / 1 / 1);
  for (std::size_t i = 0; i < count; ++i)
    calls.push_back({random_schedule(), first + seconds(random_value(0, 15 * 365 * 86400))});
  return calls;
}

// 29 February on a Monday, asked on the day after one that is followed by the longest wait. No text
// means just that; its masks could.
Call worst_call() {
  Schedule schedule = *parse_schedule("0 0 29 2 */2").schedule;
  schedule.weekdays = 1U << 1;
  return {schedule, sys_days(year(2072) / 3 / 1)};
}

TimeZone zone_of(const benchmark::State& state) {
  return state.range(0) == 0 ? TimeZone::utc()
                             : zone_named("Europe/Berlin").value_or(TimeZone::utc());
}

void label(benchmark::State& state) {
  state.SetLabel(state.range(0) == 0 ? "UTC" : "Europe/Berlin");
}

void random_schedules(benchmark::State& state) {
  const auto calls = random_calls(4096);
  const TimeZone zone = zone_of(state);
  std::size_t i = 0;
  while (state.KeepRunning()) {
    const Call& call = calls[i++ % calls.size()];
    benchmark::DoNotOptimize(next_after(call.schedule, call.after, zone));
  }
  label(state);
}
BENCHMARK(random_schedules)->Arg(0)->Arg(1);

void worst_schedule(benchmark::State& state) {
  const Call call = worst_call();
  const TimeZone zone = zone_of(state);
  while (state.KeepRunning()) benchmark::DoNotOptimize(next_after(call.schedule, call.after, zone));
  label(state);
}
BENCHMARK(worst_schedule)->Arg(0)->Arg(1);

double nanoseconds_of(const Call& call, const TimeZone& zone) {
  constexpr int kRounds = 200;
  double best = 1e9;
  for (int attempt = 0; attempt < 3; ++attempt) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kRounds; ++i)
      benchmark::DoNotOptimize(next_after(call.schedule, call.after, zone));
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - start;
    best = std::min(best, spent.count() / kRounds);
  }
  return best;
}

void print_ratio(const char* name, const TimeZone& zone) {
  std::vector<std::pair<double, std::string>> costs;
  for (const Call& call : random_calls(2000))
    costs.emplace_back(nanoseconds_of(call, zone), call.schedule.text);
  std::sort(costs.begin(), costs.end());
  const double median = costs[costs.size() / 2].first;
  const double worst = nanoseconds_of(worst_call(), zone);
  std::printf(
      "%-14s median %.0f ns, dearest of 2000 random ones %.0f ns (%s), "
      "29 February on a Monday %.0f ns: %.1f times the median\n",
      name, median, costs.back().first, costs.back().second.c_str(), worst, worst / median);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && *argv[1] != '-') {
    const TimeZone zone = zone_named("Europe/Berlin").value_or(TimeZone::utc());
    const auto calls = random_calls(100);
    for (int i = 0; i < std::atoi(argv[1]); ++i) {
      const Call& call = calls[static_cast<std::size_t>(i) % calls.size()];
      benchmark::DoNotOptimize(next_after(call.schedule, call.after, zone));
    }
    return 0;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  print_ratio("UTC", TimeZone::utc());
  if (const auto zone = zone_named("Europe/Berlin")) print_ratio("Europe/Berlin", *zone);
  return 0;
}
