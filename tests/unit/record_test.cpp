#include "run/record.h"

#include <gtest/gtest.h>

namespace leader_cron {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;

// 2026-11-24T03:17:00Z
constexpr sys_seconds kSlot{seconds(1'795'490'220)};

Record a_record() {
  Record record;
  record.result = Record::Result::failure;
  record.slot = kSlot;
  record.start = kSlot + milliseconds(1004);
  record.end = kSlot + milliseconds(4100);
  record.exit_status = 130;
  record.signal = 2;
  record.cpu = milliseconds(1234);
  record.peak_memory_kib = 4096;
  record.output_bytes = 99;
  record.last_line = "say \"\xc3\xa4\" \\ ";
  record.totals = {7, 2, kSlot - seconds(60)};
  return record;
}

TEST(Record, IsOneLineOfJson) {
  EXPECT_EQ(
      record_line(a_record()),
      "{\"result\":\"failure\",\"trigger\":\"schedule\",\"slot\":\"2026-11-24T03:17:00.000Z\","
      "\"start\":\"2026-11-24T03:17:01.004Z\",\"end\":\"2026-11-24T03:17:04.100Z\","
      "\"exit-status\":130,\"signal\":2,\"cpu-seconds\":1.234,\"peak-memory-kib\":4096,"
      "\"output-bytes\":99,\"last-line\":\"say \\\"\xc3\xa4\\\" \\\\ \",\"runs\":7,\"failures\":2,"
      "\"last-success\":\"2026-11-24T03:16:00.000Z\"}\n");
}

TEST(Record, ReadsBackAsItWas) {
  EXPECT_EQ(parse_record(record_line(a_record())), a_record());
  Record skipped;
  skipped.result = Record::Result::skipped;
  skipped.trigger = Trigger::hand;
  skipped.start = kSlot;
  skipped.reason = "not the leader";
  EXPECT_EQ(parse_record(record_line(skipped)), skipped);
}

TEST(Record, WhatIsCutOffIsNone) {
  const std::string line = record_line(a_record());
  for (std::size_t size = 0; size + 2 < line.size(); ++size)
    EXPECT_FALSE(parse_record(line.substr(0, size))) << size;
  EXPECT_FALSE(parse_record("{\"result\":\"odd\",\"start\":\"2026-11-24T03:17:00.000Z\"}"));
  EXPECT_FALSE(parse_record("{\"result\":\"success\",\"start\":5}"));
  EXPECT_FALSE(parse_record("{\"result\":\"success\",\"start\":\"yesterday\"}"));
}

TEST(Record, WhatIsNoUtf8IsStillJson) {
  Record record = a_record();
  record.last_line = "\xff\xfe";
  EXPECT_TRUE(parse_record(record_line(record)));
}

TEST(Record, TotalsCountRunsNotSkips) {
  RunTotals totals;
  Record record = a_record();
  totals = after(totals, record);
  record.result = Record::Result::success;
  totals = after(totals, record);
  record.result = Record::Result::skipped;
  totals = after(totals, record);
  for (const auto result : {Record::Result::timeout, Record::Result::error, Record::Result::lost}) {
    record.result = result;
    totals = after(totals, record);
  }
  EXPECT_EQ(totals, (RunTotals{5, 4, a_record().end}));
}

TEST(Record, TellsItsOutcomeInWords) {
  Record record = a_record();
  EXPECT_EQ(outcome_of(record), "signal 2");
  record.signal.reset();
  EXPECT_EQ(outcome_of(record), "exit 130");
  record.result = Record::Result::timeout;
  EXPECT_EQ(outcome_of(record), "timed out");
  record.result = Record::Result::error;
  record.reason = "no such folder";
  EXPECT_EQ(outcome_of(record), "no such folder");
  record.result = Record::Result::success;
  EXPECT_EQ(outcome_of(record), "ok");
}

}  // namespace
}  // namespace leader_cron
