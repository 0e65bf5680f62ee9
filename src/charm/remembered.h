// What a hook that left nothing to do remembers, so that the next one can see that nothing has
// changed without reading, parsing or rendering anything. Taking the look is for
// commands/unchanged.h.
#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "charm/leadership.h"

namespace leader_cron {

struct Remembered {
  LeadershipOptions options;  // as the configuration has them
  // Of the installed jobs, where the files of the machine's users do not tell of all of them.
  std::set<std::string> users;
  // Names in the folders of jobs' files and of users' runs, sorted.
  std::vector<std::string> job_files;
  std::vector<std::string> run_folders;
  std::vector<std::string> runs;  // USER/JOB: where the records that matter are
  // From then on time alone makes another decision; nothing: never.
  std::optional<std::chrono::sys_seconds> until;
  std::string sight;  // the digest of all that the hook's decision rested on

  bool operator==(const Remembered&) const = default;
};

std::string remembered_as_text(const Remembered& remembered);

// Nothing where the text is none that remembered_as_text() gave, whole.
std::optional<Remembered> remembered_in(std::string_view text);

}  // namespace leader_cron
