// The text of the file that holds one user's jobs: a line of JSON for each, sorted by name in byte
// order, so that one job is found without reading the others. The JSON in it is for stored_job.h;
// here a line is looked at only as far as it takes to know whose it is.
//
//   {"since":1795500000,"name":"clearsessions","schedule":"17 3 * * *",...}
//
// A file belongs to the jobs' user, who can write to it: nothing here trusts the text.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leader_cron {

// All refer to the text that they were found in.
struct JobLine {
  std::string_view name;
  std::chrono::sys_seconds since;  // its job has had this text, in this file, since then
  std::string_view body;           // `"name":...}`, see stored_job.h; without the newline

  bool operator==(const JobLine&) const = default;
};

// No line of ours is longer before its name ends: enough of a line for job_line_in() to find that.
inline constexpr std::size_t kJobLineHead = 128;

// Nothing where the line does not begin as ours do. Of a line cut short after its name, the body is
// cut short, too.
std::optional<JobLine> job_line_in(std::string_view line);

// With its newline.
void add_line(std::string& text, const JobLine& line);

// The lines of a file, those left out that are none of ours. Refers to the text.
class JobLines {
 public:
  explicit JobLines(std::string_view text);

  // Null where there is none.
  const JobLine* find(std::string_view name) const;

  // By name, each name once.
  const std::vector<JobLine>& all() const { return lines_; }

 private:
  std::vector<JobLine> lines_;
};

}  // namespace leader_cron
