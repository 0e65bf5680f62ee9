#include "cron/time_zone.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace leader_cron {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;
using Change = TimeZone::Change;

// RFC 9636: no offset is larger, no instant earlier; the bound on late ones is ours. Together they
// keep all arithmetic below far from its limits.
constexpr seconds kLargestOffset = hours(26);
constexpr seconds kLargestInstant{std::int64_t{1} << 59};

constexpr sys_seconds kTurnStart = sys_days(year(2000) / 1 / 1);
constexpr seconds kTurn = sys_days(year(2400) / 1 / 1) - sys_days(year(2000) / 1 / 1);
static_assert(kTurn % std::chrono::weeks(1) == seconds(0));  // so it repeats days of the week too

// Reads text from its start; every read_ function moves on only if it finds what it names.
class TextReader {
 public:
  explicit TextReader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  char next() const { return rest_.empty() ? '\0' : rest_.front(); }

  bool read(char expected) {
    if (rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<int> read_number(int low, int high) {
    int value = 0;
    std::size_t size = 0;
    while (size < rest_.size() && size < 4 && rest_[size] >= '0' && rest_[size] <= '9')
      value = value * 10 + (rest_[size++] - '0');
    if (size == 0 || value < low || value > high) return std::nullopt;
    rest_.remove_prefix(size);
    return value;
  }

  // [+-]hh[:mm[:ss]]
  std::optional<seconds> read_time(int largest_hour) {
    const bool negative = read('-');
    if (!negative) read('+');
    const auto hour = read_number(0, largest_hour);
    if (!hour) return std::nullopt;
    seconds time = hours(*hour);
    if (read(':')) {
      const auto minute = read_number(0, 59);
      if (!minute) return std::nullopt;
      time += minutes(*minute);
      if (read(':')) {
        const auto second = read_number(0, 59);
        if (!second) return std::nullopt;
        time += seconds(*second);
      }
    }
    return negative ? -time : time;
  }

  // A zone's abbreviation, CET or <+01>, which nobody needs.
  bool skip_name() {
    const bool quoted = read('<');
    std::size_t size = 0;
    while (size < rest_.size() && is_in_name(rest_[size], quoted)) ++size;
    rest_.remove_prefix(size);
    return size >= 3 && (!quoted || read('>'));
  }

 private:
  static bool is_in_name(char c, bool quoted) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
    return quoted && ((c >= '0' && c <= '9') || c == '+' || c == '-');
  }

  std::string_view rest_;
};

// One of the two changes of a year, in the local time that it ends.
struct YearlyChange {
  enum class Form { day_without_leap_day, day_of_year, weekday };

  Form form = Form::weekday;
  int month = 0;
  int week = 0;  // 5: the last
  int day = 0;   // of the year, or of the week
  seconds time = hours(2);

  // On the calendar; the offset is still to be taken away.
  sys_seconds in(year in_year) const {
    const sys_days first = in_year / 1 / 1;
    switch (form) {
      case Form::day_without_leap_day:
        return first + days(day - 1 + (day >= 60 && in_year.is_leap() ? 1 : 0)) + time;
      case Form::day_of_year:
        return first + days(day) + time;
      case Form::weekday:
        break;
    }
    const std::chrono::weekday weekday(static_cast<unsigned>(day));
    const auto in_month = in_year / month;
    const sys_days date = week == 5 ? sys_days(in_month / weekday[std::chrono::last])
                                    : sys_days(in_month / weekday[static_cast<unsigned>(week)]);
    return date + time;
  }
};

// J60, 59, M3.5.0, and then perhaps /time. Hours beyond a day are an extension of TZif version 3.
std::optional<YearlyChange> read_yearly_change(TextReader& text) {
  YearlyChange change;
  if (text.read('M')) {
    const auto month = text.read_number(1, 12);
    if (!month || !text.read('.')) return std::nullopt;
    const auto week = text.read_number(1, 5);
    if (!week || !text.read('.')) return std::nullopt;
    const auto day = text.read_number(0, 6);
    if (!day) return std::nullopt;
    change = {YearlyChange::Form::weekday, *month, *week, *day};
  } else {
    const bool julian = text.read('J');
    const auto day = text.read_number(julian ? 1 : 0, 365);
    if (!day) return std::nullopt;
    change.form =
        julian ? YearlyChange::Form::day_without_leap_day : YearlyChange::Form::day_of_year;
    change.day = *day;
  }
  if (text.read('/')) {
    const auto time = text.read_time(167);
    if (!time) return std::nullopt;
    change.time = *time;
  }
  return change;
}

// The changes of one turn of the calendar, each to another offset, with the last one before it and
// those of a year after it. A single one if the offset never changes.
std::vector<Change> one_turn(seconds standard, seconds daylight, const YearlyChange& start,
                             const YearlyChange& end) {
  if (standard == daylight) return {{kTurnStart, standard}};
  std::vector<Change> changes;
  for (year each(1998); each <= year(2402); ++each) {
    changes.push_back({end.in(each)-daylight, standard});
    changes.push_back({start.in(each)-standard, daylight});
  }
  // Daylight saving that starts again in the instant in which it ends goes on, the year round.
  std::stable_sort(changes.begin(), changes.end(), [&](const Change& a, const Change& b) {
    return a.at != b.at ? a.at < b.at : a.offset == standard && b.offset == daylight;
  });
  std::vector<Change> different;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (i + 1 < changes.size() && changes[i + 1].at == changes[i].at) continue;
    if (different.empty() || different.back().offset != changes[i].offset)
      different.push_back(changes[i]);
  }
  // The first and the last years' changes have no neighbours to be compared with.
  const auto before = [](const Change& change, sys_seconds at) { return change.at < at; };
  const auto first = std::lower_bound(different.begin() + 1, different.end(), kTurnStart, before);
  const auto last =
      std::lower_bound(first, different.end(), kTurnStart + kTurn + days(366), before);
  return {first - 1, last};
}

