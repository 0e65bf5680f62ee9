#include "run/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run/admission.h"

namespace leader_cron {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr std::chrono::sys_seconds kStart{seconds(1'795'490'221)};

std::vector<JobRecord> two_records() {
  Record well;
  well.start = kStart;
  well.end = kStart + milliseconds(83'000);
  well.cpu = milliseconds(2500);
  well.peak_memory_kib = 20'480;
  well.last_line = "3 purged";
  Record skipped;
  skipped.result = Record::Result::skipped;
  skipped.trigger = Trigger::hand;
  skipped.start = skipped.end.emplace(kStart + seconds(60));
  skipped.reason = "the run before it goes on";
  return {{"clearsessions", well}, {"report", skipped}};
}

TEST(History, IsATableForPeople) {
  EXPECT_EQ(history_as_text(two_records(), TimeZone::utc(), false),
            "START                       JOB            BY    TOOK        RESULT                   "
            "       "
            "    CPU    MEMORY  LAST LINE\n"
            "2026-11-24 03:17:01 +00:00  clearsessions  cron  1 min 23 s  success                  "
            "       "
            "    2.5 s  20 MiB  3 purged\n"
            "2026-11-24 03:18:01 +00:00  report         hand              skipped: the run before "
            "it goes "
            "on\n");
  EXPECT_EQ(history_as_text({}, TimeZone::utc(), false), "no run is on record\n");
}

TEST(History, HasColorsWhereTheyAreWanted) {
  EXPECT_THAT(history_as_text(two_records(), TimeZone::utc(), true),
              HasSubstr("\033[32msuccess\033[0m"));
  EXPECT_THAT(history_as_text(two_records(), TimeZone::utc(), false), Not(HasSubstr("\033")));
}

TEST(History, IsAListOfRecordsForPrograms) {
  EXPECT_EQ(history_as_json({}), "[]\n");
  EXPECT_THAT(history_as_json(two_records()),
              HasSubstr("\n{\"job\":\"report\",\"result\":\"skipped\","));
}

TEST(History, AReportCarriesTheOutput) {
  const JobRecord record = two_records()[0];
  const auto report = parse_report(report_as_json(record, "a \"quote\"\nand \xff\n"));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->record, record.record);
  EXPECT_EQ(report->output, "a \"quote\"\nand \xef\xbf\xbd\n");
  EXPECT_FALSE(parse_report(record_line(record.record)));
  EXPECT_FALSE(parse_report("no such job"));
}

TEST(History, ShowsTimesInUnitsThatFit) {
  EXPECT_EQ(show_time_taken(milliseconds(999)), "999 ms");
  EXPECT_EQ(show_time_taken(milliseconds(1250)), "1.2 s");
  EXPECT_EQ(show_time_taken(seconds(185)), "3 min 5 s");
  EXPECT_EQ(show_time_taken(seconds(7500)), "2 h 5 min");
  EXPECT_EQ(show_time_taken(milliseconds(-5)), "0 ms");
}

TEST(Admission, OnlyAJobForTheLeaderAsksWhoLeads) {
  const ClockReading now{"boot", seconds(1000)};
  const Stamp fresh{{"boot", seconds(900)}, Ttl(15)};
  const LeadershipFiles leader{true, text_of(fresh), Ttl(15), now};
  LeadershipFiles cut_off = leader;
  cut_off.now.since_boot = seconds(900 + 15 * 60 + 1);
  const LeadershipFiles rebooted{true, std::nullopt, Ttl(15), now};
  const LeadershipFiles for_ever{true, std::nullopt, kNeverExpires, now};
  Job job;
  EXPECT_EQ(refusal(job, leader, false), "");
  EXPECT_EQ(refusal(job, {false, leader.stamp, Ttl(15), now}, false), "not the leader");
  EXPECT_EQ(refusal(job, {std::nullopt, leader.stamp, Ttl(15), now}, false),
            "no crontab says whether this unit leads");
  EXPECT_THAT(refusal(job, cut_off, false), HasSubstr("leadership-ttl is 15m"));
  EXPECT_EQ(refusal(job, rebooted, false),
            "leadership was not confirmed since this machine started");
  EXPECT_EQ(refusal(job, for_ever, false), "");
  EXPECT_EQ(refusal(job, cut_off, true), "");
  job.run_on = RunOn::all;
  EXPECT_EQ(refusal(job, {false, std::nullopt, std::nullopt, now}, false), "");
}

}  // namespace
}  // namespace leader_cron
