#include "charm/remembered.h"

#include <charconv>
#include <cstdint>

namespace leader_cron {
namespace {

// A line is a word, a blank and what it says; "sight" ends the text, so that a text cut short has
// none.
constexpr std::string_view kHandover = "handover ";
constexpr std::string_view kTtl = "leadership-ttl ";
constexpr std::string_view kUser = "user ";
constexpr std::string_view kFile = "file ";
constexpr std::string_view kFolder = "folder ";
constexpr std::string_view kRun = "run ";
constexpr std::string_view kUntil = "until ";
constexpr std::string_view kSight = "sight ";

constexpr std::string_view kSafe = "safe";

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void add_line(std::string& text, std::string_view word, std::string_view value) {
  text += word;
  text += value;
  text += '\n';
}

}  // namespace

std::string remembered_as_text(const Remembered& remembered) {
  std::string text;
  add_line(text, kHandover, remembered.options.handover == Handover::safe ? kSafe : "immediate");
  add_line(text, kTtl, std::to_string(remembered.options.ttl.count()));
  for (const std::string& user : remembered.users) add_line(text, kUser, user);
  for (const std::string& file : remembered.job_files) add_line(text, kFile, file);
  for (const std::string& folder : remembered.run_folders) add_line(text, kFolder, folder);
  for (const std::string& job : remembered.runs) add_line(text, kRun, job);
  if (remembered.until)
    add_line(text, kUntil, std::to_string(remembered.until->time_since_epoch().count()));
  add_line(text, kSight, remembered.sight);
  return text;
}

std::optional<Remembered> remembered_in(std::string_view text) {
  Remembered remembered;
  while (!text.empty()) {
    const std::size_t length = text.find('\n');
    if (length == std::string_view::npos) return std::nullopt;
    const std::string_view line = text.substr(0, length);
    text.remove_prefix(length + 1);
    if (line.starts_with(kFile)) {
      remembered.job_files.emplace_back(line.substr(kFile.size()));
    } else if (line.starts_with(kFolder)) {
      remembered.run_folders.emplace_back(line.substr(kFolder.size()));
    } else if (line.starts_with(kRun)) {
      remembered.runs.emplace_back(line.substr(kRun.size()));
    } else if (line.starts_with(kUntil)) {
      const auto seconds = number_in(line.substr(kUntil.size()));
      if (!seconds) return std::nullopt;
      remembered.until = std::chrono::sys_seconds(std::chrono::seconds(*seconds));
    } else if (line.starts_with(kUser)) {
      remembered.users.emplace(line.substr(kUser.size()));
    } else if (line.starts_with(kHandover)) {
      remembered.options.handover =
          line.substr(kHandover.size()) == kSafe ? Handover::safe : Handover::immediate;
    } else if (line.starts_with(kTtl)) {
      const auto minutes = number_in(line.substr(kTtl.size()));
      if (!minutes) return std::nullopt;
      remembered.options.ttl = Ttl(*minutes);
    } else if (line.starts_with(kSight) && text.empty()) {
      remembered.sight = line.substr(kSight.size());
      return remembered;
    } else {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace leader_cron
