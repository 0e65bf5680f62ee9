// Schedules for property tests, as rapidcheck generators that shrink towards "* * * * *": a failure
// is reported as a batch of one small schedule. What the schedules mean is not known here.
#pragma once

#include <rapidcheck.h>

#include <cstddef>
#include <string>
#include <vector>

namespace schedule_generator {

using Batch = std::vector<std::string>;

// Schedules in every form that leader_cron::parse_schedule documents: lists, ranges, steps, names
// in any case, 0 and 7, leading zeros, blanks and tabs, @words, lists with a star in front or
// behind. Nearly all are accepted; some dates never come.
rc::Gen<std::string> well_formed();

// The same for a cron that must really run them, in February and March: most are due a few times a
// day.
rc::Gen<std::string> sparse();

// Schedules gone wrong: junk and single bytes of UTF-8 in them, numbers out of range or huge,
// ranges that run backwards, the dialects of Quartz, Jenkins and the clouds, fields too many or too
// few. Neither a NUL nor a line feed is in one, so each is one line of a crontab.
rc::Gen<std::string> odd();

// `count` of them; shrinks by leaving schedules out, then by making each one smaller.
rc::Gen<Batch> well_formed_batch(std::size_t count);
rc::Gen<Batch> sparse_batch(std::size_t count);
rc::Gen<Batch> odd_batch(std::size_t count);

}  // namespace schedule_generator
