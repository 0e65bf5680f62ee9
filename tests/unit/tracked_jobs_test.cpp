#include "charm/tracked_jobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "cron/civil_time.h"
#include "jobs/job_file.h"
#include "run/admission.h"

namespace leader_cron {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using Result = Record::Result;

sys_seconds at(std::string_view text) {
  return parse_instant("2026-11-" + std::string(text) + "Z", TimeZone::utc()).value();
}

// A job of this schedule, with more keys behind it.
Job job(const std::string& schedule, const std::string& more = "") {
  const JobFile file =
      read_job_file("- {name: a, schedule: '" + schedule + "', command: x" + more + "}\n");
  EXPECT_THAT(file.problems, IsEmpty()) << schedule << more;
  return file.jobs.at(0);
}

std::vector<CatchUpJob> tracked(const Job& job) {
  return tracked_jobs(std::vector<Job>{job});
}

TEST(TrackedJobs, AJobWithCatchUpIsTrackedHoweverOftenItIsDue) {
  for (const char* schedule : {"* * * * *", "17 3 * * *", "0 0 29 2 *"}) {
    const Job each = job(schedule, ", catch-up: true");
    EXPECT_THAT(tracked(each),
                ElementsAre(CatchUpJob{"a", each.schedule, std::nullopt, RunOn::leader}))
        << schedule;
  }
  const Job everywhere = job("17 3 * * *", ", catch-up: true, catch-up-window: 2h, run-on: all");
  EXPECT_THAT(tracked(everywhere),
              ElementsAre(CatchUpJob{"a", everywhere.schedule, hours(2), RunOn::all}));
}

// Its window is nothing, so no slot of it is ever run late.
TEST(TrackedJobs, OneWithoutItIsTrackedIfItIsTheLeadersAndSeldomDue) {
  struct Case {
    const char* schedule;
    bool seldom;
  };
  for (const Case& each :
       {Case{"0 * * * *", true}, Case{"17 3 * * *", true}, Case{"0 0 1 1 *", true},
        Case{"0,59 * * * *", false}, Case{"*/30 * * * *", false}, Case{"0,30 3 * * *", false},
        Case{"* * * * *", false}, Case{"0 3 29 2 *", true}}) {
    const Job plain = job(each.schedule);
    if (each.seldom) {
      EXPECT_THAT(tracked(plain),
                  ElementsAre(CatchUpJob{"a", plain.schedule, seconds(0), RunOn::leader}))
          << each.schedule;
    } else {
      EXPECT_THAT(tracked(plain), IsEmpty()) << each.schedule;
    }
    EXPECT_THAT(tracked(job(each.schedule, ", run-on: all")), IsEmpty()) << each.schedule;
  }
}

TEST(TrackedJobs, DisabledOnesAndThoseOfABootAreNot) {
  EXPECT_THAT(tracked(job("17 3 * * *", ", enabled: false")), IsEmpty());
  EXPECT_THAT(tracked(job("17 3 * * *", ", enabled: false, catch-up: true")), IsEmpty());
  EXPECT_THAT(tracked(job("@reboot", ", run-on: all")), IsEmpty());
  Job boot = job("@reboot", ", run-on: all");
  boot.catch_up = true;  // which a job file cannot say
  EXPECT_THAT(tracked(boot), IsEmpty());
}

std::vector<std::string> names_of(const std::vector<CatchUpJob>& tracked) {
  std::vector<std::string> names;
  names.reserve(tracked.size());
  for (const CatchUpJob& each : tracked) names.push_back(each.name);
  return names;
}

TEST(TrackedJobs, ThoseWithCatchUpComeFirstInTheOrderOfTheJobFile) {
  std::vector<Job> jobs = {job("17 3 * * *"), job("* * * * *"), job("@daily", ", catch-up: true"),
                           job("17 4 * * *"), job("@daily", ", catch-up: true")};
  for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].name = std::string(1, "zybxa"[i]);
  EXPECT_THAT(names_of(tracked_jobs(jobs)), ElementsAre("b", "a", "z", "x"));
}

TEST(TrackedJobs, SoManyOfTheLeadersAsMarksArePublished) {
  std::vector<Job> jobs;
  jobs.resize(kMostMarks + 5, job("17 3 * * *"));
  jobs.resize(2 * kMostMarks, job("17 3 * * *", ", run-on: all, catch-up: true"));
  jobs.push_back(job("17 4 * * *", ", catch-up: true"));
  for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].name = std::to_string(i);
  const auto names = names_of(tracked_jobs(jobs));
  EXPECT_EQ(names.size(), kMostMarks + kMostMarks - 5);
  EXPECT_EQ(names[kMostMarks - 5], std::to_string(jobs.size() - 1)) << "before those only told";
  EXPECT_EQ(names.back(), std::to_string(kMostMarks - 2));
}

Record record(Result result, std::optional<sys_seconds> slot, const std::string& reason = "") {
  Record record;
  record.result = result;
  record.slot = slot;
  record.reason = reason;
  return record;
}

