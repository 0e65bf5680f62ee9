#include "cron/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>

namespace leader_cron {
namespace {

struct FieldRule {
  const char* name;
  int low;
  int high;
  const char* const* names;  // names of the values from first_name on, or null
  int first_name;
  int name_count;
};

constexpr const char* kMonths[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                   "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr const char* kWeekdays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::array<FieldRule, 5> kFields = {{{"minute", 0, 59, nullptr, 0, 0},
                                               {"hour", 0, 23, nullptr, 0, 0},
                                               {"day of month", 1, 31, nullptr, 0, 0},
                                               {"month", 1, 12, kMonths, 1, 12},
                                               {"day of week", 0, 7, kWeekdays, 0, 7}}};
constexpr const FieldRule* kWeekdayField = &kFields[4];

struct AtWord {
  std::string_view word;
  const char* fields;
};
constexpr std::array<AtWord, 7> kAtWords = {{{"@hourly", "0 * * * *"},
                                             {"@daily", "0 0 * * *"},
                                             {"@midnight", "0 0 * * *"},
                                             {"@weekly", "0 0 * * 0"},
                                             {"@monthly", "0 0 1 * *"},
                                             {"@yearly", "0 0 1 1 *"},
                                             {"@annually", "0 0 1 1 *"}}};

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

std::string lowered(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

// One member of a field's list, low to high by step.
struct Element {
  int low = 0;
  int high = 0;
  int step = 1;
  bool star = false;
  bool range = false;

  bool operator==(const Element&) const = default;
};

std::uint64_t bits_of(const Element& element) {
  std::uint64_t bits = 0;
  for (int value = element.low; value <= element.high; value += element.step)
    bits |= std::uint64_t{1} << value;
  return bits;
}

std::string text_of(const Element& element) {
  std::string text = element.star    ? "*"
                     : element.range ? fmt::format("{}-{}", element.low, element.high)
                                     : fmt::format("{}", element.low);
  if (element.step > 1) text += fmt::format("/{}", element.step);
  return text;
}

// The values of a mask as an ascending list, three or more in a row as a range.
std::string list_of(std::uint64_t bits) {
  std::string text;
  for (int value = 0; value < 60; ++value) {
    if ((bits >> value & 1) == 0) continue;
    int last = value;
    while (last < 63 && (bits >> (last + 1) & 1) != 0) ++last;
    if (!text.empty()) text += ',';
    text += last >= value + 2 ? fmt::format("{}-{}", value, last) : fmt::format("{}", value);
    if (last >= value + 2) value = last;
  }
  return text;
}

struct Field {
  std::uint64_t bits = 0;
  bool star = false;
  std::string text;
};

// Reads one field; every mistake in it goes to `problems` with its place in the whole schedule.
class FieldReader {
 public:
  FieldReader(const FieldRule& rule, std::string_view text, std::size_t offset,
              std::vector<ScheduleProblem>& problems)
      : rule_(rule), text_(text), offset_(offset), problems_(problems) {}

  std::optional<Field> read() {
    const std::size_t problems_before = problems_.size();
    std::vector<Element> elements;
    std::size_t start = 0;
    while (true) {
      const std::size_t comma = std::min(text_.find(',', start), text_.size());
      if (const auto element = read_element(start, comma)) elements.push_back(*element);
      if (comma == text_.size()) break;
      start = comma + 1;
    }
    if (problems_.size() != problems_before) return std::nullopt;
    return fold(std::move(elements));
  }

 private:
  std::optional<Element> read_element(std::size_t start, std::size_t end) {
    if (start == end) {
      fail(start, fmt::format("{} has an empty place in its list", rule_.name));
      return std::nullopt;
    }
    Element element;
    std::size_t at = start;
    if (text_[at] == '*') {
      element = {rule_.low, last_value(), 1, true, true};
      ++at;
    } else {
      const auto low = read_value(at, end);
      if (!low) return std::nullopt;
      element.low = element.high = *low;
      if (at < end && text_[at] == '-') {
        ++at;
        const auto high = read_value(at, end);
        if (!high) return std::nullopt;
        element.high = *high;
        element.range = true;
      }
    }
    if (at < end && text_[at] == '/') {
      if (!read_step(element, start, at, end)) return std::nullopt;
    }
    if (at != end) {
      fail(at, fmt::format("'{}' in {} {} is not crontab syntax: cron would stop reading there",
                           text_[at], rule_.name, text_.substr(start, end - start)));
      return std::nullopt;
    }
    if (element.low > element.high) {
      fail(start,
           fmt::format("{} range {} runs backwards, so it never matches", rule_.name,
                       text_.substr(start, end - start)),
           element.step == 1 ? wrapped(element) : "");
      return std::nullopt;
    }
    return element;
  }

  // A number or a name at `at`, which moves behind it.
  std::optional<int> read_value(std::size_t& at, std::size_t end) {
    const std::size_t start = at;
    while (at < end && is_digit(text_[at])) ++at;
    if (at == start) return read_name(at, end);
    const std::string_view digits = text_.substr(start, at - start);
    const int value = number(digits);
    if (value < rule_.low || value > rule_.high) {
      fail(start,
           fmt::format("{} {} is out of range {}-{}", rule_.name, digits, rule_.low, rule_.high));
      return std::nullopt;
    }
    return value;
  }

  std::optional<int> read_name(std::size_t& at, std::size_t end) {
    const std::size_t start = at;
    while (at < end && is_letter(text_[at])) ++at;
    const std::string name = lowered(text_.substr(start, at - start));
    if (name.empty()) {
      if (start == end) {
        fail(start, fmt::format("{} lacks a value at its end", rule_.name));
      } else {
        fail(start, fmt::format("'{}' in {} is not crontab syntax", text_[start], rule_.name));
      }
      return std::nullopt;
    }
    for (int i = 0; i < rule_.name_count; ++i) {
      if (name == rule_.names[i]) return rule_.first_name + i;
    }
    std::string instead;
    for (int i = 0; i < rule_.name_count; ++i) {
      if (name.starts_with(rule_.names[i])) instead = rule_.names[i];
    }
    fail(start,
         rule_.names == nullptr ? fmt::format("{} takes numbers, not '{}'", rule_.name,
                                              text_.substr(start, at - start))
                                : fmt::format("'{}' is no {}: names have three letters, {} to {}",
                                              text_.substr(start, at - start), rule_.name,
                                              rule_.names[0], rule_.names[rule_.name_count - 1]),
         instead);
    return std::nullopt;
  }

  // The step behind the slash at `at`.
  bool read_step(Element& element, std::size_t start, std::size_t& at, std::size_t end) {
    const std::size_t slash = at++;
    const std::size_t digits_start = at;
    while (at < end && is_digit(text_[at])) ++at;
    const std::string_view digits = text_.substr(digits_start, at - digits_start);
    if (digits.empty()) {
      fail(slash, fmt::format("{} has no step after '/'", rule_.name));
      return false;
    }
    const int step = number(digits);
    if (!element.range) {
      fail(slash,
           fmt::format("{} {} has a step on a single value", rule_.name,
                       text_.substr(start, end - start)),
           fmt::format("{}-{}/{}", element.low, last_value(), step));
      return false;
    }
    if (step == 0) {
      fail(digits_start, fmt::format("{} has a step of 0", rule_.name));
      return false;
    }
    if (element.low <= element.high && step > 1 && step > element.high - element.low) {
      fail(digits_start,
           fmt::format("{} step {} is larger than its range {}-{}, so only {} would match",
                       rule_.name, digits, element.low, element.high, element.low),
           fmt::format("{}", element.low));
      return false;
    }
    element.step = step;
    return true;
  }

  // The field's meaning and its portable text.
  Field fold(std::vector<Element> elements) const {
    Field field;
    field.star = text_.front() == '*';
    for (const Element& element : elements) field.bits |= bits_of(element);
    if (&rule_ == kWeekdayField && (field.bits >> 7 & 1) != 0) field.bits = (field.bits | 1) & 0x7f;
    const std::uint64_t all = bits_of({rule_.low, last_value(), 1, true, true});
    // Every value, yet not begun with a star, counts as restricted for the rule of the two day
    // fields: it stays a range.
    if (field.star && field.bits == all) {
      field.text = "*";
    } else {
      field.text = portable_text(std::move(elements), field);
    }
    return field;
  }

  // Ascending, in numbers: the operator's own elements where they are so already, else a list made
  // of the values.
  std::string portable_text(std::vector<Element> elements, const Field& field) const {
    bool plain = std::all_of(elements.begin(), elements.end(), [this](const Element& element) {
      return element.high <= last_value();
    });
    if (field.star) {
      // The star stays in front: it decides how the two day fields combine.
      std::stable_sort(elements.begin() + 1, elements.end(),
                       [](const Element& a, const Element& b) { return a.low < b.low; });
      elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
    } else {
      std::stable_sort(elements.begin(), elements.end(),
                       [](const Element& a, const Element& b) { return a.low < b.low; });
      for (std::size_t i = 1; i < elements.size(); ++i)
        plain = plain && elements[i].low > elements[i - 1].high;
    }
    if (!plain) return (field.star ? text_of(elements.front()) + "," : "") + list_of(field.bits);
    std::string text;
    for (const Element& element : elements) {
      if (!text.empty()) text += ',';
      text += text_of(element);
    }
    return text;
  }

  // The largest value that is not just another name for a smaller one (7 is Sunday, as 0 is).
  int last_value() const { return &rule_ == kWeekdayField ? 6 : rule_.high; }

  std::string wrapped(const Element& element) const {
    const auto part = [](int low, int high) {
      return low == high ? fmt::format("{}", low) : fmt::format("{}-{}", low, high);
    };
    const int first = rule_.low;
    const int last = last_value();
    if (element.low > last) return part(first, element.high);  // 7-1: Sunday and Monday
    return fmt::format("{},{}", part(first, element.high), part(element.low, last));
  }

  // Saturates far above every range; cron would wrap around.
  static int number(std::string_view digits) {
    int value = 0;
    for (const char c : digits) value = std::min(value * 10 + (c - '0'), 1'000'000);
    return value;
  }

  void fail(std::size_t at, std::string what, std::string instead = {}) {
    problems_.push_back({offset_ + at, std::move(what), std::move(instead)});
  }

  const FieldRule& rule_;
  std::string_view text_;
  std::size_t offset_;
  std::vector<ScheduleProblem>& problems_;
};

struct Word {
  std::string_view text;
  std::size_t offset;
};

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  std::size_t at = 0;
  while (true) {
    while (at < text.size() && is_blank(text[at])) ++at;
    if (at == text.size()) return words;
    const std::size_t start = at;
    while (at < text.size() && !is_blank(text[at])) ++at;
    words.push_back({text.substr(start, at - start), start});
  }
}

constexpr std::array<int, 13> kLongest = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

// Whether some day of some year matches: the longest form of each month decides (29 February does
// come).
bool ever_comes(const Schedule& schedule) {
  // Either day field suffices when neither begins with a star, so the day of week makes up for an
  // impossible date.
  if (!schedule.day_star && !schedule.weekday_star) return true;
  for (int month = 1; month <= 12; ++month) {
    if ((schedule.months >> month & 1) == 0) continue;
    if (std::countr_zero(schedule.days) <= kLongest[static_cast<std::size_t>(month)]) return true;
  }
  return false;
}

ParsedSchedule parse_at_word(const std::vector<Word>& words) {
  const Word& first = words.front();
  ParsedSchedule result;
  if (words.size() > 1) {
    result.problems.push_back(
        {words[1].offset, fmt::format("{} stands alone: no field follows it", first.text), ""});
    return result;
  }
  if (first.text == "@reboot") {
    result.schedule.emplace();
    result.schedule->reboot = true;
    result.schedule->text = "@reboot";
    return result;
  }
  for (const AtWord& at_word : kAtWords) {
    if (first.text == at_word.word) return parse_schedule(at_word.fields);
  }
  std::string instead;
  for (const AtWord& at_word : kAtWords) {
    if (lowered(first.text) == at_word.word) instead = at_word.word;
  }
  result.problems.push_back({first.offset,
                             fmt::format("{} is not known to cron: it reads @hourly, @daily, "
                                         "@midnight, @weekly, @monthly, @yearly, "
                                         "@annually and @reboot",
                                         first.text),
                             instead});
  return result;
}

}  // namespace

