// A time zone: by how much local time differs from UTC, and when that changes, as read from the
// bytes of a TZif file (RFC 9636, which replaces RFC 8536; versions 1 to 4) with its rule for all
// time to come. Where the file is, and which zone is the machine's, is for system/zone_file.h.
//
// Our own code, because the program is linked statically, whole, and Debian 12 has no library for
// it that could be: libhowardhinnant-date comes without a static archive, libstdc++ 12 without the
// zones of <chrono>, and localtime_r(3) knows one zone a process, named by the environment.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

namespace leader_cron {

class TimeZone {
 public:
  // A stretch of time with one offset.
  struct Period {
    std::chrono::seconds offset{};  // local time minus UTC: east of Greenwich is positive
    std::optional<std::chrono::sys_seconds> end;  // the next change of offset, if there is any

    bool operator==(const Period&) const = default;
  };

  static TimeZone utc() { return {}; }

  // Nothing if the bytes are no well-formed TZif file. Leap seconds in it are ignored: cron's time
  // has none. Takes time in proportion to the bytes, whatever they are.
  static std::optional<TimeZone> parse(std::string_view tzif);

  // The stretch that `instant` lies in. A change of name or of the daylight saving flag alone ends
  // none.
  Period period(std::chrono::sys_seconds instant) const;

  std::chrono::seconds offset(std::chrono::sys_seconds instant) const {
    return period(instant).offset;
  }
  std::optional<std::chrono::sys_seconds> next_change(std::chrono::sys_seconds after) const {
    return period(after).end;
  }

  // A change of offset.
  struct Change {
    std::chrono::sys_seconds at;
    std::chrono::seconds offset{};  // from then on

    bool operator==(const Change&) const = default;
  };

  bool operator==(const TimeZone&) const = default;

 private:
  Period period_by_rule(std::chrono::sys_seconds instant) const;

  std::chrono::seconds first_offset_{0};  // before all changes
  std::vector<Change> changes_;           // ascending, each of them to another offset
  // The rule for the time since rule_from_, if offsets go on changing: one turn of the Gregorian
  // calendar, 400 years from 2000 on and what borders on them. All other years are like one of
  // these.
  std::vector<Change> rule_;
  std::chrono::sys_seconds rule_from_;
};

}  // namespace leader_cron
