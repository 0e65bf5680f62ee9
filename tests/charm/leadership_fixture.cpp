#include "leadership_fixture.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

namespace charm_test {
namespace {

constexpr const char* kService = "django-app-maintenance";

// The number that is the `index`th word of a line.
void age_word(const fs::path& path, std::size_t index, std::chrono::seconds by) {
  std::istringstream line(read(path));
  std::vector<std::string> words;
  for (std::string word; line >> word;) words.push_back(word);
  if (index >= words.size()) throw std::runtime_error("no such word in " + path.string());
  words[index] = std::to_string(std::stoll(words[index]) - by.count());
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  write(path, text + "\n");
}

// From here on this process and its children see CLOCK_BOOTTIME a day further: time_namespaces(7).
bool enter_a_day_of_uptime() {
  if (unshare(CLONE_NEWTIME) != 0) return false;
  std::ofstream offsets("/proc/self/timens_offsets");
  offsets << "boottime " << std::chrono::seconds(std::chrono::days(1)).count() << " 0\n";
  if (!offsets.flush()) return false;
  const int time = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
  const bool entered = time >= 0 && setns(time, CLONE_NEWTIME) == 0;
  if (time >= 0) close(time);
  return entered;
}

fs::path local_path(const fs::path& root) {
  return root / "run" / kService / "leadership";
}

}  // namespace

const char* const kProbe = "- {name: probe, schedule: '@daily', command: 'true'}\n";

std::optional<std::string> why_machine_is_too_young() {
  std::istringstream uptime(read("/proc/uptime"));
  double seconds = 0;
  uptime >> seconds;
  constexpr int kSpans = 3;
  if (seconds > static_cast<double>(kSpans * kWait.count())) return std::nullopt;
  if (enter_a_day_of_uptime()) return std::nullopt;
  return "this machine was started a few minutes ago, and has no time namespaces (not root?)";
}

standin::Options leadership_options(const fs::path& folder, const std::string& handover,
                                    standin::Mode mode) {
  standin::Options options = fleet_options(folder);
  options.mode = mode;
  options.config = {
      {"jobs", kProbe}, {"handover", handover}, {"leadership-ttl", std::to_string(kTtl.count())}};
  return options;
}

std::string last_reason(const fs::path& root, const std::string& job) {
  std::istringstream lines(read(run_folder(root / "var/lib" / kService, job) / "records.jsonl"));
  std::string last;
  for (std::string line; std::getline(lines, line);) last = line;
  const auto record = nlohmann::json::parse(last, nullptr, false);
  if (!record.is_object()) return "no record";
  const std::string result = record.value("result", "");
  if (result == "success") return "";
  return result == "skipped" ? record.value("reason", "no reason") : result;
}

std::string refusal(const fs::path& root) {
  const fs::path program = root / "usr/local/bin" / kService;
  if (!fs::exists(program)) return "not installed";
  shell(fmt::format("exec '{}' run probe", program.string()),
        {{"LEADER_CRON_ROOT", root}, {"HOME", "/root"}, {"LOGNAME", "root"}});
  return last_reason(root, "probe");
}

std::vector<std::string> acting_units(const standin::Fleet& fleet) {
  std::vector<std::string> units;
  for (const std::string& unit : fleet.units()) {
    if (refusal(fleet.root(unit)).empty()) units.push_back(unit);
  }
  return units;
}

fs::path stamp_path(const fs::path& root) {
  return root / "run" / kService / "stamp";
}

void age_stamp(const fs::path& root, std::chrono::seconds by) {
  age_word(stamp_path(root), 2, by);
}

void age_read_back(const fs::path& root, std::chrono::seconds by) {
  age_word(local_path(root), 4, by);
}

void age_alone_since(const fs::path& root, std::chrono::seconds by) {
  age_word(local_path(root), 8, by);
}

}  // namespace charm_test
