#include "run/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cron/civil_time.h"

namespace leader_cron {
namespace {

using std::chrono::milliseconds;

// The record's own JSON with more in it.
std::string named(const JobRecord& each) {
  const std::string line = record_line(each.record);
  return fmt::format("{{\"job\":\"{}\",{}", each.job,
                     std::string_view(line).substr(1, line.size() - 2));
}

std::string show_memory(std::uint64_t kib) {
  return kib < 10'000 ? fmt::format("{} KiB", kib) : fmt::format("{} MiB", kib / 1024);
}

// "2026-11-23 17:00:05 +01:00"
std::string show_start(Instant start, const TimeZone& zone) {
  const auto second = std::chrono::floor<std::chrono::seconds>(start);
  std::string text = show_instant(second, zone);
  constexpr std::size_t kMinute = 16;
  return text.insert(
      kMinute,
      fmt::format(":{:02}", (second - std::chrono::floor<std::chrono::minutes>(second)).count()));
}

}  // namespace

Cell result_cell(const Record& record) {
  const std::string_view word = word_of(record.result);
  switch (record.result) {
    case Record::Result::success:
      return {"success", Tone::good};
    case Record::Result::timeout:
      return {"timeout", Tone::bad};
    case Record::Result::skipped:
      return {fmt::format("skipped: {}", record.reason), Tone::faint};
    case Record::Result::failure:
    case Record::Result::error:
    case Record::Result::lost:
    case Record::Result::missed:
      break;
  }
  return {fmt::format("{}: {}", word, outcome_of(record)), Tone::bad};
}

std::string show_time_taken(milliseconds time) {
  const auto count = std::max<milliseconds::rep>(time.count(), 0);
  if (count < 1000) return fmt::format("{} ms", count);
  if (count < 60'000) return fmt::format("{:.1f} s", static_cast<double>(count) / 1000);
  const auto seconds = count / 1000;
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
}

std::string history_as_text(std::span<const JobRecord> records, const TimeZone& zone, bool color) {
  if (records.empty()) return "no run is on record\n";
  std::vector<Row> rows = {{{"START", Tone::title},
                            {"JOB", Tone::title},
                            {"BY", Tone::title},
                            {"TOOK", Tone::title},
                            {"RESULT", Tone::title},
                            {"CPU", Tone::title},
                            {"MEMORY", Tone::title},
                            {"LAST LINE", Tone::title}}};
  for (const auto& [job, record] : records) {
    Row row = {{show_start(record.start, zone), Tone::plain},
               {job, Tone::plain},
               {std::string(word_of(record.trigger)), Tone::faint},
               {record.end && is_run(record) ? show_time_taken(*record.end - record.start) : "",
                Tone::plain},
               result_cell(record)};
    if (is_run(record) && record.end) {
      row.push_back({show_time_taken(record.cpu), Tone::plain});
      row.push_back({show_memory(record.peak_memory_kib), Tone::plain});
      row.push_back({record.last_line, Tone::faint});
    }
    rows.push_back(std::move(row));
  }
  return in_columns(rows, color);
}

std::string history_as_json(std::span<const JobRecord> records) {
  std::string text = "[";
  for (const JobRecord& each : records) {
    text += text.size() > 1 ? ",\n" : "\n";
    text += named(each);
  }
  return text + (records.empty() ? "]\n" : "\n]\n");
}

std::string report_as_json(const JobRecord& record, std::string_view output) {
  std::string text = named(record);
  text.pop_back();
  return fmt::format(
      "{},\"output\":{}}}\n", text,
      nlohmann::json(output).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

std::optional<Report> parse_report(std::string_view json) {
  auto record = parse_record(json);
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  if (!record || !parsed.contains("output") || !parsed.at("output").is_string())
    return std::nullopt;
  return Report{*std::move(record), parsed.at("output").get<std::string>()};
}

std::vector<std::pair<std::string, std::string>> record_as_pairs(const Record& record,
                                                                 const TimeZone& zone) {
  std::vector<std::pair<std::string, std::string>> pairs = {
      {"result", std::string(word_of(record.result))}, {"start", show_start(record.start, zone)}};
  if (record.exit_status) pairs.emplace_back("exit-status", fmt::format("{}", *record.exit_status));
  if (record.signal) pairs.emplace_back("signal", fmt::format("{}", *record.signal));
  if (!record.reason.empty()) pairs.emplace_back("reason", record.reason);
  if (!is_run(record)) return pairs;
  if (record.end) pairs.emplace_back("took", show_time_taken(*record.end - record.start));
  pairs.emplace_back("by", word_of(record.trigger));
  pairs.emplace_back("cpu", show_time_taken(record.cpu));
  pairs.emplace_back("peak-memory", show_memory(record.peak_memory_kib));
  return pairs;
}

}  // namespace leader_cron