// A POSIX TZ string: the offsets' changes, or a single "change" for an offset that stays.
std::optional<std::vector<Change>> read_rule(std::string_view footer) {
  TextReader text(footer);
  if (!text.skip_name()) return std::nullopt;
  const auto west = text.read_time(24);
  if (!west) return std::nullopt;
  const seconds standard = -*west;
  if (text.at_end()) return std::vector<Change>{{kTurnStart, standard}};

  seconds daylight = standard + hours(1);
  if (!text.skip_name()) return std::nullopt;
  if (text.next() != ',') {
    const auto daylight_west = text.read_time(24);
    if (!daylight_west) return std::nullopt;
    daylight = -*daylight_west;
  }
  if (!text.read(',')) return std::nullopt;
  const auto start = read_yearly_change(text);
  if (!start || !text.read(',')) return std::nullopt;
  const auto end = read_yearly_change(text);
  if (!end || !text.at_end()) return std::nullopt;
  return one_turn(standard, daylight, *start, *end);
}

std::uint32_t unsigned_at(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

std::int64_t signed_at(std::string_view bytes, std::size_t at, std::size_t size) {
  if (size == 4) return static_cast<std::int32_t>(unsigned_at(bytes, at));
  return static_cast<std::int64_t>(std::uint64_t{unsigned_at(bytes, at)} << 32 |
                                   unsigned_at(bytes, at + 4));
}

// A header and where its data block's parts lie behind it (RFC 9636, section 3).
struct Block {
  char version = '\0';
  std::size_t time_size = 4;
  std::uint64_t transitions = 0;
  std::uint64_t types = 0;
  std::uint64_t size = 0;  // with the header

  static constexpr std::size_t kHeaderSize = 44;
  static constexpr std::size_t kTypeSize = 6;

  std::size_t indices_at() const { return kHeaderSize + transitions * time_size; }
  std::size_t types_at() const { return indices_at() + transitions; }
};

std::optional<Block> read_block(std::string_view bytes, std::size_t time_size) {
  if (bytes.size() < Block::kHeaderSize || !bytes.starts_with("TZif")) return std::nullopt;
  Block block;
  block.version = bytes[4];
  block.time_size = time_size;
  const std::uint64_t ut_flags = unsigned_at(bytes, 20);
  const std::uint64_t standard_flags = unsigned_at(bytes, 24);
  const std::uint64_t leap_seconds = unsigned_at(bytes, 28);
  block.transitions = unsigned_at(bytes, 32);
  block.types = unsigned_at(bytes, 36);
  const std::uint64_t characters = unsigned_at(bytes, 40);
  block.size = Block::kHeaderSize + block.transitions * (time_size + 1) +
               block.types * Block::kTypeSize + characters + leap_seconds * (time_size + 4) +
               standard_flags + ut_flags;
  if (block.size > bytes.size()) return std::nullopt;
  return block;
}

struct Offsets {
  seconds first{0};
  std::vector<Change> changes;  // also to the same offset
};

std::optional<Offsets> read_offsets(std::string_view bytes, const Block& block) {
  if (block.types == 0) return std::nullopt;
  std::vector<seconds> types;
  for (std::uint64_t i = 0; i < block.types; ++i) {
    types.emplace_back(signed_at(bytes, block.types_at() + i * Block::kTypeSize, 4));
    if (std::chrono::abs(types.back()) > kLargestOffset) return std::nullopt;
  }
  Offsets offsets{types.front(), {}};
  for (std::uint64_t i = 0; i < block.transitions; ++i) {
    const seconds at(signed_at(bytes, Block::kHeaderSize + i * block.time_size, block.time_size));
    const auto type = static_cast<unsigned char>(bytes[block.indices_at() + i]);
    if (type >= types.size() || at < -kLargestInstant || at > kLargestInstant) return std::nullopt;
    if (!offsets.changes.empty() && sys_seconds(at) <= offsets.changes.back().at)
      return std::nullopt;
    offsets.changes.push_back({sys_seconds(at), types[type]});
  }
  return offsets;
}

}  // namespace

