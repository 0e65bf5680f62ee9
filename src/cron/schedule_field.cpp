#include "cron/schedule_field.h"

#include <fmt/format.h>

#include <algorithm>

#include "cron/ascii.h"
#include "cron/excerpt.h"
#include "cron/foreign_element.h"

namespace leader_cron {
namespace {

constexpr const char* kMonths[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                   "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr const char* kWeekdays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

// The character at the start of `text`, all bytes of it.
std::string_view first_character(std::string_view text) {
  std::size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) ++size;
  return text.substr(0, size);
}

// One element of a field's list, low to high by step.
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
  for (int value = element.low; value <= element.high; value += element.step) {
    bits |= std::uint64_t{1} << value;
  }
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

// Saturates far above every range; cron would wrap around.
int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = std::min(value * 10 + (c - '0'), 1'000'000);
  return value;
}

// Reads one element; its first mistake ends it.
class ElementReader {
 public:
  ElementReader(const FieldRule& rule, std::string_view text) : rule_(rule), text_(text) {}

  std::optional<Element> read() {
    if (text_.empty()) return fail(0, fmt::format("{} has an empty place in its list", rule_.name));
    if (auto foreign = foreign_element(rule_, text_)) {
      return fail(0, std::move(foreign->what), std::move(foreign->instead));
    }
    Element element;
    if (text_.front() == '*') {
      element = {rule_.low, rule_.last, 1, true, true};
      ++at_;
    } else {
      const auto low = read_value();
      if (!low) return std::nullopt;
      element.low = element.high = *low;
      if (at_ < text_.size() && text_[at_] == '-') {
        ++at_;
        const auto high = read_value();
        if (!high) return std::nullopt;
        element.high = *high;
        element.range = true;
      }
    }
    if (at_ < text_.size() && text_[at_] == '/' && !read_step(element)) return std::nullopt;
    if (at_ != text_.size()) {
      return fail(at_,
                  fmt::format("'{}' in {} {} is not crontab syntax: cron would stop reading there",
                              first_character(text_.substr(at_)), rule_.name, excerpt(text_)));
    }
    if (element.low > element.high) {
      return fail(0,
                  fmt::format("{} range {} runs backwards, so it never matches", rule_.name,
                              excerpt(text_)),
                  element.step == 1 ? wrapped(element) : "");
    }
    return element;
  }

  ScheduleProblem take_problem() { return std::move(problem_); }

 private:
  // A number or a name at at_, which moves behind it.
  std::optional<int> read_value() {
    const std::size_t start = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    if (at_ == start) return read_name();
    const std::string_view digits = text_.substr(start, at_ - start);
    const int value = number(digits);
    if (value < rule_.low || value > rule_.high) {
      fail(start,
           fmt::format("{} {} is out of range {}-{}", rule_.name, excerpt(digits), rule_.low,
                       rule_.high),
           value == rule_.high + 1 && rule_.low == 0 && rule_.names == nullptr
               ? replaced(start, digits.size(), "0")  // 24:00 and minute 60 are the next 0
               : "");
      return std::nullopt;
    }
    return value;
  }

  std::optional<int> read_name() {
    const std::size_t start = at_;
    while (at_ < text_.size() && is_letter(text_[at_])) ++at_;
    const std::string_view word = text_.substr(start, at_ - start);
    if (word.empty()) {
      fail(start, start == text_.size()
                      ? fmt::format("{} {} lacks a value at its end", rule_.name, excerpt(text_))
                      : fmt::format("'{}' in {} is not crontab syntax",
                                    first_character(text_.substr(start)), rule_.name));
      return std::nullopt;
    }
    const std::string name = lowered(word);
    std::string nearest;
    for (int i = 0; i < rule_.name_count; ++i) {
      if (name == rule_.names[i]) return rule_.first_name + i;
      if (name.starts_with(rule_.names[i])) nearest = rule_.names[i];
    }
    fail(start,
         rule_.names == nullptr
             ? fmt::format("{} takes numbers, not '{}'", rule_.name, excerpt(word))
             : fmt::format("'{}' is no {}: names have three letters, {} to {}", excerpt(word),
                           rule_.name, rule_.names[0], rule_.names[rule_.name_count - 1]),
         nearest.empty() ? "" : with_short_names());
    return std::nullopt;
  }

  // The element with each word cut to the name that it begins with: january-march gives jan-mar.
  std::string with_short_names() const {
    std::string result;
    std::size_t letters = 0;
    for (const char c : text_) {
      letters = is_letter(c) ? letters + 1 : 0;
      if (letters <= 3) result += c;
    }
    return result;
  }

