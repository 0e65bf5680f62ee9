#include "run/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cron/civil_time.h"
#include "run/output.h"

namespace leader_cron {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::array<std::string_view, 7> kResults = {"success", "failure", "timeout", "skipped",
                                                      "error",   "lost",    "missed"};
constexpr std::array<std::string_view, 3> kTriggers = {"schedule", "hand", "catch-up"};

// Of "2026-11-24T03:17:01.004Z", or without the milliseconds.
std::optional<Instant> parse_utc(std::string_view text) {
  constexpr std::size_t kWholeSeconds = 19;
  milliseconds fraction{0};
  if (text.size() > kWholeSeconds && text[kWholeSeconds] == '.') {
    for (const char digit : text.substr(kWholeSeconds + 1, 3))
      fraction = fraction * 10 + milliseconds(digit - '0');
  }
  const auto whole =
      parse_instant(std::string(text.substr(0, kWholeSeconds)) + "Z", TimeZone::utc());
  return whole ? std::optional<Instant>(*whole + fraction) : std::nullopt;
}

std::optional<Instant> time_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found == json.end() ? std::nullopt : parse_utc(found->get_ref<const std::string&>());
}

std::optional<int> number_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found == json.end() ? std::nullopt : std::optional(found->get<int>());
}

Json json_of(const Record& record) {
  Json json = {{"result", word_of(record.result)},
               {"trigger", kTriggers[static_cast<std::size_t>(record.trigger)]}};
  if (record.slot) json["slot"] = utc_text(*record.slot);
  json["start"] = utc_text(record.start);
  if (record.end) json["end"] = utc_text(*record.end);
  if (record.exit_status) json["exit-status"] = *record.exit_status;
  if (record.signal) json["signal"] = *record.signal;
  if (!record.reason.empty()) json["reason"] = record.reason;
  if (is_run(record)) {
    json["cpu-seconds"] = static_cast<double>(record.cpu.count()) / 1000;
    json["peak-memory-kib"] = record.peak_memory_kib;
    json["output-bytes"] = record.output_bytes;
    json["last-line"] = record.last_line;
  }
  json["runs"] = record.totals.runs;
  json["failures"] = record.totals.failures;
  if (record.totals.last_success) json["last-success"] = utc_text(*record.totals.last_success);
  return json;
}

// Throws the library's exceptions.
std::optional<Record> record_of(const Json& json) {
  const auto word =
      std::find(kResults.begin(), kResults.end(), json.at("result").get_ref<const std::string&>());
  const auto start = time_at(json, "start");
  if (word == kResults.end() || !start) return std::nullopt;
  Record record;
  record.result = static_cast<Record::Result>(word - kResults.begin());
  const auto trigger = std::find(kTriggers.begin(), kTriggers.end(), json.value("trigger", ""));
  if (trigger != kTriggers.end())
    record.trigger = static_cast<Trigger>(trigger - kTriggers.begin());
  if (const auto slot = time_at(json, "slot")) record.slot = std::chrono::floor<seconds>(*slot);
  record.start = *start;
  record.end = time_at(json, "end");
  record.exit_status = number_at(json, "exit-status");
  record.signal = number_at(json, "signal");
  record.reason = printable(json.value("reason", ""), Output::kLongestLine);
  record.cpu = milliseconds(std::llround(json.value("cpu-seconds", 0.0) * 1000));
  record.peak_memory_kib = json.value("peak-memory-kib", std::uint64_t{0});
  record.output_bytes = json.value("output-bytes", std::uint64_t{0});
  record.last_line = printable(json.value("last-line", ""), Output::kLongestLine);
  record.totals = {json.value("runs", std::uint64_t{0}), json.value("failures", std::uint64_t{0}),
                   time_at(json, "last-success")};
  return record;
}

}  // namespace

std::string_view word_of(Record::Result result) {
  return kResults[static_cast<std::size_t>(result)];
}

std::string_view word_of(Trigger trigger) {
  return trigger == Trigger::schedule ? "cron" : kTriggers[static_cast<std::size_t>(trigger)];
}

RunTotals after(RunTotals totals, const Record& record) {
  if (!is_run(record)) return totals;
  ++totals.runs;
  if (is_failure(record)) {
    ++totals.failures;
  } else {
    totals.last_success = record.end;
  }
  return totals;
}

std::string utc_text(Instant instant) {
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day);
  const auto time = (instant - day).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time / 3'600'000, time / 60'000 % 60, time / 1000 % 60, time % 1000);
}

std::string record_line(const Record& record) {
  return json_of(record).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<Record> parse_record(std::string_view line) {
  try {
    return record_of(Json::parse(line));
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::string outcome_of(const Record& record) {
  switch (record.result) {
    case Record::Result::success:
      return "ok";
    case Record::Result::timeout:
      return "timed out";
    case Record::Result::failure:
      return record.signal ? fmt::format("signal {}", *record.signal)
                           : fmt::format("exit {}", record.exit_status.value_or(0));
    case Record::Result::skipped:
    case Record::Result::error:
    case Record::Result::lost:
    case Record::Result::missed:
      break;
  }
  return record.reason;
}

}  // namespace leader_cron
