#include "system/zone_file.h"

#include <algorithm>
#include <string>

#include "system/file.h"
#include "system/machine_error.h"

namespace leader_cron {
namespace {

constexpr std::size_t kLongestName = 255;  // as long as a file's name may be

bool is_zone_name(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && name.front() != '/' &&
         name.find("..") == std::string_view::npos &&
         std::none_of(name.begin(), name.end(),
                      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

}  // namespace

TimeZone machine_zone() {
  const std::string path = "/etc/localtime";
  const auto bytes = read_file(path);
  if (!bytes) return TimeZone::utc();
  auto zone = TimeZone::parse(*bytes);
  if (!zone) throw MachineError("read", path, "it is not a time zone file");
  return *std::move(zone);
}

std::optional<TimeZone> zone_named(std::string_view name) {
  if (!is_zone_name(name)) return std::nullopt;
  if (name == "UTC") return TimeZone::utc();
  const std::string path = "/usr/share/zoneinfo/" + std::string(name);
  // Links lead to other zones, and folders ("Europe") are no zone: look before reading.
  if (const auto status = file_status(path); !status || status->kind == FileStatus::Kind::folder) {
    return std::nullopt;
  }
  const auto bytes = read_file(path);
  return bytes ? TimeZone::parse(*bytes) : std::nullopt;
}

}  // namespace leader_cron
