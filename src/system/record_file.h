// The records of one job's runs on disk: a file of lines, appended to, the newest 1,000 kept. What
// a record says is for run/record.h.
//
// A line is written whole or not at all: what a full disk or a crash cut off is taken away by the
// next append, and readers pass over it. Writers exclude each other by flock(2) on the file.
// Readers may be root in a folder of another user's: they follow no link and wait for no pipe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "run/record.h"
#include "system/descriptor.h"

namespace leader_cron {

inline constexpr const char* kRecordFile = "records.jsonl";
inline constexpr std::size_t kRecordsKept = 1000;
// Much more than that many records of ours take; a reader takes no more of what a job's user put
// there.
inline constexpr std::size_t kLargestRecordFile = std::size_t{8} << 20;

// Adds a record, its totals filled in from those before it, and gives it as it was written. With
// `unless_there`, a record of a run that started at the same instant is not added again. Throws
// MachineError, with the file as it was before.
Record append_record(const Descriptor& folder, Record record, bool unless_there = false);

// Oldest first, the newest `most`; empty where there is no such folder or file. `folder` is a path.
std::vector<Record> read_records(const std::string& folder, std::size_t most = kRecordsKept);

// The newest record that is a run, not a skipped one.
std::optional<Record> read_last_run(const std::string& folder);

// At most the last `most` bytes of a file.
std::string read_end(const Descriptor& file, std::size_t most);

}  // namespace leader_cron
