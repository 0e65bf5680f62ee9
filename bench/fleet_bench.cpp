// What a fleet costs on the stand-in for Juju: deploys N units of a staged charm, then moves the
// leadership once. A line each: hooks run, hook-tool calls, seconds on a processor of the charm's
// own processes.
//
//   fleet_bench CHARM WORK UNITS JOB-FILE COSTS
//
// The charm's binary is bench/measured, the real one beside it; COSTS is where that writes.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "standin/fleet.h"

namespace {

namespace fs = std::filesystem;

void report(const char* what, standin::Fleet& fleet, const fs::path& costs) {
  std::size_t hooks = 0;
  std::size_t calls = 0;
  for (const std::string& unit : fleet.units()) {
    hooks += fleet.hooks_run(unit);
    calls += fleet.tool_calls(unit);
  }
  std::ifstream file(costs);
  double own = 0;
  double all = 0;
  for (double each_own = 0, each_all = 0; file >> each_own >> each_all;) {
    own += each_own;
    all += each_all;
  }
  std::printf("%s %zu %zu %.3f %.3f\n", what, hooks, calls, own / 1e9, all / 1e9);
  std::fflush(stdout);
  fs::rename(costs, costs.string() + what);
  fleet.reset_counters();
}

int run(char** words) {
  const fs::path costs = words[5];
  std::ifstream jobs(words[4]);
  standin::Options options;
  options.charm = words[1];
  options.work = words[2];
  options.config = {{"jobs", {std::istreambuf_iterator<char>(jobs), {}}}};
  options.environment = {{"BENCH_COSTS", costs}};
  standin::Fleet fleet(options);
  const int units = std::atoi(words[3]);
  fleet.deploy(units);
  fleet.settle();
  report("deployment", fleet, costs);
  const std::string next = fleet.leader() == "django-cron/1" ? "django-cron/2" : "django-cron/1";
  fleet.elect(next);
  fleet.settle();
  report("fail-over", fleet, costs);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return argc == 6 ? run(argv) : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fleet_bench: %s\n", error.what());
    return 1;
  }
}
