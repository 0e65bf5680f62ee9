// A crontab schedule: its text read as Debian's cron (Vixie 3.0pl1 with Debian's patches) reads it,
// but strictly, and written back in the one form that Debian's cron, cronie and systemd-cron read
// alike. When a job next runs and whether it may run here is not known in this file.
//
// Accepted, by example:
//   17 3 * * *        minute, hour, day of month, month, day of week; white space between them as
//   you like
//   */15 9-17 * * 1-5 a star, a range, a step on either; lists: 0,30 or 1-5,10-20/2
//   0 0 1 jan-mar *   names of months and of days, three letters, any case
//   0 0 * * 7         0 and 7 are both Sunday
//   @hourly @daily @midnight @weekly @monthly @yearly @annually
//   @reboot           once when cron starts; see Schedule::reboot
//
// Refused, though cron takes it without a word: what cron reads only in part (5;10, 12:00), ranges
// that run backwards (22-2), a step past the end of its range (*/200), a date that never comes (30
// February).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leader_cron {

// When a job is due. Bit n of a field's mask stands for the value n; Sunday is 0.
struct Schedule {
  std::uint64_t minutes = 0;   // 0-59
  std::uint32_t hours = 0;     // 0-23
  std::uint32_t days = 0;      // 1-31
  std::uint32_t months = 0;    // 1-12
  std::uint32_t weekdays = 0;  // 0-6
  // Whether the field begins with '*', steps included (the star bits of cron's load_entry). A job
  // whose day of month or day of week begins with a star needs both to match, any other job either
  // of them. A job whose minute or hour does is a "wildcard" job that follows the clock when
  // daylight saving changes it.
  bool minute_star = false;
  bool hour_star = false;
  bool day_star = false;
  bool weekday_star = false;
  // @reboot: no minute is ever due; the job runs once when cron starts, whoever is leader then.
  bool reboot = false;
  // The five fields (or @reboot) as they stand in the crontab: numbers only, ascending, no 7 for
  // Sunday.
  std::string text;

  bool operator==(const Schedule&) const = default;
};

// A mistake in a schedule. `offset` counts bytes from the start of the text to where the mistake
// stands.
struct ScheduleProblem {
  std::size_t offset = 0;
  std::string what;
  // What to write instead: the closest whole schedule that is accepted; empty: nothing comes close.
  std::string instead;

  bool operator==(const ScheduleProblem&) const = default;
};

// Either a schedule or at least one problem; every field is checked, so all mistakes are told at
// once.
struct ParsedSchedule {
  std::optional<Schedule> schedule;
  std::vector<ScheduleProblem> problems;
};

ParsedSchedule parse_schedule(std::string_view text);

}  // namespace leader_cron
