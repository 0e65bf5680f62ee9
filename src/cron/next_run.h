// When a schedule comes up next: the minutes in which Debian's cron (3.0pl1-162), running all the
// time, starts the job. What a schedule is, is for schedule.h; whether the job may run on this unit
// then, and @reboot, are left to others.
//
// Cron counts minutes of local time. It wakes in the first second of each minute, reads the offset
// from UTC anew, and compares the local minute with the last one it has dealt with (cron.c, main
// loop). Where the offset has changed by
//   +5 to +179 minutes   jobs that follow the clock (minute or hour begins with '*') run if the new
//                        minute is theirs; all others run at once, in this minute, if it or a
//                        skipped one is theirs;
//   +1 to +4 minutes     all jobs of the skipped minutes and of the new one run at once;
//   -2 to -180 minutes   only jobs that follow the clock run, those of the repeated minutes again,
//                        until local time is past where it was;
//   -1 minute            nothing runs in the repeated minute;
//   more, either way     nothing is caught up, nothing is held back.
//
// Left out, because they depend on more than the schedule and the zone: cron runs nothing in the
// minute in which it is started, and one started after a change of offset neither catches up nor
// holds back; a cron that was kept from running catches up by the same rules; while it catches up
// it waits 10 s after each minute that had jobs, so where more than five minutes have some (of any
// crontab) the rest comes a minute or more later; builds before 3.0pl1-152 (Debian 11, Ubuntu
// 22.04) see a change of offset only once the daylight saving flag changes too, or at their start
// (Debian bug 1019716); and from 2038-01-19 03:14 local time on, cron takes the date for one of
// 1901 (find_jobs() multiplies minutes by 60 in an int), where we go on as it should.
#pragma once

#include <chrono>
#include <optional>

#include "cron/schedule.h"
#include "cron/time_zone.h"

namespace leader_cron {

// How far ahead next_after() looks. The longest wait that the calendar alone can cause is 40 years:
// for 29 February on some day of the week, when a year like 2100 leaves it out.
constexpr std::chrono::years kNextRunHorizon{100};

// The first instant later than `after` at which the job starts, a whole minute of UTC. Nothing for
// @reboot, for what does not come within the horizon (a job that follows the clock may have all its
// minutes in an hour that is always skipped), and if `after` is not of the years 1 to 9999.
std::optional<std::chrono::sys_seconds> next_after(const Schedule& schedule,
                                                   std::chrono::sys_seconds after,
                                                   const TimeZone& zone);

// The newest instant up to and including `until` at which the job starts, a whole minute of UTC:
// the time for which cron started a job that runs then. Nothing where next_after() would find none,
// or the last one was more than `within` ago.
std::optional<std::chrono::sys_seconds> last_until(const Schedule& schedule,
                                                   std::chrono::sys_seconds until,
                                                   std::chrono::seconds within,
                                                   const TimeZone& zone);

}  // namespace leader_cron
