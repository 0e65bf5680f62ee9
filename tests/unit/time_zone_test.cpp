#include "cron/time_zone.h"

#include <gtest/gtest.h>
#include <time.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "system/zone_file.h"

namespace leader_cron {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;

sys_seconds at(int y, unsigned m, unsigned d, int hour = 0, int minute = 0, int second = 0) {
  return sys_days(year(y) / static_cast<int>(m) / static_cast<int>(d)) + hours(hour) +
         minutes(minute) + seconds(second);
}

std::string big_endian(std::int64_t value, int size) {
  std::string bytes;
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
    bytes += static_cast<char>(static_cast<std::uint64_t>(value) >> shift & 0xff);
  return bytes;
}

// What a file says; wrong on purpose where a test wants it so.
struct ZoneBytes {
  char version = '2';
  std::vector<std::int64_t> types = {0};  // offsets
  std::vector<std::pair<std::int64_t, int>> changes;
  int leap_seconds = 0;
  std::string footer = "UTC0";

  std::string block(int time_size, bool empty) const {
    const auto count = [&](std::size_t n) {
      return big_endian(empty ? 0 : static_cast<std::int64_t>(n), 4);
    };
    std::string bytes = "TZif" + std::string(1, version) + std::string(15, '\0');
    bytes += count(0) + count(0) + count(static_cast<std::size_t>(leap_seconds));
    bytes += count(changes.size()) + count(types.size()) + count(4);
    if (empty) return bytes;
    for (const auto& change : changes) bytes += big_endian(change.first, time_size);
    for (const auto& change : changes) bytes += static_cast<char>(change.second);
    for (const auto offset : types) bytes += big_endian(offset, 4) + std::string(2, '\0');
    bytes += std::string("ABC\0", 4);
    bytes += std::string(static_cast<std::size_t>(leap_seconds * (time_size + 4)), '\1');
    return bytes;
  }