struct DealtWith {
  Result result;
  std::string reason;
  bool safe;
  bool immediate;
};

class NewestSlot : public testing::TestWithParam<DealtWith> {};

TEST_P(NewestSlot, IsOfARecordThatDealsWithIt) {
  const DealtWith& each = GetParam();
  const std::vector<Record> records = {record(Result::success, at("23T03:17")),
                                       record(each.result, at("24T03:17"), each.reason)};
  SCOPED_TRACE(std::string(word_of(each.result)) + " " + each.reason);
  EXPECT_EQ(newest_slot(records, Handover::safe), each.safe ? at("24T03:17") : at("23T03:17"));
  EXPECT_EQ(newest_slot(records, Handover::immediate),
            each.immediate ? at("24T03:17") : at("23T03:17"));
}

// Where it counts when it is started, it is dealt with though nobody saw its end.
INSTANTIATE_TEST_SUITE_P(
    Table, NewestSlot,
    testing::Values(DealtWith{Result::success, "", true, true},
                    DealtWith{Result::failure, "", true, true},
                    DealtWith{Result::timeout, "", true, true},
                    DealtWith{Result::error, "no such folder", true, true},
                    DealtWith{Result::missed, "due at 03:17", true, true},
                    DealtWith{Result::lost, "its supervisor was killed", true, false},
                    DealtWith{Result::skipped, kOverlap, true, true},
                    DealtWith{Result::skipped, "not the leader", false, false},
                    DealtWith{Result::skipped, "what is left of the run before it goes on", false,
                              false}));

TEST(NewestSlot, IsTheNewestWhateverTheOrder) {
  const std::vector<Record> records = {record(Result::success, at("23T03:17")),
                                       record(Result::success, at("24T03:17")),
                                       record(Result::failure, at("22T03:17"))};
  EXPECT_EQ(newest_slot(records, Handover::safe), at("24T03:17"));
}

TEST(NewestSlot, IsNothingWhereNoneIsKnown) {
  for (const Handover handover : {Handover::safe, Handover::immediate}) {
    EXPECT_EQ(newest_slot({}, handover), std::nullopt);
    EXPECT_EQ(newest_slot(std::vector<Record>{record(Result::success, std::nullopt),
                                              record(Result::skipped, at("24T03:17"), "later")},
                          handover),
              std::nullopt)
        << "a person started the one, the other did not start";
  }
}

std::optional<sys_seconds> look(const std::vector<std::string>& schedules, std::string_view now) {
  std::vector<CatchUpJob> jobs;
  jobs.reserve(schedules.size());
  for (const std::string& schedule : schedules)
    jobs.push_back({"a", parse_schedule(schedule).schedule.value(), std::nullopt, RunOn::leader});
  return next_look(jobs, at(now), TimeZone::utc());
}

struct Look {
  std::vector<std::string> schedules;
  std::string now;
  std::string next;
};

class NextLook : public testing::TestWithParam<Look> {};

TEST_P(NextLook, IsWhenCronHadItsTurn) {
  EXPECT_EQ(look(GetParam().schedules, GetParam().now), at(GetParam().next)) << GetParam().now;
}

INSTANTIATE_TEST_SUITE_P(
    Table, NextLook,
    testing::Values(Look{{"17 3 * * *"}, "24T02:00", "24T03:20"},
                    Look{{"17 3 * * *"}, "24T03:17", "24T03:20"},
                    Look{{"17 3 * * *"}, "24T03:19:59", "24T03:20"},
                    Look{{"17 3 * * *"}, "24T03:20", "25T03:20"},
                    Look{{"* * * * *"}, "24T03:17", "24T03:18"},
                    Look{{"17 3 * * *", "0 3 * * *", "@reboot"}, "24T02:00", "24T03:03"},
                    Look{{"17 3 * * *", "@reboot", "0 3 * * *"}, "24T03:03", "24T03:20"}));

TEST(NextLook, IsNeverWhereNothingIsDue) {
  EXPECT_EQ(look({}, "24T02:00"), std::nullopt);
  EXPECT_EQ(look({"@reboot"}, "24T02:00"), std::nullopt);
}

// What it is for: at that moment, and not before, catch_up() sees the slot.
TEST(NextLook, FindsTheSlotThatWasMissed) {
  CatchUpFacts facts;
  facts.jobs = {{"a", parse_schedule("17 3 * * *").schedule.value(), std::nullopt, RunOn::leader}};
  facts.active = true;
  facts.now = next_look(facts.jobs, at("24T02:00"), TimeZone::utc()).value();
  facts.published = {{"a", schedule_id(facts.jobs[0]), at("23T03:17")}};
  EXPECT_THAT(catch_up(facts).run, ElementsAre(MissedSlot{"a", at("24T03:17")}));
  facts.now -= kCronsTurn;
  EXPECT_THAT(catch_up(facts).run, IsEmpty());
}

}  // namespace
}  // namespace leader_cron
