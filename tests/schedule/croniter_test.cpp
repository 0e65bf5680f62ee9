// A second opinion: Debian's python3-croniter on the same schedules. Where it differs, the table
// says who is right about Debian's cron, and why; a difference that the table does not hold is a
// failure, and so is one that has gone.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "cron/next_run.h"
#include "cron/schedule.h"

namespace {

using leader_cron::next_after;
using leader_cron::parse_schedule;
using leader_cron::TimeZone;

constexpr long kStart = 1767225600;  // 2026-01-01 00:00 UTC, a Thursday

// Prints for each line its next five runs in UTC, or "refused".
constexpr const char* kScript = R"(
import sys
from datetime import datetime, timezone
from croniter import croniter
for line in sys.stdin:
    try:
        runs = croniter(line.rstrip("\n"), datetime.fromtimestamp(%d, timezone.utc))
        print(" ".join(str(int(runs.get_next(float))) for _ in range(5)))
    except Exception:
        print("refused")
)";

const std::vector<const char*> kSchedules = {"17 3 * * *",
                                             "*/15 9-17 * * 1-5",
                                             "0 0 1 * *",
                                             "0 0 31 * *",
                                             "0 0 29 2 *",
                                             "0 0 1 * 1",
                                             "0 0 */2 * 1",
                                             "0 0 1 * */2",
                                             "0 0 1,* * 1",
                                             "0 0 *,1 * 1",
                                             "0 0 */31 * 1",
                                             "0 0 * * 7",
                                             "0 0 * * 0-7",
                                             "0 0 * * 5-7",
                                             "0 0 * * 1-7/2",
                                             "0 0 * * sun-tue",
                                             "0 0 * * mon-fri/2",
                                             "0 0 1 jan-jun/2 *",
                                             "0 0 * JAN,oct-dec *",
                                             "010 08 * * *",
                                             "*/7 * * * *",
                                             "*/20,5 * * * *",
                                             "0-59/10 0-0 * * *",
                                             "5-5 * * * *",
                                             "59 23 31 12 *",
                                             "0 12 28-31 * *",
                                             "0 0 13 * fri",
                                             "0 0 13 * */5",
                                             "0 0 30 2 1",
                                             "0 0 31 4 fri",
                                             "* * * * *",
                                             "0 */5 * * *",
                                             "0 0 */10 * *",
                                             "0 0 1-31/10 * *",
                                             "1-59/58 * * * *",
                                             "@hourly",
                                             "@daily",
                                             "@midnight",
                                             "@weekly",
                                             "@monthly",
                                             "@yearly",
                                             "@annually",
                                             "0 0 29 2 */2",
                                             "30 4 1,15 * 5",
                                             "0 22 * * 1-5",
                                             "23 0-20/2 * * *",
                                             "5 4 * * sun",
                                             "0 0,12 1 */2 *",
                                             "0 4 8-14 * *",
                                             "15 10 ? * *",
                                             "0 0 L * *",
                                             "0 0 * * 5#2",
                                             "*/0 * * * *",
                                             "0 0 * * 6-1"};

constexpr const char* kStarSteps =
    "cron: a day field that begins with * is unrestricted for the rule of the two fields, steps "
    "and all, so both must "
    "match; croniter takes either";
constexpr const char* kImpossible =
    "cron: an impossible date beside a day of week runs on that day of week; croniter finds no run";

const std::map<std::string, const char*> kDisagreements = {
    {"0 0 */2 * 1", kStarSteps},
    {"0 0 1 * */2", kStarSteps},
    {"0 0 13 * */5", kStarSteps},
    {"0 0 29 2 */2", kStarSteps},
    {"0 0 1,* * 1",
     "cron: 1,* does not begin with *, so either field suffices, and every day does; croniter "
     "drops it as *"},
    {"0 0 */31 * 1",
     "we refuse a step past the end of its range; croniter takes it, and either day field"},
    {"0 0 30 2 1", kImpossible},
    {"0 0 31 4 fri", kImpossible},
    {"0 0 L * *", "L is Quartz's; Debian's cron refuses it"},
    {"0 0 * * 5#2", "# is Quartz's; Debian's cron reads 5 and ignores the rest, so we refuse it"},
};

std::string our_runs(const char* text) {
  const auto parsed = parse_schedule(text);
  if (!parsed.schedule) return "refused";
  std::string runs;
  std::chrono::sys_seconds at{std::chrono::seconds(kStart)};
  for (int i = 0; i < 5; ++i) {
    const auto next = next_after(*parsed.schedule, at, TimeZone::utc());
    if (!next) break;
    at = *next;
    runs += fmt::format("{}{}", i == 0 ? "" : " ", at.time_since_epoch().count());
  }
  return runs;
}

std::vector<std::string> lines_of(const std::string& command) {
  std::vector<std::string> lines;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return lines;
  char buffer[4096];
  while (fgets(buffer, sizeof buffer, pipe) != nullptr) {
    std::string line = buffer;
    while (line.ends_with('\n')) line.pop_back();
    lines.push_back(line);
  }
  pclose(pipe);
  return lines;
}

TEST(Croniter, AgreesButForWhatTheTableExplains) {
  if (system("/usr/bin/python3 -c 'import croniter' 2>/dev/null") != 0) {
    GTEST_SKIP() << "python3-croniter is not installed";
  }
  char folder[] = "/tmp/leader-cron-croniter.XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string script = fmt::format("{}/script", folder);
  const std::string schedules = fmt::format("{}/schedules", folder);
  std::string text = kScript;
  text.replace(text.find("%d"), 2, std::to_string(kStart));
  std::ofstream(script) << text;
  {
    std::ofstream file(schedules);
    for (const char* schedule : kSchedules) file << schedule << "\n";
  }
  const auto theirs = lines_of(fmt::format("/usr/bin/python3 {} < {}", script, schedules));
  unlink(script.c_str());
  unlink(schedules.c_str());
  rmdir(folder);

  ASSERT_EQ(theirs.size(), kSchedules.size());
  for (std::size_t i = 0; i < theirs.size(); ++i) {
    const auto explained = kDisagreements.find(kSchedules[i]);
    if (explained == kDisagreements.end()) {
      EXPECT_EQ(our_runs(kSchedules[i]), theirs[i]) << kSchedules[i];
    } else {
      EXPECT_NE(our_runs(kSchedules[i]), theirs[i])
          << kSchedules[i] << ": no longer so: " << explained->second;
    }
  }
}

}  // namespace