std::optional<TimeZone> TimeZone::parse(std::string_view tzif) {
  auto block = read_block(tzif, 4);
  if (!block) return std::nullopt;
  std::string_view footer;
  if (block->version >= '2') {
    // The first block is for readers that know version 1 only; a second one, with the same header,
    // follows, and then the rule between two newlines.
    tzif.remove_prefix(block->size);
    block = read_block(tzif, 8);
    if (!block) return std::nullopt;
    footer = tzif.substr(block->size);
    if (footer.size() < 2 || footer.front() != '\n') return std::nullopt;
    footer = footer.substr(1);
    const std::size_t end = footer.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    footer = footer.substr(0, end);
  } else if (block->version != '\0') {
    return std::nullopt;
  }
  auto offsets = read_offsets(tzif, *block);
  if (!offsets) return std::nullopt;

  TimeZone zone;
  zone.first_offset_ = offsets->first;
  zone.rule_from_ =
      offsets->changes.empty() ? sys_seconds(-kLargestInstant) : offsets->changes.back().at;
  if (!footer.empty()) {
    auto rule = read_rule(footer);
    if (!rule) return std::nullopt;
    const bool constant = rule->size() == 1;
    const seconds only = rule->front().offset;
    if (!constant) zone.rule_ = std::move(*rule);
    // From the last change on the rule decides, and if there is none, ever.
    const seconds then = constant ? only : zone.period_by_rule(zone.rule_from_).offset;
    if (offsets->changes.empty()) {
      zone.first_offset_ = then;
    } else {
      offsets->changes.back().offset = then;
    }
  }
  seconds before = zone.first_offset_;
  for (const Change& change : offsets->changes) {
    if (change.offset == before) continue;
    zone.changes_.push_back(change);
    before = change.offset;
  }
  return zone;
}

TimeZone::Period TimeZone::period_by_rule(sys_seconds instant) const {
  const seconds since = instant - kTurnStart;
  const seconds turns = (since / kTurn - (since % kTurn < seconds(0) ? 1 : 0)) * kTurn;
  // Neither end of the table is ever hit: it is some years longer than a turn at both.
  const auto next =
      std::upper_bound(rule_.begin(), rule_.end(), instant - turns,
                       [](sys_seconds at, const Change& change) { return at < change.at; });
  return {std::prev(next)->offset, next->at + turns};
}

TimeZone::Period TimeZone::period(sys_seconds instant) const {
  instant = std::clamp(instant, sys_seconds(-kLargestInstant), sys_seconds(kLargestInstant));
  if (!rule_.empty() && instant >= rule_from_) return period_by_rule(instant);
  const auto next =
      std::upper_bound(changes_.begin(), changes_.end(), instant,
                       [](sys_seconds at, const Change& change) { return at < change.at; });
  Period period;
  period.offset = next == changes_.begin() ? first_offset_ : std::prev(next)->offset;
  if (next != changes_.end()) {
    period.end = next->at;
  } else if (!rule_.empty()) {
    // The rule starts with the offset that already holds.
    period.end = period_by_rule(rule_from_).end;
  }
  return period;
}

}  // namespace leader_cron
