// spin, run on leadership.pml.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace leader_cron::model {

// Whether spin is installed.
bool spin_is_there();

struct Check {
  std::vector<std::string> defines;  // of the model: "TERMS=2"
  bool progress = false;             // its ltl formula; else its assertions
  bool optimized = true;             // compiled to run fast; else to be compiled fast
};

struct Verdict {
  int errors = 0;
  bool complete = false;  // every state was looked at
  std::uint64_t states = 0;
  std::uint64_t depth = 0;
  std::string output;
};

// Throws std::runtime_error if there is no verdict at all.
Verdict check(const Check& check);

// How many ticks a stamp counts in a random run.
inline constexpr int kRandomRunTtl = 2;

// A random run of so many steps of the model: what it prints.
std::string random_run(int seed, int steps);

}  // namespace leader_cron::model
