#include "cron/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "cron/ascii.h"
#include "cron/foreign_schedule.h"
#include "cron/schedule_field.h"

namespace leader_cron {
namespace {

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

// In leap years; 29 February does come.
constexpr std::array<int, 13> kLongest = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

int longest_month(std::uint32_t months) {
  int longest = 0;
  for (int month = 1; month <= 12; ++month) {
    if ((months >> month & 1) != 0)
      longest = std::max(longest, kLongest[static_cast<std::size_t>(month)]);
  }
  return longest;
}

// Whether some day of some year matches.
bool ever_comes(const Schedule& schedule) {
  // Either day field suffices when neither begins with a star, so the day of week makes up for an
  // impossible date.
  if (!schedule.day_star && !schedule.weekday_star) return true;
  return std::countr_zero(schedule.days) <= longest_month(schedule.months);
}

ParsedSchedule one_problem(ScheduleProblem problem) {
  ParsedSchedule result;
  result.problems.push_back(std::move(problem));
  return result;
}

ParsedSchedule parse_at_word(const std::vector<Word>& words, std::string_view text) {
  const Word& first = words.front();
  const auto known = std::find_if(kAtWords.begin(), kAtWords.end(),
                                  [&first](const AtWord& each) { return each.word == first.text; });
  if (known == kAtWords.end() && first.text != "@reboot") {
    ScheduleProblem problem = foreign_schedule(text).value_or(ScheduleProblem{});
    problem.offset = first.offset;
    return one_problem(std::move(problem));
  }
  if (words.size() > 1) {
    return one_problem({words[1].offset,
                        fmt::format("{} stands alone: no field follows it", first.text),
                        std::string(first.text)});
  }
  if (known != kAtWords.end()) return parse_schedule(known->fields);
  ParsedSchedule result;
  result.schedule.emplace();
  result.schedule->reboot = true;
  result.schedule->text = "@reboot";
  return result;
}

ParsedSchedule wrong_number_of_fields(const std::vector<Word>& words, std::string_view text) {
  if (auto foreign = foreign_schedule(text)) {
    foreign->offset += words.front().offset;
    return one_problem(std::move(*foreign));
  }
  const std::size_t at =
      words.size() > kFieldRules.size() ? words[kFieldRules.size()].offset : text.size();
  return one_problem(
      {at,
       fmt::format(
           "a schedule has five fields (minute, hour, day of month, month, day of week), but "
           "this one has {}",
           words.size()),
       ""});
}

// The day fields say the same in fewer words where one of them alone allows every day.
void drop_needless_day_field(Schedule& schedule, std::array<Field, 5>& fields) {
  constexpr std::uint32_t kAllDays = 0xFFFFFFFE;
  constexpr std::uint32_t kAllWeekdays = 0x7F;
  const bool every_day = schedule.days == kAllDays;
  const bool every_weekday = schedule.weekdays == kAllWeekdays;
  const bool either = !schedule.day_star && !schedule.weekday_star;
  // With OR, one field that allows every day makes the other one idle; with AND, it is idle itself.
  if (every_day || (either && every_weekday)) {
    schedule.day_star = true;
    schedule.days = kAllDays;
    fields[2].text = "*";
  }
  if (every_weekday || (either && every_day)) {
    schedule.weekday_star = true;
    schedule.weekdays = kAllWeekdays;
    fields[4].text = "*";
  }
}

ParsedSchedule schedule_of(std::array<Field, 5> fields, const std::vector<Word>& words) {
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
  if (!ever_comes(schedule)) {
    return one_problem(
        {words[2].offset,
         fmt::format("day of month {} never comes in month {}: the job would never run",
                     fields[2].text, fields[3].text),
         fmt::format("{} {} {} {} {}", words[0].text, words[1].text, longest_month(schedule.months),
                     words[3].text, words[4].text)});
  }
  drop_needless_day_field(schedule, fields);
  schedule.text = fmt::format("{} {} {} {} {}", fields[0].text, fields[1].text, fields[2].text,
                              fields[3].text, fields[4].text);
  ParsedSchedule result;
  result.schedule = std::move(schedule);
  return result;
}

}  // namespace

ParsedSchedule parse_schedule(std::string_view text) {
  const std::vector<Word> words = words_of(text);
  if (words.empty()) {
    return one_problem({0, "a schedule has five fields, but this one is empty", "17 3 * * *"});
  }
  if (words.front().text.front() == '@') return parse_at_word(words, text);
  if (words.size() != kFieldRules.size()) return wrong_number_of_fields(words, text);
  ParsedSchedule result;
  std::array<Field, 5> fields;
  std::string mended;
  bool all_mended = true;
  for (std::size_t i = 0; i < kFieldRules.size(); ++i) {
    ReadField read = read_field(kFieldRules[i], words[i].text);
    if (read.field) fields[i] = std::move(*read.field);
    for (ScheduleProblem& problem : read.problems) {
      problem.offset += words[i].offset;
      result.problems.push_back(std::move(problem));
    }
    all_mended = all_mended && !read.mended.empty();
    if (!mended.empty()) mended += ' ';
    mended += read.mended;
  }
  if (result.problems.empty()) return schedule_of(std::move(fields), words);
  // Only a whole schedule can be copied.
  const bool can_be_copied = all_mended && parse_schedule(mended).schedule;
  for (ScheduleProblem& problem : result.problems) problem.instead = can_be_copied ? mended : "";
  return result;
}

}  // namespace leader_cron
