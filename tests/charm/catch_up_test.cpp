// A slot that nobody ran, on the stand-in: who runs it afterwards, how often, and what is said
// where it is not run. The binary reads the machine's own clock, so instead of time that passes,
// what the fleet remembers of a job is made older.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <time.h>

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "charm_fixture.h"
#include "leadership_fixture.h"

namespace charm_test {
namespace {

using standin::Fleet;
using standin::Mode;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kState = "var/lib/django-app-maintenance";
constexpr const char* kProgram = "usr/local/bin/django-app-maintenance";

// The last time that a job is due in these tests; cron's turn is over, the next time is not near.
constexpr minutes kDueAgo{40};
// Further back than a daily job's one slot.
constexpr minutes kGap{120};

std::chrono::sys_time<minutes> due() {
  static const auto at = std::chrono::floor<minutes>(std::chrono::system_clock::now()) - kDueAgo;
  return at;
}

// Of a crontab, in the machine's zone: once a day, once an hour.
std::string daily() {
  const time_t at = std::chrono::system_clock::to_time_t(due());
  tm local{};
  localtime_r(&at, &local);
  return fmt::format("{} {} * * *", local.tm_min, local.tm_hour);
}

std::string hourly() {
  return daily().substr(0, daily().find(' ')) + " * * * *";
}

std::string slot_text(std::chrono::sys_time<minutes> slot) {
  const time_t at = std::chrono::system_clock::to_time_t(slot);
  tm utc{};
  gmtime_r(&at, &utc);
  return fmt::format("{}-{:02}-{:02}T{:02}:{:02}:00", 1900 + utc.tm_year, 1 + utc.tm_mon,
                     utc.tm_mday, utc.tm_hour, utc.tm_min);
}

// "job:schedule:minutes since 1970", any number of them.
std::string older(const std::string& marks, minutes by) {
  std::istringstream words(marks);
  std::string text;
  for (std::string word; words >> word;) {
    const std::size_t last = word.rfind(':') + 1;
    text += (text.empty() ? "" : " ") + word.substr(0, last) +
            std::to_string(std::stoll(word.substr(last)) - by.count());
  }
  return text;
}

// As if all had been done that much earlier that has to do with slots; no unit is told.
void pass(Fleet& fleet, minutes by) {
  for (const std::string& unit : fleet.units()) {
    const fs::path path = fleet.root(unit) / kState / "marks";
    // It would hold until the next time that a job is due, which has passed.
    fs::remove(fleet.root(unit) / kState / "remembered");
    if (const std::string marks = read(path); !marks.empty())
      write(path, older(marks, by) + "\n", fs::perms(0600));
  }
  const auto data = fleet.application_data();
  if (const auto marks = data.find("marks"); marks != data.end())
    fleet.set_application_data({{"marks", older(marks->second, by)}});
}

// A record of a unit's, in few words: "catch-up success of 2026-11-24T03:17:00".
struct Past {
  std::string unit, trigger, result, slot;

  bool operator==(const Past&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const Past& run) {
    return out << run.unit << ": " << run.trigger << ' ' << run.result << " of " << run.slot;
  }
};

class CatchUp : public testing::TestWithParam<std::tuple<Mode, const char*>> {
 protected:
  std::string handover() const { return std::get<1>(GetParam()); }
  bool safe() const { return handover() == "safe"; }

  Fleet fleet(const std::string& jobs, int units = 3) const {
    standin::Options options =
        leadership_options(folder_.path(), handover(), std::get<0>(GetParam()));
    options.config["jobs"] = jobs;
    return deployed(options, units);
  }

  // Job `a`; `more` are lines of its own.
  static std::string job(const std::string& schedule, const std::string& more = "",
                         const std::string& command = "'true'") {
    return fmt::format("- name: a\n  schedule: '{}'\n  command: {}\n{}", schedule, command, more);
  }

  static std::vector<Past> runs_of(const Fleet& fleet, const std::string& unit) {
    std::istringstream lines(shell(fmt::format("exec '{}' history a --format json",
                                               (fleet.root(unit) / kProgram).string()),
                                   {{"LEADER_CRON_ROOT", fleet.root(unit)}})
                                 .out);
    std::vector<Past> runs;
    const auto json = nlohmann::json::parse(lines, nullptr, false);
    for (const auto& record : json) {
      runs.push_back({unit, record.value("trigger", ""), record.value("result", ""),
                      record.value("slot", "").substr(0, slot_text(due()).size())});
    }
    return runs;
  }

  static std::vector<Past> runs(const Fleet& fleet) {
    std::vector<Past> all;
    for (const std::string& unit : fleet.units()) {
      for (Past& run : runs_of(fleet, unit)) all.push_back(std::move(run));
    }
    return all;
  }

