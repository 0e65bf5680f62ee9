// protocol_simulator: plays random lives of a fleet and tells the first that breaks a promise.

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "search.h"

namespace {

using namespace leader_cron::simulator;

constexpr std::string_view kUsage =
    "protocol_simulator [--seed N] [--schedules M] [--mutate RULE] [--trace] [--whole] [--rules]\n"
    "  Plays the schedules of the seeds N to N+M-1 (1, 20000). The first that breaks a promise is\n"
    "  made short and told, and the exit status is 1.\n"
    "  --mutate RULE  with that rule of the protocol broken; --rules lists them\n"
    "  --trace        tells schedule N, whether it breaks a promise or not\n"
    "  --whole        does not make it short\n";

struct Options {
  Search search;
  bool trace = false;
  bool whole = false;
};

void tell(const Schedule& schedule, Broken broken) {
  fmt::print("{} units, {:03b} of an old version, handover={}, leadership-ttl={}, {}\n",
             schedule.units, schedule.old_units,
             schedule.options.handover == leader_cron::Handover::safe ? "safe" : "immediate",
             schedule.options.ttl.count(),
             schedule.juju_hears ? "Juju 3.6 with leader settings" : "Juju 4.0");
  play(schedule, broken, [](const std::string& line) { fmt::print("{}\n", line); });
}

int run(const Options& options) {
  if (options.trace) {
    Schedule schedule = make_schedule(options.search.first_seed);
    const Outcome outcome = play(schedule, options.search.broken);
    if (outcome.violation && !options.whole)
      schedule = shrink(schedule, options.search.broken, outcome.violation->invariant);
    tell(schedule, options.search.broken);
    return outcome.violation ? 1 : 0;
  }
  const auto start = std::chrono::steady_clock::now();
  Counted counted;
  const auto found = search(options.search, &counted);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  fmt::print(
      "{} schedules, {} events, {} hooks, {} activations ({} after a wait to the end), {} "
      "slots caught up, {:.1f} s\n",
      counted.schedules, counted.events, counted.hooks, counted.activations,
      counted.waits_to_the_end, counted.caught_up, taken.count());
  if (!found) return 0;
  fmt::print("seed {} breaks {}: {}\n", found->seed, word_of(found->violation.invariant),
             found->violation.what);
  tell(options.whole ? found->schedule
                     : shrink(found->schedule, options.search.broken, found->violation.invariant),
       options.search.broken);
  return 1;
}

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const char* const value = i + 1 < argc ? argv[i + 1] : nullptr;
    const bool is_flag = word == "--trace" || word == "--whole";
    if (!is_flag && value == nullptr) return std::nullopt;
    if (word == "--trace") {
      options.trace = true;
    } else if (word == "--whole") {
      options.whole = true;
    } else if (word == "--seed") {
      options.search.first_seed = std::strtoull(argv[++i], nullptr, 10);
    } else if (word == "--schedules") {
      options.search.schedules = std::strtoull(argv[++i], nullptr, 10);
    } else if (word == "--mutate" && rule_named(value) != nullptr) {
      options.search.broken = rule_named(value)->broken;
      options.search.only = rule_named(value)->breaks;
      ++i;
    } else {
      return std::nullopt;
    }
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--rules") {
    for (const BrokenRule& each : kBrokenRules)
      fmt::print("{:25} {:14} {}\n", each.name, word_of(each.breaks), each.rule);
    return 0;
  }
  const auto options = parse(argc, argv);
  if (!options) {
    fmt::print(stderr, "{}", kUsage);
    return 2;
  }
  return run(*options);
}