  // The step behind the slash at at_.
  bool read_step(Element& element) {
    const std::size_t slash = at_++;
    const std::size_t start = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    const std::string_view digits = text_.substr(start, at_ - start);
    if (digits.empty()) {
      fail(slash, fmt::format("{} {} has no step after '/'", rule_.name, excerpt(text_)));
      return false;
    }
    const int step = number(digits);
    if (!element.range) {
      fail(slash, fmt::format("{} {} has a step on a single value", rule_.name, excerpt(text_)),
           step <= rule_.last - element.low ? fmt::format("{}-{}/{}", element.low, rule_.last, step)
                                            : fmt::format("{}", element.low));
      return false;
    }
    if (step == 0) {
      fail(start, fmt::format("{} {} has a step of 0", rule_.name, excerpt(text_)),
           std::string(text_.substr(0, slash)));
      return false;
    }
    if (element.low <= element.high && step > 1 && step > element.high - element.low) {
      fail(start,
           fmt::format("{} step {} is larger than its range {}-{}, so only {} would match",
                       rule_.name, excerpt(digits), element.low, element.high, element.low),
           fmt::format("{}", element.low));
      return false;
    }
    element.step = step;
    return true;
  }

  std::string replaced(std::size_t start, std::size_t size, std::string_view by) const {
    return fmt::format("{}{}{}", text_.substr(0, start), by, text_.substr(start + size));
  }

  // A backward range as the two that were meant.
  std::string wrapped(const Element& element) const {
    const auto part = [](int low, int high) {
      return low == high ? fmt::format("{}", low) : fmt::format("{}-{}", low, high);
    };
    if (element.low > rule_.last) return part(rule_.low, element.high);  // 7-1: Sunday and Monday
    return fmt::format("{},{}", part(rule_.low, element.high), part(element.low, rule_.last));
  }

  std::nullopt_t fail(std::size_t at, std::string what, std::string instead = {}) {
    problem_ = {at, std::move(what), std::move(instead)};
    return std::nullopt;
  }

  const FieldRule& rule_;
  std::string_view text_;
  std::size_t at_ = 0;
  ScheduleProblem problem_;
};

// Ascending, in numbers: the operator's own elements where they are so already, else a list made of
// the values.
std::string portable_text(const FieldRule& rule, std::vector<Element> elements,
                          const Field& field) {
  bool plain = std::all_of(elements.begin(), elements.end(),
                           [&rule](const Element& element) { return element.high <= rule.last; });
  const auto by_low = [](const Element& a, const Element& b) { return a.low < b.low; };
  if (field.star) {
    // The star stays in front: it decides how the two day fields combine.
    std::stable_sort(elements.begin() + 1, elements.end(), by_low);
    elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
  } else {
    std::stable_sort(elements.begin(), elements.end(), by_low);
    for (std::size_t i = 1; i < elements.size(); ++i) {
      plain = plain && elements[i].low > elements[i - 1].high;
    }
  }
  if (!plain) {
    return (field.star ? text_of(elements.front()) + "," : "") + list_of(field.bits);
  }
  std::string text;
  for (const Element& element : elements) {
    if (!text.empty()) text += ',';
    text += text_of(element);
  }
  return text;
}

Field field_of(const FieldRule& rule, std::string_view text, std::vector<Element> elements) {
  Field field;
  field.star = text.front() == '*';
  for (const Element& element : elements) field.bits |= bits_of(element);
  if (rule.last != rule.high && (field.bits >> rule.high & 1) != 0) {
    field.bits = (field.bits | 1) & ~(std::uint64_t{1} << rule.high);
  }
  // Every value, yet not begun with a star, counts as restricted for the rule of the two day
  // fields: it stays a range.
  const bool all = field.bits == bits_of({rule.low, rule.last, 1, true, true});
  field.text = field.star && all ? "*" : portable_text(rule, std::move(elements), field);
  return field;
}

}  // namespace

const std::array<FieldRule, 5> kFieldRules = {{{"minute", 0, 59, 59, nullptr, 0, 0},
                                               {"hour", 0, 23, 23, nullptr, 0, 0},
                                               {"day of month", 1, 31, 31, nullptr, 0, 0},
                                               {"month", 1, 12, 12, kMonths, 1, 12},
                                               {"day of week", 0, 7, 6, kWeekdays, 0, 7}}};

ReadField read_field(const FieldRule& rule, std::string_view text) {
  ReadField result;
  std::vector<Element> elements;
  bool mendable = true;
  std::size_t start = 0;
  while (true) {
    const std::size_t comma = std::min(text.find(',', start), text.size());
    const std::string_view element_text = text.substr(start, comma - start);
    ElementReader reader(rule, element_text);
    std::string mended(element_text);
    if (const auto element = reader.read()) {
      elements.push_back(*element);
    } else {
      ScheduleProblem problem = reader.take_problem();
      problem.offset += start;
      mended = problem.instead;
      mendable = mendable && (!mended.empty() || element_text.empty());
      result.problems.push_back(std::move(problem));
    }
    if (!mended.empty() && !result.mended.empty()) result.mended += ',';
    result.mended += mended;
    if (comma == text.size()) break;
    start = comma + 1;
  }
  if (!mendable) result.mended.clear();
  if (result.problems.empty()) result.field = field_of(rule, text, std::move(elements));
  return result;
}

}  // namespace leader_cron
