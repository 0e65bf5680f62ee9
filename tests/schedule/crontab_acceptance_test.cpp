// What leader-cron says of a schedule, held against what runs it: Debian's parser of crontabs,
// asked by "crontab -n" (debian_crontab.h), and Debian's daemon on a virtual clock (cron_daemon.h).
//
// Each property looks at batches, for a process or a daemon for each schedule would take too long.
// A batch fails with the schedule to blame, found by halving, and shrinks to that schedule alone.
// LEADER_CRON_SCHEDULES says how many schedules a property looks at in all, up to 400,000;
// rapidcheck prints on failure what to set RC_PARAMS to for the same ones again.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "cron/schedule.h"
#include "cron_daemon.h"
#include "debian_crontab.h"
#include "schedule_generator.h"

namespace leader_cron {
namespace {

using schedule_generator::Batch;

// Batches in a property, where RC_PARAMS does not say otherwise.
constexpr std::size_t kBatches = 100;

// The size of a batch; `share` is for a property whose schedules cost more than others'.
std::size_t batch_size(double share = 1) {
  const char* wanted = std::getenv("LEADER_CRON_SCHEDULES");
  const double all = wanted == nullptr ? 20'000 : std::strtod(wanted, nullptr);
  return static_cast<std::size_t>(std::clamp(share * all / kBatches, 1.0, 4'000.0));
}

std::string crontab_line(const std::string& schedule) {
  return schedule + " /bin/true";
}

// Cron takes such a line for a comment or for a variable, and never looks at a schedule in it.
bool is_no_job_line(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return text.find('=') != std::string::npos || (first != std::string::npos && text[first] == '#');
}

std::string messages_of(const ParsedSchedule& parsed) {
  std::string all;
  for (const ScheduleProblem& problem : parsed.problems)
    all += fmt::format("  at {}: {}\n", problem.offset, problem.what);
  return all;
}

// ---- Debian's parser ----

class DebianParser : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = debian_crontab::why_crontab_cannot_run_here()) GTEST_SKIP() << *why;
  }
};

TEST_F(DebianParser, RefusesABadLineAmongGoodOnesSoThisHarnessCanFail) {
  std::vector<std::string> lines(100, crontab_line("*/5 9-17 * jan-mar MON"));
  EXPECT_EQ(debian_crontab::first_refused(lines), std::nullopt);
  for (const std::size_t at : {0U, 1U, 57U, 99U}) {
    std::vector<std::string> with_bad = lines;
    with_bad[at] = crontab_line("61 0 * * *");
    EXPECT_EQ(debian_crontab::first_refused(with_bad), with_bad[at]);
  }
}

// Every schedule that is accepted is taken by cron, as the operator wrote it and as it is written
// to the crontab.
void expect_taken(const Batch& batch) {
  std::vector<std::string> lines;
  for (const std::string& text : batch) {
    const ParsedSchedule parsed = parse_schedule(text);
    if (!parsed.schedule) continue;
    if (is_no_job_line(text)) RC_FAIL("accepted, yet no job to cron: " + text);
    lines.push_back(crontab_line(text));
    lines.push_back(crontab_line(parsed.schedule->text));
  }
  if (const auto culprit = debian_crontab::first_refused(lines))
    RC_FAIL(fmt::format("crontab -n refuses: {}\n{}", *culprit,
                        *debian_crontab::refusal_of({*culprit})));
}

TEST_F(DebianParser, TakesEveryAcceptedSchedule) {
  rc::detail::checkGTest(
      [] { expect_taken(*schedule_generator::well_formed_batch(batch_size())); });
}

TEST_F(DebianParser, TakesEveryAcceptedOddText) {
  rc::detail::checkGTest([] { expect_taken(*schedule_generator::odd_batch(batch_size())); });
}

// What Debian's cron takes without a word and leader-cron refuses: all of it, each with the message
// that the operator sees and one schedule that shows it.
struct SilentMistake {
  const char* what_cron_does;
  const char* message;  // a regular expression that finds it
  const char* example;
  bool ends_field = false;  // cron reads nothing more of the field, mistakes behind it do not count
};
constexpr SilentMistake kSilentMistakes[] = {
    {"a backward range never matches", " runs backwards, so it never matches$", "0 22-2 * * *"},
    {"a step past the end means the first value alone", " is larger than its range ",
     "*/100 * * * *"},
    {"a date that never comes is waited for", " never comes in month ", "0 0 30 2 *"},
    {"a number wraps around at 32 bits", " [0-9]{10,} is out of range ", "4294967301 0 * * *"},
    {"reading a field stops at a strange character", "cron would stop reading there$",
     "5.5 * * * *", true},
    {"a semicolon is such a character", " has ';' where a list has ','", "5;10 * * * *", true},
    {"a tilde is such a character", "^~, a value that is drawn", "0~59 * * * *", true},
    {"a colon is such a character", " is a time of day: minute and hour are fields ",
     "0 12:00 * * *", true},
    {"a number sign is such a character", "the n-th such day of a month, is Quartz's",
     "0 0 * * MON#2", true},
    {"a typographic dash is such a character", " has a typographic character that only looks ",
     "0 1–5 * * *", true},
    {"a digit behind a star is such a character", "cron would read it as \\*$", "*5 * * * *", true},
    {"a sixth field begins the command",
     "but this one has ([6-9]|[1-9][0-9]+)$|^(six|seven) fields are |^a sixth field with a year |"
     "^a schedule ends after its five fields|^this is a calendar event of systemd",
     "0 0 12 * * 1"},
    {"what follows an @word is the command", " stands alone: no field follows it$", "@daily 5"},
};

bool says(const ScheduleProblem& problem, const SilentMistake& mistake) {
  static std::map<const SilentMistake*, std::regex> patterns;
  const auto [pattern, added] = patterns.try_emplace(&mistake);
  if (added) pattern->second = mistake.message;
  return std::regex_search(problem.what, pattern->second);
}

TEST_F(DebianParser, TakesTheExampleOfEverySilentMistake) {
  for (const SilentMistake& mistake : kSilentMistakes) {
    SCOPED_TRACE(mistake.what_cron_does);
    EXPECT_EQ(debian_crontab::refusal_of({crontab_line(mistake.example)}), std::nullopt);
    const ParsedSchedule parsed = parse_schedule(mistake.example);
    ASSERT_EQ(parsed.problems.size(), 1U) << messages_of(parsed);
    EXPECT_TRUE(says(parsed.problems[0], mistake)) << messages_of(parsed);
  }
}

// Whether cron must refuse this text too: one of its problems is none of the table's.
bool must_be_refused_by_cron(const std::string& text, const ParsedSchedule& parsed) {
  std::size_t unread_up_to = 0;
  for (const ScheduleProblem& problem : parsed.problems) {
    if (unread_up_to > 0 && problem.offset <= unread_up_to) continue;
    const auto* const mistake = std::find_if(
        std::begin(kSilentMistakes), std::end(kSilentMistakes),
        [&problem](const SilentMistake& candidate) { return says(problem, candidate); });
    if (mistake == std::end(kSilentMistakes)) return true;
    if (mistake->ends_field)
      unread_up_to = std::min(text.find_first_of(" \t", problem.offset), text.size());
  }
  return false;
}

// Costs a process for each refused text, for a refusal tells nothing of the other lines in its
// file.
TEST_F(DebianParser, RefusesWhatIsRefusedForAnyOtherReason) {
  rc::detail::checkGTest([] {
    for (const std::string& text : *schedule_generator::odd_batch(batch_size(0.06))) {
      const ParsedSchedule parsed = parse_schedule(text);
      if (parsed.schedule || is_no_job_line(text)) continue;
      if (!must_be_refused_by_cron(text, parsed)) continue;
      if (!debian_crontab::refusal_of({crontab_line(text)}))
        RC_FAIL(fmt::format("crontab -n takes: {}\nbut leader-cron says\n{}", text,
                            messages_of(parsed)));
    }
  });
}

// ---- the reading itself ----

TEST(ScheduleText, OfNearlyAllWellFormedSchedulesIsAccepted) {
  rc::detail::checkGTest([] {
    const Batch batch = *schedule_generator::well_formed_batch(200);
    const auto accepted = std::count_if(batch.begin(), batch.end(), [](const std::string& text) {
      return parse_schedule(text).schedule.has_value();
    });
    RC_ASSERT(static_cast<std::size_t>(accepted) * 4 >= batch.size() * 3);
  });
}

void expect_sound_reading(const Batch& batch) {
  for (const std::string& text : batch) {
    const ParsedSchedule parsed = parse_schedule(text);
    if (parsed.schedule.has_value() != parsed.problems.empty())
      RC_FAIL("neither a schedule nor problems, or both: " + text);
    if (parsed.schedule && parse_schedule(parsed.schedule->text).schedule != parsed.schedule)
      RC_FAIL(fmt::format("{} becomes {}, which reads back as another schedule", text,
                          parsed.schedule->text));
    for (const ScheduleProblem& problem : parsed.problems) {
      if (problem.offset > text.size() || problem.what.empty())
        RC_FAIL(fmt::format("{}\n{}", text, messages_of(parsed)));
    }
  }
}

TEST(ScheduleText, ReadsBackEqualFromItsPortableForm) {
  rc::detail::checkGTest(
      [] { expect_sound_reading(*schedule_generator::well_formed_batch(batch_size())); });
}

TEST(ScheduleText, HasItsProblemsWithinIt) {
  rc::detail::checkGTest(
      [] { expect_sound_reading(*schedule_generator::odd_batch(batch_size())); });
}

// ---- Debian's daemon ----

using Minute = std::chrono::sys_time<std::chrono::minutes>;
using std::chrono::sys_days;
using namespace std::chrono_literals;

// A Friday, a Saturday and a Sunday across the end of a month.
constexpr sys_days kFirstDay = sys_days(2026y / 2 / 27);
constexpr sys_days kEnd = sys_days(2026y / 3 / 2);

bool is_due(const Schedule& schedule, Minute at) {
  const auto has = [](std::uint64_t mask, unsigned value) { return (mask >> value & 1) != 0; };
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(at - day);
  if (!has(schedule.minutes, static_cast<unsigned>(time.minutes().count())) ||
      !has(schedule.hours, static_cast<unsigned>(time.hours().count())) ||
      !has(schedule.months, static_cast<unsigned>(date.month())))
    return false;
  const bool by_date = has(schedule.days, static_cast<unsigned>(date.day()));
  const bool by_weekday = has(schedule.weekdays, std::chrono::weekday(day).c_encoding());
  return schedule.day_star || schedule.weekday_star ? by_date && by_weekday : by_date || by_weekday;
}

std::set<Minute> due_minutes(const Schedule& schedule) {
  std::set<Minute> due;
  for (Minute at = kFirstDay; at < kEnd; at += 1min) {
    if (is_due(schedule, at)) due.insert(at);
  }
  return due;
}

std::string shown(const std::set<Minute>& minutes) {
  std::string text = fmt::format("{} times:", minutes.size());
  for (const Minute at : minutes) {
    if (text.size() > 300) return text + " ...";
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::hh_mm_ss time(at - day);
    text +=
        fmt::format(" {}T{}:{:02}", static_cast<unsigned>(std::chrono::year_month_day(day).day()),
                    time.hours().count(), time.minutes().count());
  }
  return text;
}

class DebianDaemon : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = cron_harness::why_cron_cannot_run_here()) GTEST_SKIP() << *why;
  }
};

