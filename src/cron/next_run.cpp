#include "cron/next_run.h"

#include <algorithm>
#include <bit>
#include <cstdint>

namespace leader_cron {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::local_days;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;

using LocalMinute = std::chrono::local_time<minutes>;
using SysMinute = std::chrono::sys_time<minutes>;

// How far two instants of the same local time can be apart: no zone is more than 26 hours from UTC
// (RFC 9636).
constexpr minutes kFurthestApart = 2 * std::chrono::hours(26);

// Cron holds jobs back for at most three hours. To know what it does at an instant it is enough to
// follow it from so long before.
constexpr minutes kSettled = days(1);

// The lowest bit of `mask` from `from` on, or -1.
int lowest_bit(std::uint64_t mask, int from) {
  const std::uint64_t rest = mask >> from << from;
  return rest == 0 ? -1 : std::countr_zero(rest);
}

// The days of a month on which the job is due, bit n for day n (find_jobs() in cron.c).
std::uint32_t due_days(const Schedule& schedule, std::chrono::year_month month) {
  const std::chrono::weekday first{sys_days(month / 1)};
  const unsigned last = static_cast<unsigned>((month / std::chrono::last).day());
  // The week as it lies in this month: bit 0 is the weekday of the 1st, then five weeks of it.
  const unsigned shift = first.c_encoding();
  const std::uint64_t week = (schedule.weekdays >> shift | schedule.weekdays << (7 - shift)) & 0x7f;
  const auto weekdays = static_cast<std::uint32_t>(week * 0x10204081U << 1);
  const auto all = static_cast<std::uint32_t>((std::uint64_t{2} << last) - 2);
  return all & (schedule.day_star || schedule.weekday_star ? schedule.days & weekdays
                                                           : schedule.days | weekdays);
}

// The first due day from `from` to `last`.
std::optional<local_days> due_day(const Schedule& schedule, local_days from, local_days last) {
  const std::chrono::year_month_day start(from);
  std::chrono::year_month month = start.year() / start.month();
  unsigned day = static_cast<unsigned>(start.day());
  while (local_days(month / 1) <= last) {
    const int due_month =
        lowest_bit(schedule.months, static_cast<int>(static_cast<unsigned>(month.month())));
    if (due_month < 0) {
      month = (month.year() + std::chrono::years(1)) / std::chrono::January;
      day = 1;
      continue;
    }
    if (const auto next = month.year() / due_month; next != month) {
      month = next;
      day = 1;
    }
    if (const int found = lowest_bit(due_days(schedule, month), static_cast<int>(day)); found > 0) {
      const local_days due(month / found);
      return due <= last ? std::optional(due) : std::nullopt;
    }
    month += std::chrono::months(1);
    day = 1;
  }
  return std::nullopt;
}

// The first due minute of a day from `from` on.
std::optional<minutes> due_minute(const Schedule& schedule, minutes from) {
  const int from_hour = static_cast<int>(from / std::chrono::hours(1));
  const int from_minute = static_cast<int>((from % std::chrono::hours(1)).count());
  int hour = lowest_bit(schedule.hours, from_hour);
  int minute = -1;
  if (hour == from_hour) {
    minute = lowest_bit(schedule.minutes, from_minute);
    if (minute < 0) hour = lowest_bit(schedule.hours, from_hour + 1);
  }
  if (hour < 0) return std::nullopt;
  if (minute < 0) minute = lowest_bit(schedule.minutes, 0);
  if (minute < 0) return std::nullopt;
  return std::chrono::hours(hour) + minutes(minute);
}

// The first due minute on the calendar from `from` to `last`, as if no offset ever changed.
std::optional<LocalMinute> due(const Schedule& schedule, LocalMinute from, LocalMinute last) {
  const local_days last_day = floor<days>(last);
  local_days start = floor<days>(from);
  minutes time = from - start;
  while (const auto day = due_day(schedule, start, last_day)) {
    if (*day != start) time = minutes(0);
    if (const auto minute = due_minute(schedule, time)) {
      const LocalMinute found = *day + *minute;
      return found <= last ? std::optional(found) : std::nullopt;
    }
    if (time == minutes(0)) return std::nullopt;  // no minute of any day
    start = *day + days(1);
    time = minutes(0);
  }
  return std::nullopt;
}

// What cron does in one stretch of one offset.
class Stretch {
 public:
  // `seen`: the last local minute that cron has dealt with; the one before `begin` if not given.
  Stretch(SysMinute begin, seconds offset, std::optional<LocalMinute> seen)
      : begin_(begin),
        // Odd seconds are of times before there was a cron; its minutes then began within ours.
        offset_(ceil<minutes>(offset)),
        seen_(seen.value_or(local(begin) - minutes(1))) {}

