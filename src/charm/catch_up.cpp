#include "charm/catch_up.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "cron/next_run.h"

namespace leader_cron {
namespace {

using std::chrono::sys_seconds;

// Each hook reads two clocks in whole seconds, and tells from them when a doubt ended.
constexpr std::chrono::seconds kReadingsDiffer{2};

void advance(std::optional<sys_seconds>& slot, const Marks& marks, const CatchUpJob& job,
             std::uint32_t schedule) {
  for (const Mark& mark : marks) {
    if (mark.schedule != schedule || mark.job != job.name) continue;
    if (!slot || mark.slot > *slot) slot = mark.slot;
  }
}

// How far the job has come, as far as anybody knows; nothing: it is new. Records do not say of
// which schedule their slots were, so they tell only of a job that has a mark.
std::optional<sys_seconds> known_mark(const CatchUpJob& job, std::uint32_t schedule,
                                      const CatchUpFacts& facts) {
  std::optional<sys_seconds> slot;
  advance(slot, facts.kept, job, schedule);
  if (job.run_on == RunOn::leader) {
    if (facts.published) advance(slot, *facts.published, job, schedule);
    advance(slot, facts.handed_over, job, schedule);
  }
  if (slot) advance(slot, facts.own, job, schedule);
  return slot;
}

// Slots up to here are too old to be run.
sys_seconds too_old(const CatchUpJob& job, sys_seconds newest, const CatchUpFacts& facts) {
  std::chrono::seconds window = kLongestCatchUpWindow;
  if (job.window) {
    window = std::min(window, *job.window);
  } else if (const auto next = next_after(job.schedule, newest, facts.zone)) {
    window = std::min(window, *next - newest);
  }
  // A slot that is as old as the window is still in it.
  return facts.now - window - std::chrono::seconds(1);
}

struct Missed {
  sys_seconds first;
  sys_seconds newest;
};

// The slots after `after` that are not later than `until`.
std::optional<Missed> slots_between(const CatchUpJob& job, sys_seconds after, sys_seconds until,
                                    const TimeZone& zone) {
  const auto first = next_after(job.schedule, after, zone);
  if (!first || *first > until) return std::nullopt;
  return Missed{*first, last_until(job.schedule, until, until - *first, zone).value_or(*first)};
}

void lose(const CatchUpJob& job, const Missed& slots, CatchUpDecision& decision) {
  if (decision.lost.empty() || decision.lost.back().job != job.name) {
    decision.lost.push_back({job.name, slots.first, slots.newest});
  } else {
    decision.lost.back().last = slots.newest;
  }
}

// What somebody who was not heard of may have run is lost, cron's turn or not: the next leader,
// which may have heard of all, takes it from the mark.
sys_seconds dispel_doubt(const CatchUpJob& job, sys_seconds mark, const CatchUpFacts& facts,
                         CatchUpDecision& decision) {
  if (facts.handover != Handover::safe || job.run_on != RunOn::leader || !facts.doubt_until)
    return mark;
  const sys_seconds end = *facts.doubt_until + kWallClocksDiffer;
  // The next hook's reading must not move the mark again, and cost a round of hooks.
  if (std::chrono::floor<std::chrono::minutes>(end) <= mark) return mark;
  const sys_seconds until = std::chrono::floor<std::chrono::minutes>(end + kReadingsDiffer);
  if (const auto slots = slots_between(job, mark, std::min(until, facts.now), facts.zone))
    lose(job, *slots, decision);
  return std::max(mark, until);
}

// The job's mark after this hook.
sys_seconds deal_with(const CatchUpJob& job, sys_seconds mark, const CatchUpFacts& facts,
                      CatchUpDecision& decision) {
  mark = dispel_doubt(job, mark, facts, decision);
  std::optional<sys_seconds> begun = mark;
  advance(begun, facts.under_way, job, schedule_id(job));
  // At least once: it counts when its own record says that it has ended. At most once: it counts
  // before it is started.
  const bool counts_with_record =
      facts.handover != Handover::safe && job.run_on == RunOn::leader && job.window != kOnlyTold;
  if (counts_with_record && *begun > mark) decision.awaits_record = true;
  const auto missed = slots_between(job, *begun, facts.now - kCronsTurn, facts.zone);
  if (!missed) return mark;
  const sys_seconds limit =
      job.can_run ? std::min(too_old(job, missed->newest, facts), missed->newest) : missed->newest;
  if (const auto old = slots_between(job, *begun, limit, facts.zone)) {
    lose(job, *old, decision);
    mark = old->newest;
  }
  if (missed->newest <= limit) return mark;
  decision.run.push_back({job.name, missed->newest});
  if (!counts_with_record) return missed->newest;
  decision.awaits_record = true;
  return mark;
}

}  // namespace

std::uint32_t schedule_id(const CatchUpJob& job) {
  std::uint32_t hash = 2166136261U;  // FNV-1a
  const auto add = [&hash](char c) { hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619U; };
  for (const char c : job.schedule.text) add(c);
  if (job.run_on == RunOn::all) add('+');
  return hash;
}

std::string text_of(const Marks& marks) {
  std::string text;
  for (const Mark& mark : marks) {
    const auto minutes =
        std::chrono::floor<std::chrono::minutes>(mark.slot).time_since_epoch().count();
    fmt::format_to(std::back_inserter(text), "{}{}:{:08x}:{}", text.empty() ? "" : " ", mark.job,
                   mark.schedule, minutes);
  }
  return text;
}

Marks read_marks(std::string_view text, std::size_t most) {
  Marks marks;
  while (!text.empty() && marks.size() < most) {
    const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t first = word.find(':');
    const std::size_t second = word.find(':', first + 1);
    if (first == 0 || first == std::string_view::npos || second == std::string_view::npos) continue;
    const char* const word_end = word.data() + word.size();
    std::uint32_t schedule = 0;
    std::uint32_t minutes = 0;
    const auto [schedule_end, schedule_error] =
        std::from_chars(word.data() + first + 1, word.data() + second, schedule, 16);
    const auto [minutes_end, minutes_error] =
        std::from_chars(word.data() + second + 1, word_end, minutes);
    if (schedule_error != std::errc() || schedule_end != word.data() + second) continue;
    if (minutes_error != std::errc() || minutes_end != word_end) continue;
    marks.push_back(
        {std::string(word.substr(0, first)), schedule, sys_seconds(std::chrono::minutes(minutes))});
  }
  return marks;
}

CatchUpDecision catch_up(const CatchUpFacts& facts) {
  CatchUpDecision decision;
  const bool acts = facts.active && facts.published;
  for (const CatchUpJob& job : facts.jobs) {
    if (job.schedule.reboot) continue;
    const std::uint32_t schedule = schedule_id(job);
    auto mark = known_mark(job, schedule, facts);
    if (acts || job.run_on == RunOn::all) {
      mark = mark ? deal_with(job, *mark, facts, decision)
                  : std::chrono::floor<std::chrono::minutes>(facts.now);
    }
    if (!mark) continue;
    decision.kept.push_back({job.name, schedule, *mark});
    if (job.run_on == RunOn::leader && decision.of_leader.size() < kMostMarks)
      decision.of_leader.push_back(decision.kept.back());
  }
  const bool may_publish = facts.published && (facts.active || facts.releases);
  if (may_publish && decision.of_leader != facts.published) decision.publish = decision.of_leader;
  return decision;
}

}  // namespace leader_cron
