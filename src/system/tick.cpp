#include "system/tick.h"

namespace leader_cron {
namespace {

bool is_over(const timespec& time) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return now.tv_sec != time.tv_sec ? now.tv_sec > time.tv_sec : now.tv_nsec > time.tv_nsec;
}

}  // namespace

bool wait_for_tick_after(const timespec& time) {
  // The slowest tick is one of 10 ms (CONFIG_HZ=100).
  constexpr int kTries = 30;
  constexpr timespec kPause{0, 1'000'000};
  for (int tries = 0; tries < kTries; ++tries) {
    if (is_over(time)) return true;
    nanosleep(&kPause, nullptr);
  }
  return false;
}

}  // namespace leader_cron