  std::string text() const {
    if (version == '\0') return block(4, false);
    return block(4, true) + block(8, false) + "\n" + footer + "\n";
  }
};

std::optional<TimeZone> with_rule(const std::string& footer) {
  ZoneBytes bytes;
  bytes.footer = footer;
  return TimeZone::parse(bytes.text());
}

TEST(TimeZone, UtcNeverChanges) {
  EXPECT_EQ(TimeZone::utc().offset(at(2024, 7, 1)), seconds(0));
  EXPECT_EQ(TimeZone::utc().next_change(at(2024, 7, 1)), std::nullopt);
  EXPECT_EQ(TimeZone::utc().offset(sys_seconds::min()), seconds(0));
}

TEST(TimeZone, ReadsEachVersion) {
  for (const char version : {'\0', '2', '3', '4'}) {
    ZoneBytes bytes;
    bytes.version = version;
    bytes.types = {0, 3600};
    bytes.changes = {{1000, 1}, {2000, 0}};
    bytes.leap_seconds = 3;
    const auto zone = TimeZone::parse(bytes.text());
    ASSERT_TRUE(zone) << version;
    EXPECT_EQ(zone->period(sys_seconds(seconds(999))),
              (TimeZone::Period{seconds(0), sys_seconds(seconds(1000))}));
    EXPECT_EQ(zone->period(sys_seconds(seconds(1000))),
              (TimeZone::Period{seconds(3600), sys_seconds(seconds(2000))}));
    EXPECT_EQ(zone->period(sys_seconds(seconds(2000))),
              (TimeZone::Period{seconds(0), std::nullopt}));
  }
}

TEST(TimeZone, AChangeToTheSameOffsetIsNone) {
  ZoneBytes bytes;
  bytes.types = {0, 0, 60};
  bytes.changes = {{1000, 1}, {2000, 2}, {3000, 2}};
  bytes.footer = "";
  const auto zone = TimeZone::parse(bytes.text());
  ASSERT_TRUE(zone);
  EXPECT_EQ(zone->next_change(sys_seconds(seconds(0))), sys_seconds(seconds(2000)));
  EXPECT_EQ(zone->next_change(sys_seconds(seconds(2000))), std::nullopt);
}

TEST(TimeZone, TheRuleFollowsTheLastChange) {
  ZoneBytes bytes;
  bytes.types = {600, 3600};
  bytes.changes = {{0, 1}};  // 1970, standard time of the rule
  bytes.footer = "CET-1CEST,M3.5.0,M10.5.0/3";
  const auto zone = TimeZone::parse(bytes.text());
  ASSERT_TRUE(zone);
  EXPECT_EQ(zone->period(sys_seconds(seconds(-1))),
            (TimeZone::Period{seconds(600), sys_seconds(seconds(0))}));
  EXPECT_EQ(zone->period(at(1970, 1, 1)), (TimeZone::Period{hours(1), at(1970, 3, 29, 1)}));
  EXPECT_EQ(zone->period(at(2500, 3, 28, 1)), (TimeZone::Period{hours(2), at(2500, 10, 31, 1)}));
}

struct RuleCase {
  const char* rule;
  sys_seconds instant;
  seconds offset;
  std::optional<sys_seconds> end;
};

class Rule : public testing::TestWithParam<RuleCase> {};

TEST_P(Rule, GivesTheOffsetAndItsEnd) {
  const auto zone = with_rule(GetParam().rule);
  ASSERT_TRUE(zone) << GetParam().rule;
  EXPECT_EQ(zone->offset(GetParam().instant), GetParam().offset) << GetParam().rule;
  EXPECT_EQ(zone->next_change(GetParam().instant), GetParam().end) << GetParam().rule;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Rule,
    testing::Values(
        RuleCase{"<+0545>-5:45", at(2024, 1, 1), minutes(345), std::nullopt},
        RuleCase{"LMT0:01:15", at(2024, 1, 1), seconds(-75), std::nullopt},
        RuleCase{"EST5EDT,M3.2.0,M11.1.0", at(2026, 1, 1), hours(-5), at(2026, 3, 8, 7)},
        RuleCase{"EST5EDT,M3.2.0,M11.1.0", at(2026, 3, 8, 7), hours(-4), at(2026, 11, 1, 6)},
        RuleCase{"EST5EDT,M3.2.0,M11.1.0", at(2026, 11, 1, 6), hours(-5), at(2027, 3, 14, 7)},
        // South of the equator the year begins with daylight saving time.
        RuleCase{"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", at(2026, 1, 1), hours(11),
                 at(2026, 4, 4, 15)},
        RuleCase{"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", at(2026, 4, 4, 15), minutes(630),
                 at(2026, 10, 3, 15, 30)},
        // Dublin's winter time is what is put off: daylight saving of minus one hour.
        RuleCase{"IST-1GMT0,M10.5.0,M3.5.0/1", at(2026, 7, 1), hours(1), at(2026, 10, 25, 1)},
        RuleCase{"IST-1GMT0,M10.5.0,M3.5.0/1", at(2026, 12, 1), hours(0), at(2027, 3, 28, 1)},
        // Times before the day and long after it.
        RuleCase{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", at(2026, 1, 1), hours(-2), at(2026, 3, 29, 1)},
        RuleCase{"EET-2EEST,M3.4.4/50,M10.4.4/50", at(2026, 1, 1), hours(2), at(2026, 3, 28)},
        RuleCase{"XXX0YYY,0/-167,J365/167", at(2025, 12, 25, 1), hours(1), at(2026, 1, 6, 22)},
        RuleCase{"XXX0YYY,0/-167,J365/167", at(2025, 12, 20), hours(0), at(2025, 12, 25, 1)},
        // Days of the year: J60 is 1 March always, 59 is 29 February where there is one.
        RuleCase{"XXX0YYY,J60/0,J300/0", at(2024, 1, 1), hours(0), at(2024, 3, 1)},
        RuleCase{"XXX0YYY,J60/0,J300/0", at(2025, 1, 1), hours(0), at(2025, 3, 1)},
        RuleCase{"XXX0YYY,59/0,300/0", at(2024, 1, 1), hours(0), at(2024, 2, 29)},
        RuleCase{"XXX0YYY,59/0,300/0", at(2025, 1, 1), hours(0), at(2025, 3, 1)},
        // Daylight saving time all year (RFC 9636, section 3.3.1), and an empty saving.
        RuleCase{"XXX3EDT4,0/0,J365/23", at(2026, 1, 1), hours(-4), std::nullopt},
        RuleCase{"XXX3EDT4,0/0,J365/23", at(2399, 12, 31, 23), hours(-4), std::nullopt},
        RuleCase{"XXX3YYY3,M3.2.0,M11.1.0", at(2026, 7, 1), hours(-3), std::nullopt},
        // Across the end of a turn of the calendar, and far away.
        RuleCase{"EST5EDT,M3.2.0,M11.1.0", at(2399, 12, 31), hours(-5), at(2400, 3, 12, 7)},
        RuleCase{"EST5EDT,M3.2.0,M11.1.0", at(1999, 12, 31), hours(-5), at(2000, 3, 12, 7)},
        RuleCase{"EST5EDT,M3.2.0,M11.1.0", at(1599, 12, 31), hours(-5), at(1600, 3, 12, 7)},
        RuleCase{"EST5EDT,M3.2.0,M11.1.0", at(9999, 12, 31), hours(-5), at(10000, 3, 12, 7)}));

TEST(TimeZone, RefusesMalformedRules) {
  for (const char* rule : {"A",
                           "AB0",
                           "ABC",
                           "ABC+",
                           "ABC25",
                           "ABC0:60",
                           "<ABC0",
                           "<AB>0",
                           "ABC0x",
                           "ABC0DEF",
                           "ABC0DEF,",
                           "ABC0DEF,M3.2.0",
                           "ABC0DEF,M3.2.0,",
                           "ABC0DEF,M0.1.0,M3.2.0",
                           "ABC0DEF,M13.1.0,M3.2.0",
                           "ABC0DEF,M3.6.0,M3.2.0",
                           "ABC0DEF,M3.0.0,M3.2.0",
                           "ABC0DEF,M3.1.7,M3.2.0",
                           "ABC0DEF,M3.1,M3.2.0",
                           "ABC0DEF,J0,J1",
                           "ABC0DEF,J366,J1",
                           "ABC0DEF,366,1",
                           "ABC0DEF,1/168,2",
                           "ABC0DEF,1/-168,2",
                           "ABC0DEF,1/,2",
                           "ABC0DEF,1,2 ",
                           "ABC0DEF,1,2,3",
                           "ABC99999999999999999999"}) {
    EXPECT_FALSE(with_rule(rule)) << rule;
  }
}

TEST(TimeZone, RefusesMalformedFiles) {
  const auto refused = [](auto change) {
    ZoneBytes bytes;
    bytes.types = {0, 3600};
    bytes.changes = {{1000, 1}, {2000, 0}};
    EXPECT_TRUE(TimeZone::parse(bytes.text()));
    change(bytes);
    return !TimeZone::parse(bytes.text());
  };
  EXPECT_TRUE(refused([](ZoneBytes& bytes) { bytes.types.clear(); }));
  EXPECT_TRUE(refused([](ZoneBytes& bytes) { bytes.changes[0].second = 2; }));
  EXPECT_TRUE(refused([](ZoneBytes& bytes) { bytes.changes[1].first = 1000; }));
  EXPECT_TRUE(refused([](ZoneBytes& bytes) { bytes.changes[1].first = INT64_MAX; }));
  EXPECT_TRUE(refused([](ZoneBytes& bytes) { bytes.changes[0].first = INT64_MIN; }));
  EXPECT_TRUE(refused([](ZoneBytes& bytes) { bytes.types[1] = INT32_MIN; }));
  EXPECT_TRUE(refused([](ZoneBytes& bytes) { bytes.types[1] = 97200; }));
  EXPECT_TRUE(refused([](ZoneBytes& bytes) { bytes.version = '1'; }));
  EXPECT_FALSE(TimeZone::parse(""));
  EXPECT_FALSE(TimeZone::parse("TZif2"));
}

TEST(TimeZone, RefusesEveryPartOfAFileAndSurvivesAnyByteOfItChanged) {
  ZoneBytes bytes;
  bytes.types = {0, 3600};
  bytes.changes = {{1000, 1}, {2000, 0}};
  bytes.footer = "CET-1CEST,M3.5.0,M10.5.0/3";
  const std::string whole = bytes.text();
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(TimeZone::parse(whole.substr(0, size))) << size;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (const int byte : {0, 1, 0x7f, 0x80, 0xff, int{'9'}, int{','}}) {
      std::string changed = whole;
      changed[i] = static_cast<char>(byte);
      if (const auto zone = TimeZone::parse(changed)) {
        zone->period(at(2024, 1, 1));
        zone->period(sys_seconds::max());
        zone->period(sys_seconds::min());
      }
    }
  }
}

// ---- the machine's own files ----

constexpr const char* kZones[] = {
    "Europe/Berlin",      "America/New_York",  "Australia/Lord_Howe", "Pacific/Apia",
    "Asia/Kolkata",       "Africa/Casablanca", "America/St_Johns",    "Antarctica/Troll",
    "Europe/Dublin",      "America/Nuuk",      "Asia/Gaza",           "Antarctica/Casey",
    "America/Santiago",   "Pacific/Chatham",   "Asia/Jerusalem",      "Africa/Cairo",
    "Asia/Pyongyang",     "America/Caracas",   "Europe/Istanbul",     "Etc/GMT+12",
    "Pacific/Kiritimati", "EST5EDT",           "Africa/Monrovia",     "Europe/Lisbon"};

// TZ for localtime_r(), put back at the end.
class LibraryZone {
 public:
  explicit LibraryZone(const std::string& name) {
    if (const char* value = std::getenv("TZ")) before_ = value;
    setenv("TZ", name.c_str(), 1);
    tzset();
  }
  LibraryZone(const LibraryZone&) = delete;
  LibraryZone& operator=(const LibraryZone&) = delete;
  ~LibraryZone() {
    if (before_) {
      setenv("TZ", before_->c_str(), 1);
    } else {
      unsetenv("TZ");
    }
    tzset();
  }