  // What hooks start is detached: the records once there are that many.
  static std::vector<Past> runs(const Fleet& fleet, std::size_t count) {
    constexpr int kTries = 500;
    for (int i = 0; i < kTries && runs(fleet).size() < count; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return runs(fleet);
  }

  // How often a hook has said so; each start of a run is said.
  static int said(const Fleet& fleet, const std::string& words) {
    int count = 0;
    for (const auto& line : fleet.log()) count += line.message.find(words) != std::string::npos;
    return count;
  }
  static int starts(const Fleet& fleet) { return said(fleet, "job a is run now for"); }

  // Nothing is due any more, whoever leads.
  static void expect_no_more(Fleet& fleet) {
    const auto before = runs(fleet);
    const int started = starts(fleet);
    for (const std::string& unit : fleet.units()) {
      fleet.update_status();
      fleet.settle();
      if (fleet.leader() != unit) fleet.elect(unit);
      fleet.settle();
    }
    EXPECT_EQ(starts(fleet), started);
    EXPECT_EQ(runs(fleet), before);
  }

  // The one that leads from now on; the other hears of it, or is cut off.
  static std::string fail_over(Fleet& fleet, bool cut_off) {
    const std::string first = fleet.leader().value();
    if (cut_off) {
      fleet.partition(first);
    } else {
      fleet.elect(fleet.units().front() == first ? fleet.units().back() : fleet.units().front());
    }
    fleet.settle();
    return fleet.leader().value();
  }

  TemporaryFolder folder_;
};

std::string name_of_case(const testing::TestParamInfo<std::tuple<Mode, const char*>>& info) {
  return fmt::format("{}_{}", std::get<0>(info.param) == Mode::juju_3_6 ? "v3_6" : "v4_0",
                     std::get<1>(info.param));
}

INSTANTIATE_TEST_SUITE_P(Juju, CatchUp,
                         testing::Combine(testing::Values(Mode::juju_3_6, Mode::juju_4_0),
                                          testing::Values("immediate", "safe")),
                         name_of_case);

TEST_P(CatchUp, ASlotThatFellIntoAFailOverIsRunOnceOnTheNewLeader) {
  Fleet fleet = this->fleet(job(daily(), "  catch-up: true\n"));
  ASSERT_THAT(runs(fleet), IsEmpty());
  pass(fleet, kGap);
  const std::string second = fail_over(fleet, false);
  EXPECT_THAT(runs(fleet, 1), ElementsAre(Past{second, "catch-up", "success", slot_text(due())}));
  EXPECT_EQ(starts(fleet), 1);
  EXPECT_EQ(what_is_wrong_with_crontabs(fleet), "");
  expect_no_more(fleet);
}

TEST_P(CatchUp, WithoutItTheSlotIsReportedAsLost) {
  Fleet fleet = this->fleet(job(daily()));
  pass(fleet, kGap);
  const std::string second = fail_over(fleet, false);
  const Past missed{second, "schedule", "missed", slot_text(due())};
  EXPECT_THAT(runs(fleet, 1), ElementsAre(missed));
  EXPECT_EQ(said(fleet, fmt::format("job a missed its run of {}Z", slot_text(due()))), 1);
  EXPECT_THAT(shell(fmt::format("exec '{}' history", (fleet.root(second) / kProgram).string()),
                    {{"LEADER_CRON_ROOT", fleet.root(second)}})
                  .out,
              HasSubstr("missed: due at " + slot_text(due())));
  EXPECT_EQ(starts(fleet), 0);
  expect_no_more(fleet);
}

TEST_P(CatchUp, WhatTheLeaderThatIsCutOffMayHaveRunIsRunOnceOnlyWhereThatIsPromised) {
  if (const auto reason = why_machine_is_too_young()) GTEST_SKIP() << *reason;
  Fleet fleet = this->fleet(job(daily(), "  catch-up: true\n"));
  const std::string first = fleet.leader().value();
  pass(fleet, kGap);
  const std::string second = fail_over(fleet, true);
  if (!safe()) {
    EXPECT_THAT(runs(fleet, 1), ElementsAre(Past{second, "catch-up", "success", slot_text(due())}));
  } else {
    // Its stamp lets it run whatever is due until now, the slot among it: at most once.
    EXPECT_THAT(runs(fleet), IsEmpty());
    age_stamp(fleet.root(first), kWait);
    age_read_back(fleet.root(second), kWait);
    fleet.update_status(second);
    fleet.settle();
    EXPECT_THAT(runs(fleet, 1), ElementsAre(Past{second, "schedule", "missed", slot_text(due())}));
    EXPECT_EQ(starts(fleet), 0);
  }
  fleet.heal(first);
  fleet.settle();
  expect_no_more(fleet);
}

TEST_P(CatchUp, ASlotThatTheOldLeaderRanIsNotRunAgain) {
  Fleet fleet = this->fleet(job(daily(), "  catch-up: true\n"));
  const std::string first = fleet.leader().value();
  // As cron does, late.
  const auto result =
      shell(fmt::format("exec '{}' run a", (fleet.root(first) / kProgram).string()),
            {{"LEADER_CRON_ROOT", fleet.root(first)}, {"IS_LEADER", "True"}, {"HOME", "/"}});
  ASSERT_EQ(result.status, 0) << result.err;
  const Past ran{first, "schedule", "success", slot_text(due())};
  ASSERT_THAT(runs(fleet), ElementsAre(ran));
  pass(fleet, kGap);
  // Immediate publishes in the hooks it runs anyway; safe hands over with its yield.
  if (!safe()) {
    fleet.update_status(first);
    fleet.settle();
  }
  fail_over(fleet, false);
  EXPECT_THAT(runs(fleet), ElementsAre(ran));
  EXPECT_EQ(starts(fleet), 0);
  expect_no_more(fleet);
}

TEST_P(CatchUp, OfSeveralSlotsTheNewestIsRunAndTheOthersAreLost) {
  Fleet fleet = this->fleet(job(hourly(), "  catch-up: true\n"));
  pass(fleet, 4 * kGap);
  const std::string second = fail_over(fleet, false);
  const auto got = runs(fleet, 2);
  EXPECT_THAT(got,
              testing::UnorderedElementsAre(
                  Past{second, "catch-up", "success", slot_text(due())},
                  Past{second, "schedule", "missed", slot_text(due() - std::chrono::hours(1))}));
  EXPECT_EQ(said(fleet, fmt::format("job a missed its runs from {}Z to {}Z",
                                    slot_text(due() - std::chrono::hours(7)),
                                    slot_text(due() - std::chrono::hours(1)))),
            1);
  expect_no_more(fleet);
}

TEST_P(CatchUp, ASlotThatIsOlderThanTheWindowIsOnlyLost) {
  Fleet fleet = this->fleet(job(daily(), "  catch-up: true\n  catch-up-window: 30m\n"));
  pass(fleet, kGap);
  const std::string second = fail_over(fleet, false);
  EXPECT_THAT(runs(fleet, 1), ElementsAre(Past{second, "schedule", "missed", slot_text(due())}));
  EXPECT_EQ(starts(fleet), 0);
  expect_no_more(fleet);
}

TEST_P(CatchUp, AfterARebootOfTheLeaderItsFirstHookRunsWhatWasMissed) {
  Fleet fleet = this->fleet(job(daily(), "  catch-up: true\n"));
  const std::string leader = fleet.leader().value();
  pass(fleet, kGap);
  fleet.reboot(leader);
  fleet.settle();
  EXPECT_THAT(runs(fleet, 1), ElementsAre(Past{leader, "catch-up", "success", slot_text(due())}));
  expect_no_more(fleet);
}

TEST_P(CatchUp, AJobOfAllUnitsIsCaughtUpOnEachThatMissedIt) {
  Fleet fleet = this->fleet(job(daily(), "  catch-up: true\n  run-on: all\n"), 2);
  pass(fleet, kGap);
  std::vector<Past> expected;
  for (const std::string& unit : fleet.units()) {
    expected.push_back({unit, "catch-up", "success", slot_text(due())});
    fleet.reboot(unit);
  }
  fleet.settle();
  EXPECT_EQ(runs(fleet, 2), expected);
  expect_no_more(fleet);
}

TEST_P(CatchUp, WhatTheOperatorChangesIsNoGap) {
  Fleet fleet = this->fleet("- {name: b, schedule: '@hourly', command: 'true', catch-up: true}\n");
  fleet.set_config({{"jobs", job(daily(), "  catch-up: true\n")}});  // was due 40 minutes ago
  fleet.settle();
  fail_over(fleet, false);
  EXPECT_EQ(starts(fleet), 0);
  pass(fleet, kGap);
  fleet.set_config({{"jobs", job(hourly(), "  catch-up: true\n")}});
  fleet.settle();
  fail_over(fleet, false);
  EXPECT_THAT(runs(fleet), IsEmpty());
  EXPECT_EQ(starts(fleet), 0);
  EXPECT_EQ(said(fleet, "missed"), 0);
}

TEST_P(CatchUp, TheHookDoesNotWaitForTheRunWhichHasTheJobsLock) {
  const std::string go = folder_.path() / "go";
  Fleet fleet = this->fleet(job(daily(), "  catch-up: true\n",
                                fmt::format("while [ ! -e {} ]; do sleep 0.02; done", go)));
  pass(fleet, kGap);
  const std::string second = fail_over(fleet, false);  // returns, though the run cannot end
  ASSERT_EQ(starts(fleet), 1);
  const fs::path root = fleet.root(second);
  const std::string by_hand = fmt::format("'{}' run a", (root / kProgram).string());
  const auto status = [&] {
    return shell(fmt::format("exec '{}' list", (root / kProgram).string()),
                 {{"LEADER_CRON_ROOT", root}})
        .out;
  };
  for (int i = 0; i < 500 && status().find("running") == std::string::npos; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_THAT(status(), HasSubstr("running"));
  EXPECT_EQ(shell("exec timeout 20 " + by_hand, {{"LEADER_CRON_ROOT", root}, {"HOME", "/"}}).status,
            0);
  EXPECT_THAT(runs(fleet), ElementsAre(Past{second, "hand", "skipped", ""}));
  write(go, "");
  EXPECT_THAT(runs(fleet, 2),
              testing::Contains(Past{second, "catch-up", "success", slot_text(due())}));
  expect_no_more(fleet);
}

// Both of its supervisors, as when everything of a hook's is killed: nobody records the run's end.
TEST_P(CatchUp, ARunThatLeftNoRecordIsRunAgainWhereItMustRunOnce) {
  const fs::path begun = folder_.path() / "begun";
  Fleet fleet = this->fleet(
      job(daily(), "  catch-up: true\n",
          fmt::format("'[ ! -e {0} ] || exit 0; echo $PPID > {0}; exec sleep 60'", begun.string())),
      1);
  pass(fleet, kGap);
  fleet.update_status();
  fleet.settle();
  for (int tries = 0; read(begun).empty() && tries < 500; ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const pid_t second = std::stoi(read(begun));
  std::string ignored;
  std::istringstream stat(read(fmt::format("/proc/{}/stat", second)));
  pid_t first = 0;
  stat >> ignored >> ignored >> ignored >> first;
  kill(first, SIGSTOP);
  kill(second, SIGKILL);
  kill(first, SIGKILL);
  for (int hook = 0; hook < 3; ++hook) {
    fleet.update_status();
    fleet.settle();
  }
  if (safe()) {
    EXPECT_EQ(starts(fleet), 1);
    shell(fmt::format("exec '{}' run a", (fleet.root("django-cron/0") / kProgram).string()),
          {{"LEADER_CRON_ROOT", fleet.root("django-cron/0")}, {"HOME", "/"}});
  } else {
    const auto all = runs(fleet, 2);
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0], (Past{"django-cron/0", "catch-up", "lost", slot_text(due())}));
    EXPECT_EQ(all[1], (Past{"django-cron/0", "catch-up", "success", slot_text(due())}));
    EXPECT_EQ(starts(fleet), 2);
    expect_no_more(fleet);
  }
}

TEST_P(CatchUp, ALeaderThatCannotReadTheRelationTakesNothingForMissed) {
  Fleet fleet = this->fleet(job(daily(), "  catch-up: true\n"));
  const std::string leader = fleet.leader().value();
  const auto published = fleet.application_data();
  // Its own file is what it knew when it led before.
  pass(fleet, kGap);
  fleet.set_application_data({{"marks", published.at("marks")}});
  fleet.set_fault(leader, "relation-get", standin::Fault{});
  fleet.update_status();
  fleet.settle();
  fleet.clear_faults();
  EXPECT_EQ(fleet.application_data().at("marks"), published.at("marks"));
  expect_no_more(fleet);
  EXPECT_EQ(starts(fleet) + said(fleet, "missed"), 0);
}

TEST_P(CatchUp, WhatCouldNotBePublishedIsPublishedByTheNextHook) {
  Fleet fleet = this->fleet(job(daily()));
  const std::string leader = fleet.leader().value();
  pass(fleet, kGap);
  const auto before = fleet.application_data().at("marks");
  fleet.set_fault(leader, "relation-set", standin::Fault{});
  fleet.update_status();
  fleet.settle();
  fleet.clear_faults();
  ASSERT_EQ(fleet.application_data().at("marks"), before);
  fleet.update_status();
  fleet.settle();
  EXPECT_EQ(fleet.application_data().at("marks") + "\n",
            read(fleet.root(leader) / kState / "marks"));
}

TEST_P(CatchUp, WhatItPublishesIsWrittenOnlyWhenItChanges) {
  Fleet fleet = this->fleet(job(daily(), "  catch-up: true\n"));
  const auto published = fleet.application_data();
  ASSERT_TRUE(published.contains("marks"));
  fleet.reset_counters();
  fleet.update_status();
  fleet.settle();
  for (const std::string& unit : fleet.units()) EXPECT_EQ(fleet.hooks_run(unit), 1u);
  EXPECT_EQ(fleet.application_data(), published);
}

}  // namespace
}  // namespace charm_test
