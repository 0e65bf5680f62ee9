#include "cron/foreign_syntax.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "cron/excerpt.h"

namespace leader_cron {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

std::string lowered(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return lower;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// The number that `text` is, or nothing: not digits only, or above `most`.
std::optional<int> number_of(std::string_view text, int most) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (!all_digits(text) || error != std::errc() || end != text.data() + text.size() ||
      value > most) {
    return std::nullopt;
  }
  return value;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t at = 0;
  while (true) {
    while (at < text.size() && is_blank(text[at])) ++at;
    if (at == text.size()) return words;
    const std::size_t start = at;
    while (at < text.size() && !is_blank(text[at])) ++at;
    words.push_back(text.substr(start, at - start));
  }
}

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

std::optional<ScheduleProblem> at_a_time(std::string_view text) {
  // "3:17", "03:17:00": a time of day.
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto hour = number_of(text.substr(0, colon), 23);
  const auto minute = number_of(text.substr(colon + 1, 2), 59);
  if (!hour || !minute) return std::nullopt;
  return ScheduleProblem{
      0, fmt::format("{} is a time of day: cron wants the minute, then the hour", excerpt(text)),
      fmt::format("{} {} * * *", *minute, *hour)};
}

// rate(5 minutes), every 5 minutes, @every 5m: an interval.
std::string every(int count, char unit) {
  if (unit == 'm' && count >= 1 && 60 % count == 0) {
    return count == 1    ? "* * * * *"
           : count == 60 ? "0 * * * *"
                         : fmt::format("*/{} * * * *", count);
  }
  if (unit == 'h' && count >= 1 && 24 % count == 0) {
    return count == 1    ? "0 * * * *"
           : count == 24 ? "0 0 * * *"
                         : fmt::format("0 */{} * * *", count);
  }
  if (unit == 'd' && count == 1) return "0 0 * * *";
  if (unit == 'w' && count == 1) return "0 0 * * 0";
  return "";
}

std::string interval_of(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_of("0123456789"), text.size());
  const std::size_t end = std::min(text.find_first_not_of("0123456789", digits), text.size());
  const std::size_t unit = std::min(text.find_first_not_of(' ', end), text.size());
  const auto count =
      digits == text.size() ? std::optional(1) : number_of(text.substr(digits, end - digits), 1000);
  if (!count || unit == text.size()) return "";
  return every(*count, text[unit]);
}

std::optional<ScheduleProblem> at_word(std::string_view text) {
  const std::string lower = lowered(text);
  constexpr const char* kKnown =
      "cron reads @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually and @reboot";
  constexpr std::array<std::string_view, 8> kWords = {
      "@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually", "@reboot"};
  if (lower.starts_with("@every")) {
    return ScheduleProblem{0,
                           "@every, an interval, is that of Go's schedulers: cron wants the times",
                           interval_of(std::string_view(lower).substr(6))};
  }
  std::string instead;
  if (std::find(kWords.begin(), kWords.end(), lower) != kWords.end()) instead = lower;
  if (lower == "@noon") instead = "0 12 * * *";
  if (lower == "@minutely") instead = "* * * * *";
  if (lower == "@quarterly") instead = "0 0 1 1,4,7,10 *";
  return ScheduleProblem{0, fmt::format("{} is not known to cron: {}", excerpt(text), kKnown),
                         instead};
}

// Without what stands in all forms: blanks at both ends.
std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_year(std::string_view word) {
  return word.size() >= 4 && (word.starts_with("19") || word.starts_with("20")) &&
         all_digits(word.substr(0, 4)) &&
         (word.size() == 4 || word[4] == '-' || word[4] == ',' || word[4] == '/');
}

// Fields first to first + 5 as a schedule, mended as far as it can be.
std::string five_of(const std::vector<std::string_view>& words, std::size_t first) {
  std::string text;
  for (std::size_t i = first; i < first + 5; ++i)
    text += fmt::format("{}{}", i == first ? "" : " ", words[i]);
  const ParsedSchedule parsed = parse_schedule(text);
  if (parsed.schedule) return text;
  const std::string& instead = parsed.problems.front().instead;
  return parse_schedule(instead).schedule ? instead : "";
}

