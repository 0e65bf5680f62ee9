#pragma once
// What the tests of Fleet share: a charm whose every hook succeeds and does nothing, deployed and
// settled, and the list of hooks a unit has run since.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "fleet.h"
#include "shell_charm.h"

namespace standin {

inline constexpr char kZero[] = "django-cron/0";
inline constexpr char kOne[] = "django-cron/1";
inline constexpr char kTwo[] = "django-cron/2";

/// "hook" or "hook:remote" of each hook of `unit` that really ran.
inline std::vector<std::string> ran(const Fleet& fleet, const std::string& unit) {
  std::vector<std::string> names;
  for (const auto& run : fleet.history()) {
    if (run.unit != unit || run.skipped) continue;
    names.push_back(run.remote.empty() ? run.hook : run.hook + ":" + run.remote);
  }
  return names;
}

class FleetTest : public testing::Test {
 protected:
  FleetTest() { charm.all_hooks("exit 0"); }

  Fleet& deploy(int count, Mode mode = Mode::juju_4_0) {
    Options options = charm.options();
    options.mode = mode;
    fleet_.emplace(options);
    fleet_->deploy(count);
    fleet_->settle();
    fleet_->reset_counters();
    return *fleet_;
  }

  ShellCharm charm;

 private:
  std::optional<Fleet> fleet_;
};

}  // namespace standin