ParsedSchedule parse_schedule(std::string_view text) {
  ParsedSchedule result;
  const std::vector<Word> words = words_of(text);
  if (words.empty()) {
    result.problems.push_back(
        {0, "a schedule has five fields, but this one is empty", "17 3 * * *"});
    return result;
  }
  if (words.front().text.front() == '@') return parse_at_word(words);
  if (words.size() != kFields.size()) {
    const std::size_t at =
        words.size() > kFields.size() ? words[kFields.size()].offset : text.size();
    result.problems.push_back(
        {at,
         fmt::format("a schedule has five fields (minute, hour, day of month, month, day of "
                     "week), but this one has {}",
                     words.size()),
         ""});
    return result;
  }
  std::array<Field, 5> fields;
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    if (auto field =
            FieldReader(kFields[i], words[i].text, words[i].offset, result.problems).read()) {
      fields[i] = std::move(*field);
    }
  }
  if (!result.problems.empty()) return result;

  Schedule schedule;
  schedule.minutes = fields[0].bits;
  schedule.hours = static_cast<std::uint32_t>(fields[1].bits);
  schedule.days = static_cast<std::uint32_t>(fields[2].bits);
  schedule.months = static_cast<std::uint32_t>(fields[3].bits);
  schedule.weekdays = static_cast<std::uint32_t>(fields[4].bits);
  schedule.minute_star = fields[0].star;
  schedule.hour_star = fields[1].star;
  schedule.day_star = fields[2].star;
  schedule.weekday_star = fields[4].star;
  schedule.text = fmt::format("{} {} {} {} {}", fields[0].text, fields[1].text, fields[2].text,
                              fields[3].text, fields[4].text);
  if (!ever_comes(schedule)) {
    result.problems.push_back(
        {words[2].offset,
         fmt::format("day of month {} never comes in month {}: the job would never run",
                     fields[2].text, fields[3].text),
         ""});
    return result;
  }
  result.schedule = std::move(schedule);
  return result;
}

}  // namespace leader_cron