  LocalMinute local(SysMinute at) const { return LocalMinute(at.time_since_epoch() + offset_); }
  SysMinute real(LocalMinute at) const { return SysMinute(at.time_since_epoch() - offset_); }

  // The first minute from `from` on (which is not before this stretch) and before `horizon` in
  // which the job starts, if this stretch does not end before.
  std::optional<SysMinute> first_run(const Schedule& schedule, SysMinute from,
                                     SysMinute horizon) const {
    const bool follows_clock = schedule.minute_star || schedule.hour_star;
    const minutes passed = local(begin_) - seen_;  // timeDiff in cron.c; 1 if nothing changed
    LocalMinute next = local(from);
    if (passed > minutes(1) && passed <= kLongestCatchUp && from == begin_) {
      const bool caught_up = passed <= kLateAtMost || !follows_clock;
      if (caught_up && due(schedule, seen_ + minutes(1), local(begin_))) return begin_;
    }
    // A single repeated minute (0) cron does not see at all: it waits for another one to come.
    if (is_held_back() && (!follows_clock || passed == minutes(0)))
      next = std::max(next, seen_ + minutes(1));
    const auto found = due(schedule, next, local(horizon) - minutes(1));
    return found ? std::optional(real(*found)) : std::nullopt;
  }

  // The last local minute dealt with when this stretch ends.
  LocalMinute seen_by(SysMinute end) const {
    const LocalMinute last = local(end) - minutes(1);
    return is_held_back() ? std::max(last, seen_) : last;
  }

 private:
  static constexpr minutes kLateAtMost{5};
  static constexpr minutes kLongestCatchUp{180};

  bool is_held_back() const {
    const minutes passed = local(begin_) - seen_;
    return passed <= minutes(0) && passed > -kLongestCatchUp;
  }

  SysMinute begin_;
  minutes offset_;
  LocalMinute seen_;
};

}  // namespace

std::optional<sys_seconds> next_after(const Schedule& schedule, sys_seconds after,
                                      const TimeZone& zone) {
  constexpr sys_seconds kEarliest = sys_days(year(1) / 1 / 1);
  constexpr sys_seconds kLatest = sys_days(year(10000) / 1 / 1);
  if (schedule.reboot || after < kEarliest || after >= kLatest) return std::nullopt;
  const SysMinute horizon = floor<minutes>(after + kNextRunHorizon);

  SysMinute from = floor<minutes>(after) + minutes(1);
  SysMinute begin = from - kSettled;
  std::optional<LocalMinute> seen;
  while (begin < horizon) {
    const TimeZone::Period period = zone.period(begin);
    const SysMinute end = period.end ? std::chrono::ceil<minutes>(*period.end) : SysMinute::max();
    const Stretch stretch(begin, period.offset, seen);
    if (from < end) {
      const auto run = stretch.first_run(schedule, std::max(begin, from), horizon);
      if (!run || *run < end) return run;
      // No local time before this run is due, so whatever changes until shortly before it does not
      // matter, once no change can bring back a local time before `from`.
      const SysMinute next_from = *run - kFurthestApart;
      if (next_from > end && end > from + kFurthestApart) {
        from = next_from;
        begin = from - kSettled;
        seen.reset();
        continue;
      }
    }
    seen = stretch.seen_by(end);
    begin = end;
  }
  return std::nullopt;
}

std::optional<sys_seconds> last_until(const Schedule& schedule, sys_seconds until, seconds within,
                                      const TimeZone& zone) {
  // Back in doubling steps to where a run lies between, then halving.
  const auto run_after = [&](sys_seconds from) -> std::optional<sys_seconds> {
    const auto next = next_after(schedule, from, zone);
    return next && *next <= until ? next : std::nullopt;
  };
  seconds back = minutes(1);
  std::optional<sys_seconds> found = run_after(until - back);
  while (!found && back < within) {
    back = std::min(back * 2, within);
    found = run_after(until - back);
  }
  if (!found) return std::nullopt;
  sys_seconds low = *found;  // a run; `high` has none after it
  sys_seconds high = until;
  while (low < high) {
    const sys_seconds middle = low + (high - low) / 2;
    if (const auto next = run_after(middle)) {
      low = *next;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace leader_cron