std::optional<ScheduleProblem> too_many_fields(const std::vector<std::string_view>& words,
                                               std::string_view text) {
  const auto offset_of = [text](std::string_view word) {
    return static_cast<std::size_t>(word.data() - text.data());
  };
  const bool year_last =
      is_year(words.back()) || (words.back() == "*" && text.find('?') != std::string_view::npos);
  const std::string last_five = five_of(words, 1);
  if (words.size() == 7 && year_last && !last_five.empty()) {
    return ScheduleProblem{
        0, "seven fields are Quartz's, with seconds first and a year last: cron has neither",
        last_five};
  }
  if (words.size() == 6 && year_last) {
    return ScheduleProblem{offset_of(words[5]),
                           "a sixth field with a year is Quartz's or AWS': cron runs every year",
                           five_of(words, 0)};
  }
  const bool weekday_last =
      words.size() == 6 && (read_field(kFieldRules[4], words[5]).field || words[5] == "?");
  if (weekday_last && !last_five.empty()) {
    return ScheduleProblem{
        0, "six fields are Quartz's or Spring's, with seconds first: cron counts minutes",
        last_five};
  }
  const std::string first_five = five_of(words, 0);
  if (first_five.empty()) return std::nullopt;
  return ScheduleProblem{
      offset_of(words[5]),
      "a schedule ends after its five fields: the user and the command have keys of their own",
      first_five};
}

std::optional<ScheduleProblem> plain_words(std::string_view text) {
  const std::string lower = lowered(text);
  for (const std::string_view word :
       {"hourly", "daily", "midnight", "weekly", "monthly", "yearly", "annually"}) {
    if (lower == word)
      return ScheduleProblem{0, fmt::format("{} is written with an @", text),
                             fmt::format("@{}", lower)};
  }
  if (lower.starts_with("every")) {
    return ScheduleProblem{0, "an interval in words is not crontab syntax: cron wants the times",
                           interval_of(lower)};
  }
  return std::nullopt;
}

}  // namespace

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
  if (auto time = at_a_time(element)) {
    return ForeignElement{
        fmt::format("{} {} is a time of day: minute and hour are fields of their own", rule.name,
                    excerpt(element)),
        ""};
  }
  return std::nullopt;
}

std::optional<ScheduleProblem> foreign_schedule(std::string_view whole) {
  const std::string_view text = trimmed(whole);
  if (text.starts_with('@')) return at_word(text);
  const std::string lower = lowered(text);
  if (lower.starts_with("rate(")) {
    return ScheduleProblem{0, "rate(), an interval, is AWS': cron wants the times",
                           interval_of(std::string_view(lower).substr(5))};
  }
  if (lower.starts_with("cron(") && text.ends_with(')')) {
    const std::string_view inner = text.substr(5, text.size() - 6);
    const auto words = words_of(inner);
    return ScheduleProblem{0,
                           "cron() is AWS', with six fields: cron takes the first five without it",
                           words.size() >= 5 ? five_of(words, 0) : ""};
  }
  const auto words = words_of(text);
  if (words.front().find('=') != std::string_view::npos && is_letter(words.front().front())) {
    return ScheduleProblem{
        0, "a schedule has no time zone or other setting: cron runs in the machine's zone",
        words.size() == 6 ? five_of(words, 1) : ""};
  }
  if (words.size() == 1) {
    if (auto time = at_a_time(text)) return time;
  }
  if (auto word = plain_words(text)) return word;
  if (text.find("*-*") != std::string_view::npos) {
    return ScheduleProblem{0, "this is a calendar event of systemd: cron has five fields", ""};
  }
  return words.size() > 5 ? too_many_fields(words, text) : std::nullopt;
}

}  // namespace leader_cron
