#include "jobs/run_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "cron/civil_time.h"
#include "cron/in_words.h"

namespace leader_cron {
namespace {

using namespace std::chrono;

constexpr std::array<const char*, 7> kWeekdays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

// How busy an hour is beside the busiest one, as a color of a terminal.
const char* color_of(int runs, int most) {
  if (runs * 3 > most * 2) return "\033[31m";  // red
  return runs * 3 > most ? "\033[33m" : "\033[32m";
}

std::string cell(int runs, int most, int width, bool color) {
  if (runs == 0) return fmt::format("{:>{}}", ".", width);
  const std::string number = fmt::format("{:>{}}", runs, width);
  return color ? fmt::format("{}{}\033[0m", color_of(runs, most), number) : number;
}

}  // namespace

std::string runs_as_text(std::span<const ComingRun> runs, std::span<const Job> jobs,
                         const TimeZone& zone) {
  std::map<std::string_view, std::string> words;
  std::size_t width = 0;
  for (const Job& job : jobs) words[job.name] = in_words(job.schedule);
  for (const ComingRun& run : runs) width = std::max(width, run.job.size());
  std::string text;
  for (const ComingRun& run : runs) {
    text +=
        fmt::format("{}  {:{}}  {}\n", show_instant(run.at, zone), run.job, width, words[run.job]);
  }
  for (const Job& job : jobs) {
    if (!job.enabled) {
      text += fmt::format("{} is disabled\n", job.name);
    } else if (job.schedule.reboot) {
      text += fmt::format("{} runs when cron starts\n", job.name);
    }
  }
  return text.empty() ? "no job runs\n" : text;
}

std::string runs_as_json(std::span<const ComingRun> runs, const TimeZone& zone) {
  auto list = nlohmann::ordered_json::array();
  for (const ComingRun& run : runs) {
    std::string utc = show_instant(run.at, TimeZone::utc()).substr(0, 16);
    utc[10] = 'T';
    list.push_back({{"at", utc + ":00Z"}, {"local", show_instant(run.at, zone)}, {"job", run.job}});
  }
  return list.dump(2) + "\n";
}

std::string week_as_text(const BusyHours& busy, sys_seconds from, const TimeZone& zone,
                         bool color) {
  int most = 0;
  for (const auto& hour : busy) most = std::max(most, *std::max_element(hour.begin(), hour.end()));
  const int width = std::max(6, static_cast<int>(fmt::format("{}", most).size()) + 2);
  const local_days first = floor<days>(to_local(from, zone));
  std::string names = "     ";
  std::string dates = "     ";
  for (int day = 0; day < 7; ++day) {
    const local_days date = first + days(day);
    const year_month_day civil(date);
    names += fmt::format("{:>{}}", kWeekdays[weekday(date).c_encoding()], width);
    dates += fmt::format("{:>{}}",
                         fmt::format("{:02}-{:02}", static_cast<unsigned>(civil.month()),
                                     static_cast<unsigned>(civil.day())),
                         width);
  }
  std::string text = names + "\n" + dates + "\n";
  for (std::size_t hour = 0; hour < busy.size(); ++hour) {
    text += fmt::format("{:02}:00", hour);
    for (const int runs : busy[hour]) text += cell(runs, most, width, color);
    text += "\n";
  }
  return text;
}

}  // namespace leader_cron