  seconds offset(sys_seconds instant) const {
    const time_t seconds_since = instant.time_since_epoch().count();
    struct tm local {};
    localtime_r(&seconds_since, &local);
    return seconds(local.tm_gmtoff);
  }

 private:
  std::optional<std::string> before_;
};

TEST(ZoneFile, AgreesWithTheCLibraryFrom1970To2500) {
  if (!zone_named("Europe/Berlin")) GTEST_SKIP() << "tzdata is not installed";
  std::mt19937_64 random(1);
  std::uniform_int_distribution<std::int64_t> instants(0,
                                                       at(2500, 1, 1).time_since_epoch().count());
  for (const char* name : kZones) {
    const auto zone = zone_named(name);
    if (!zone) continue;  // not in this tzdata
    const LibraryZone library(name);
    const auto agrees = [&](sys_seconds instant) {
      EXPECT_EQ(zone->offset(instant), library.offset(instant))
          << name << " " << instant.time_since_epoch().count();
    };
    for (int i = 0; i < 2000; ++i) agrees(sys_seconds(seconds(instants(random))));
    for (auto change = zone->next_change(at(1970, 1, 1)); change && *change < at(2500, 1, 1);
         change = zone->next_change(*change)) {
      agrees(*change - seconds(1));
      agrees(*change);
      EXPECT_NE(zone->offset(*change - seconds(1)), zone->offset(*change)) << name;
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(ZoneFile, SkippedDayOfApia) {
  const auto zone = zone_named("Pacific/Apia");
  if (!zone) GTEST_SKIP() << "tzdata is not installed";
  EXPECT_EQ(zone->period(at(2011, 12, 30, 9, 59, 59)),
            (TimeZone::Period{hours(-10), at(2011, 12, 30, 10)}));
  EXPECT_EQ(zone->offset(at(2011, 12, 30, 10)), hours(14));
}

TEST(ZoneFile, KnowsUtcAlwaysAndRefusesOtherNames) {
  EXPECT_EQ(zone_named("UTC"), TimeZone::utc());
  const std::string nul("UTC\0", 4);
  for (const std::string& name :
       {std::string(), std::string("/etc/localtime"), std::string("../../../etc/localtime"),
        std::string("Europe/../UTC"), std::string("Europe"), std::string("Europe/"),
        std::string("No/Where"), std::string("zone.tab"), std::string("Europe/Berlin\n"), nul,
        std::string(300, 'x'), std::string("Europe/Berlin/x")}) {
    EXPECT_FALSE(zone_named(name)) << name;
  }
}

TEST(ZoneFile, TheMachinesZoneIsThatOfEtcLocaltime) {
  std::ifstream file("/etc/localtime", std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(machine_zone(), bytes.empty() ? TimeZone::utc() : TimeZone::parse(bytes));
}

}  // namespace
}  // namespace leader_cron