// A batch is one crontab, with two jobs for each schedule: number 2n as the operator wrote it, 2n+1
// in its portable form.
TEST_F(DebianDaemon, FiresTheOperatorsTextAndThePortableTextInTheMinutesOfTheMasks) {
  std::size_t schedules = 0;
  std::size_t fired = 0;
  rc::detail::checkGTest([&schedules, &fired] {
    std::vector<std::string> texts;
    std::vector<Schedule> read;
    std::string crontab;
    for (const std::string& text : *schedule_generator::sparse_batch(batch_size(0.125))) {
      const ParsedSchedule parsed = parse_schedule(text);
      if (!parsed.schedule) continue;
      crontab += fmt::format("{} root {}\n{} root {}\n", text, 2 * texts.size(),
                             parsed.schedule->text, 2 * texts.size() + 1);
      texts.push_back(text);
      read.push_back(*parsed.schedule);
    }
    const auto recording = cron_harness::record({{"jobs", crontab}}, kFirstDay, kEnd);
    std::vector<std::set<Minute>> minutes(2 * texts.size());
    for (const auto& firing : recording.firings)
      minutes.at(std::stoul(firing.command)).insert(firing.at);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const std::set<Minute>& operators = minutes[2 * i];
      const std::set<Minute>& portable = minutes[2 * i + 1];
      // An @reboot job has no minutes of its own: both fire when cron starts, before the first day.
      const bool as_read = read[i].reboot ? operators.size() == 1 && *operators.begin() < kFirstDay
                                          : operators == due_minutes(read[i]);
      if (operators != portable || !as_read)
        RC_FAIL(fmt::format("{} fires {}\n{} fires {}\nand was read as {}\n{}", texts[i],
                            shown(operators), read[i].text, shown(portable),
                            shown(due_minutes(read[i])), recording.log));
      ++schedules;
      if (!operators.empty()) ++fired;
    }
  });
  // A third of the schedules fire in these days, else the comparison says little.
  if (HasFailure()) return;
  EXPECT_GE(fired * 3, schedules);
  RecordProperty("schedules", std::to_string(schedules));
  RecordProperty("fired", std::to_string(fired));
  std::cout << schedules << " schedules compared, " << fired << " of them fired\n";
}

}  // namespace
}  // namespace leader_cron
