// Records of runs as people read them, and as programs do.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cron/time_zone.h"
#include "run/columns.h"
#include "run/record.h"

namespace leader_cron {

struct JobRecord {
  std::string job;
  Record record;
};

// One run a line: when it started by the zone's clock, the job, how long it took, how it went, what
// it took, its last line of output.
std::string history_as_text(std::span<const JobRecord> records, const TimeZone& zone, bool color);

// A list of what record_line() writes, with "job" before it.
std::string history_as_json(std::span<const JobRecord> records);

// One of them, with the end of its output.
std::string report_as_json(const JobRecord& record, std::string_view output);

struct Report {
  Record record;
  std::string output;
};
// What report_as_json() wrote; nothing where it is something else.
std::optional<Report> parse_report(std::string_view json);

// A record as flat keys and values, keys of lowercase letters and hyphens.
std::vector<std::pair<std::string, std::string>> record_as_pairs(const Record& record,
                                                                 const TimeZone& zone);

// "success", "failure: exit 2", "skipped: not the leader", and how to show it.
Cell result_cell(const Record& record);

// "1.2 s", "3 min 4 s", "2 h 5 min": for people.
std::string show_time_taken(std::chrono::milliseconds time);

}  // namespace leader_cron
