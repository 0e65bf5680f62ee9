#include "cron/foreign_element.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cron/ascii.h"
#include "cron/excerpt.h"

namespace leader_cron {
namespace {

bool is_day_of_month(const FieldRule& rule) {
  return &rule == &kFieldRules[2];
}
bool is_day_of_week(const FieldRule& rule) {
  return &rule == &kFieldRules[4];
}

// A value that Jenkins or cronie would draw: any will do, and not the full hour, at which
// everything starts.
int any_value(const FieldRule& rule) {
  if (&rule == &kFieldRules[0]) return 17;
  if (&rule == &kFieldRules[1]) return 3;
  return rule.low;
}

std::optional<ForeignElement> day_of_month_of_quartz(const FieldRule& rule,
                                                     std::string_view element,
                                                     const std::string& lower) {
  constexpr const char* kLastDay =
      "L, the last day of the month, is Quartz's: for cron, name the days it may be and begin the "
      "command with "
      "[ \"$(date -d tomorrow +%d)\" = 01 ] || exit 0";
  if (lower == "l" || lower == "lw") return ForeignElement{kLastDay, "28-31"};
  if (lower.starts_with("l-")) {
    const auto before = number_of(std::string_view(lower).substr(2), 27);
    return ForeignElement{
        "L-n, days before the end of the month, is Quartz's: cron counts days from the first",
        before ? fmt::format("{}", 30 - *before) : ""};
  }
  if (lower.size() > 1 && lower.back() == 'w') {
    const auto day = number_of(std::string_view(lower).substr(0, lower.size() - 1), rule.high);
    if (!day || *day < 1) return std::nullopt;
    return ForeignElement{
        fmt::format("{}, the weekday nearest the {}., is Quartz's: cron knows dates as they are",
                    element, *day),
        fmt::format("{}", *day)};
  }
  return std::nullopt;
}

std::optional<ForeignElement> day_of_week_of_quartz(std::string_view element,
                                                    const std::string& lower) {
  const std::size_t hash = lower.find('#');
  if (hash != std::string::npos && hash > 0) {
    return ForeignElement{
        fmt::format(
            "{}, the n-th such day of a month, is Quartz's: for cron, name the day and test "
            "the date in the command",
            element),
        lower.substr(0, hash)};
  }
  if (lower.size() > 1 && lower.back() == 'l' && (lower.size() == 4 || is_digit(lower[0]))) {
    return ForeignElement{
        fmt::format(
            "{}, the last such day of a month, is Quartz's: for cron, name the day and test "
            "the date in the command",
            element),
        lower.substr(0, lower.size() - 1)};
  }
  if (lower == "l")
    return ForeignElement{"L, the last day of the week, is Quartz's: cron names it", "6"};
  return std::nullopt;
}

// Jenkins' H, H/15, H(0-29), H(0-29)/10.
std::optional<ForeignElement> hash_of_jenkins(const FieldRule& rule, const std::string& lower) {
  if (lower.front() != 'h' || (lower.size() > 1 && lower[1] != '/' && lower[1] != '('))
    return std::nullopt;
  const std::size_t slash = lower.find('/');
  const std::size_t close = lower.find(')');
  std::string range = fmt::format("{}", any_value(rule));
  if (close != std::string::npos) range = lower.substr(2, close - 2);
  if (slash != std::string::npos) {
    range = (close == std::string::npos ? "*" : range) + lower.substr(slash);
  } else if (close != std::string::npos) {
    range = range.substr(0, range.find('-'));
  }
  return ForeignElement{"H, a value that is drawn, is Jenkins': cron takes the value itself",
                        range};
}

// Typographic characters that look like cron's own.
std::string with_plain_characters(std::string_view element) {
  constexpr std::array<std::array<std::string_view, 2>, 7> kLookAlikes = {{{"\u2013", "-"},
                                                                           {"\u2014", "-"},
                                                                           {"\u2212", "-"},
                                                                           {"\u2217", "*"},
                                                                           {"\uff0a", "*"},
                                                                           {"\u2044", "/"},
                                                                           {"\uff0c", ","}}};
  std::string plain(element);
  for (const auto& [look_alike, real] : kLookAlikes) {
    for (std::size_t at = 0; (at = plain.find(look_alike, at)) != std::string::npos;) {
      plain.replace(at, look_alike.size(), real);
    }
  }
  return plain;
}
}  // namespace

std::optional<TimeOfDay> time_of_day(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto hour = number_of(text.substr(0, colon), 23);
  const auto minute = number_of(text.substr(colon + 1, 2), 59);
  if (!hour || !minute) return std::nullopt;
  return TimeOfDay{*hour, *minute};
}

std::optional<ForeignElement> foreign_element(const FieldRule& rule, std::string_view element) {
  const std::string lower = lowered(element);
  if (lower == "?")
    return ForeignElement{"? is Quartz's and AWS': cron writes * for any value", "*"};
  if (is_day_of_month(rule)) {
    if (auto quartz = day_of_month_of_quartz(rule, element, lower)) return quartz;
  }
  if (is_day_of_week(rule)) {
    if (auto quartz = day_of_week_of_quartz(element, lower)) return quartz;
  }
  if (auto jenkins = hash_of_jenkins(rule, lower)) return jenkins;
  const std::size_t tilde = lower.find('~');
  if (tilde != std::string::npos &&
      std::all_of(lower.begin(), lower.end(), [](char c) { return is_digit(c) || c == '~'; })) {
    return ForeignElement{
        "~, a value that is drawn, is cronie's: Debian's cron would stop reading there",
        tilde > 0 ? lower.substr(0, tilde) : fmt::format("{}", any_value(rule))};
  }
  if (lower.size() > 1 && lower.front() == '*' && all_digits(std::string_view(lower).substr(1))) {
    return ForeignElement{fmt::format("{} {} is not crontab syntax: cron would read it as *",
                                      rule.name, excerpt(element)),
                          fmt::format("*/{}", std::string_view(lower).substr(1))};
  }
  const std::size_t semicolon = lower.find(';');
  if (semicolon != std::string::npos && semicolon > 0) {
    std::string listed = lower;
    std::replace(listed.begin(), listed.end(), ';', ',');
    return ForeignElement{
        fmt::format("{} {} has ';' where a list has ',': cron would stop reading there", rule.name,
                    excerpt(element)),
        listed};
  }
  if (const std::string plain = with_plain_characters(element); plain != element) {
    return ForeignElement{
        fmt::format("{} {} has a typographic character that only looks like crontab syntax",
                    rule.name, excerpt(element)),
        plain};
  }
  if (time_of_day(element)) {
    return ForeignElement{
        fmt::format("{} {} is a time of day: minute and hour are fields of their own", rule.name,
                    excerpt(element)),
        ""};
  }
  return std::nullopt;
}

}  // namespace leader_cron
