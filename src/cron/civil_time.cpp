#include "cron/civil_time.h"

#include <fmt/format.h>

#include <charconv>

namespace leader_cron {
namespace {

using namespace std::chrono;

// Reads a text from left to right.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  // Exactly so many digits.
  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    int value = 0;
    for (const char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  bool skip(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<local_days> scan_date(Scanner& scanner) {
  const auto year = scanner.digits(4);
  if (!year || *year < 1900 || *year > 2999 || !scanner.skip('-')) return std::nullopt;
  const auto month = scanner.digits(2);
  if (!month || !scanner.skip('-')) return std::nullopt;
  const auto day = scanner.digits(2);
  if (!day) return std::nullopt;
  const year_month_day date{std::chrono::year(*year),
                            std::chrono::month(static_cast<unsigned>(*month)),
                            std::chrono::day(static_cast<unsigned>(*day))};
  return date.ok() ? std::optional(local_days(date)) : std::nullopt;
}

std::optional<seconds> scan_time(Scanner& scanner) {
  const auto hour = scanner.digits(2);
  if (!hour || *hour > 23 || !scanner.skip(':')) return std::nullopt;
  const auto minute = scanner.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  const auto second = scanner.skip(':') ? scanner.digits(2) : std::optional(0);
  if (!second || *second > 59) return std::nullopt;
  return hours(*hour) + minutes(*minute) + seconds(*second);
}

// "Z", "+01:00", "-0330"
std::optional<seconds> scan_offset(Scanner& scanner) {
  if (scanner.skip('Z')) return seconds(0);
  const bool east = scanner.skip('+');
  if (!east && !scanner.skip('-')) return std::nullopt;
  const auto hour = scanner.digits(2);
  scanner.skip(':');
  const auto minute = scanner.digits(2);
  if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  const seconds offset = hours(*hour) + minutes(*minute);
  return east ? offset : -offset;
}

std::optional<sys_seconds> parse_epoch(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  constexpr std::int64_t kYear3000 = 32'503'680'000;
  if (!whole || count < -kYear3000 || count >= kYear3000) return std::nullopt;
  return sys_seconds(seconds(count));
}

}  // namespace

LocalTime to_local(sys_seconds instant, const TimeZone& zone) {
  return LocalTime(instant.time_since_epoch() + zone.offset(instant));
}

sys_seconds from_local(LocalTime local, const TimeZone& zone) {
  const sys_seconds as_utc{local.time_since_epoch()};
  // The offset of a day before holds up to any change that matters here.
  const seconds before = zone.offset(as_utc - days(1));
  const sys_seconds early = as_utc - before;
  if (zone.offset(early) == before) return early;
  const sys_seconds late = as_utc - zone.offset(early);
  return to_local(late, zone) == local ? late : early;
}

std::optional<sys_seconds> parse_instant(std::string_view text, const TimeZone& zone) {
  if (text.starts_with('@')) return parse_epoch(text.substr(1));
  Scanner scanner(text);
  const auto date = scan_date(scanner);
  if (!date) return std::nullopt;
  seconds time{0};
  if (!scanner.at_end()) {
    if (!scanner.skip('T') && !scanner.skip(' ')) return std::nullopt;
    const auto scanned = scan_time(scanner);
    if (!scanned) return std::nullopt;
    time = *scanned;
  }
  const LocalTime local = *date + time;
  if (scanner.at_end()) return from_local(local, zone);
  scanner.skip(' ');
  const auto offset = scan_offset(scanner);
  if (!offset || !scanner.at_end()) return std::nullopt;
  return sys_seconds(local.time_since_epoch() - *offset);
}

std::string show_instant(sys_seconds instant, const TimeZone& zone) {
  const LocalTime local = to_local(instant, zone);
  const local_days day = floor<days>(local);
  const year_month_day date(day);
  const auto minute = duration_cast<minutes>(local - day).count();
  const auto offset = duration_cast<minutes>(zone.offset(instant)).count();
  const auto size = offset < 0 ? -offset : offset;
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02} {}{:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     minute / 60, minute % 60, offset < 0 ? '-' : '+', size / 60, size % 60);
}

}  // namespace leader_cron
