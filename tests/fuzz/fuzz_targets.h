// What holds for every text that leader-cron reads, whatever is in it. The fuzzers look for a text
// that breaks it, corpus_test keeps the texts that once did.
#pragma once

#include <string>
#include <string_view>

namespace fuzz {

// What of the contract of cron/schedule.h this text breaks; empty: nothing.
std::string broken_by_schedule(std::string_view text);

// The same for jobs/job_file.h, and for what is done with what it gives: storing jobs, showing
// problems.
std::string broken_by_job_file(std::string_view text);

}  // namespace fuzz
