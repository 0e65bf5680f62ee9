#include "cron/foreign_schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "cron/ascii.h"
#include "cron/excerpt.h"
#include "cron/foreign_element.h"

namespace leader_cron {
namespace {

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
    if (const auto time = time_of_day(text)) {
      return ScheduleProblem{
          0,
          fmt::format("{} is a time of day: cron wants the minute, then the hour", excerpt(text)),
          fmt::format("{} {} * * *", time->minute, time->hour)};
    }
  }
  if (auto word = plain_words(text)) return word;
  if (text.find("*-*") != std::string_view::npos) {
    return ScheduleProblem{0, "this is a calendar event of systemd: cron has five fields", ""};
  }
  return words.size() > 5 ? too_many_fields(words, text) : std::nullopt;
}

}  // namespace leader_cron
