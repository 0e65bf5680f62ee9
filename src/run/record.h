// What is remembered of one run, and its form on disk: one line of JSON. Where the lines are kept
// is for system/run_folder.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leader_cron {

using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

// What started a run: the crontab's line, a person (the action run-job, a shell on the unit), or a
// hook that found that its slot was missed.
enum class Trigger { schedule, hand, catch_up };

// Why a run is lost whose end nobody saw.
inline constexpr const char* kSupervisorKilled = "its supervisor was killed";

// Of a job, over all its runs on this unit, also those whose records are no longer kept. Skipped
// ones are not runs.
struct RunTotals {
  std::uint64_t runs = 0;
  std::uint64_t failures = 0;
  std::optional<Instant> last_success;  // its end

  bool operator==(const RunTotals&) const = default;
};

struct Record {
  enum class Result {
    success,  // exit status 0
    failure,  // another one, or a signal
    timeout,
    skipped,  // it may not run here or now: `reason`
    error,    // it could not be started: `reason`
    lost,     // nobody saw its end: `reason`
    missed,   // nobody started it when it was due, and it is not caught up: `reason`
  };

  Result result = Result::success;
  Trigger trigger = Trigger::schedule;
  // The time of the schedule that it was started for; nothing where a person did.
  std::optional<std::chrono::sys_seconds> slot;
  Instant start;
  std::optional<Instant> end;      // nothing: not known
  std::optional<int> exit_status;  // of the supervisor: the command's own, 124 to 127, 128 + signal
  std::optional<int> signal;       // that ended the command
  std::string reason;
  std::chrono::milliseconds cpu{0};   // user and system, of all its processes
  std::uint64_t peak_memory_kib = 0;  // of its largest process
  std::uint64_t output_bytes = 0;
  std::string last_line;  // of output, cut
  RunTotals totals;       // this run included

  bool operator==(const Record&) const = default;
};

// success, failure, timeout, skipped, error, lost, missed.
std::string_view word_of(Record::Result result);

inline bool is_run(const Record& record) {
  return record.result != Record::Result::skipped && record.result != Record::Result::missed;
}
inline bool is_failure(const Record& record) {
  return is_run(record) && record.result != Record::Result::success;
}

// `totals` as they are after `record`.
RunTotals after(RunTotals totals, const Record& record);

// "cron", "hand", "catch-up": what started it, for people.
std::string_view word_of(Trigger trigger);

// "2026-11-24T03:17:01.004Z"
std::string utc_text(Instant instant);

// JSON with a newline; keys are words with hyphens, times are UTC, what is not known is left out.
std::string record_line(const Record& record);

// Nothing where the line is not what record_line() wrote: cut off by a full disk, say.
std::optional<Record> parse_record(std::string_view line);

// "exit 2", "signal 9", "timed out", "not the leader": how it went, for people; "ok" for success.
std::string outcome_of(const Record& record);

}  // namespace leader_cron
