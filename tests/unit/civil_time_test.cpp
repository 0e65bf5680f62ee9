#include "cron/civil_time.h"

#include <gtest/gtest.h>

#include "system/zone_file.h"

namespace leader_cron {
namespace {

using namespace std::chrono;

sys_seconds utc(int year_number, unsigned month_number, unsigned day_number, int hour = 0,
                int minute = 0, int second = 0) {
  return sys_days(year(year_number) / month(month_number) / day(day_number)) + hours(hour) +
         minutes(minute) + seconds(second);
}

struct InstantCase {
  const char* text;
  std::optional<sys_seconds> instant;
};

class Instant : public testing::TestWithParam<InstantCase> {};

TEST_P(Instant, IsReadInTheZoneUnlessItNamesAnOffset) {
  const auto berlin = zone_named("Europe/Berlin");
  if (!berlin) GTEST_SKIP() << "this machine has no tzdata";
  EXPECT_EQ(parse_instant(GetParam().text, *berlin), GetParam().instant) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Instant,
    testing::Values(InstantCase{"2026-11-23T17:00:00Z", utc(2026, 11, 23, 17)},
                    InstantCase{"2026-11-23T17:00Z", utc(2026, 11, 23, 17)},
                    InstantCase{"2026-11-23 17:00:05 +01:00", utc(2026, 11, 23, 16, 0, 5)},
                    InstantCase{"2026-11-23T17:00-0330", utc(2026, 11, 23, 20, 30)},
                    InstantCase{"2026-11-23 17:00", utc(2026, 11, 23, 16)},
                    InstantCase{"2026-11-23", utc(2026, 11, 22, 23)},
                    InstantCase{"2026-07-01", utc(2026, 6, 30, 22)},
                    // The hour that daylight saving skips: as if the clock had not been changed.
                    InstantCase{"2026-03-29 02:30", utc(2026, 3, 29, 1, 30)},
                    InstantCase{"2026-03-29 03:00", utc(2026, 3, 29, 1)},
                    // The hour that comes twice: the first one.
                    InstantCase{"2026-10-25 02:30", utc(2026, 10, 25, 0, 30)},
                    InstantCase{"@1700000000", sys_seconds(seconds(1700000000))},
                    InstantCase{"@-1", sys_seconds(seconds(-1))}, InstantCase{"", std::nullopt},
                    InstantCase{"now", std::nullopt}, InstantCase{"2026-02-30", std::nullopt},
                    InstantCase{"2026-13-01", std::nullopt}, InstantCase{"26-01-01", std::nullopt},
                    InstantCase{"2026-01-01 24:00", std::nullopt},
                    InstantCase{"2026-01-01 12:60", std::nullopt},
                    InstantCase{"2026-01-01T12:00Zulu", std::nullopt},
                    InstantCase{"2026-01-01T", std::nullopt}, InstantCase{"@", std::nullopt},
                    InstantCase{"@99999999999999999999", std::nullopt},
                    InstantCase{"9999-01-01", std::nullopt}));

TEST(ShowInstant, SaysTheClockAndItsOffset) {
  EXPECT_EQ(show_instant(utc(2026, 1, 2, 3, 4), TimeZone::utc()), "2026-01-02 03:04 +00:00");
  const auto newfoundland = zone_named("America/St_Johns");
  if (!newfoundland) GTEST_SKIP() << "this machine has no tzdata";
  EXPECT_EQ(show_instant(utc(2026, 1, 2, 3, 4), *newfoundland), "2026-01-01 23:34 -03:30");
}

}  // namespace
}  // namespace leader_cron
