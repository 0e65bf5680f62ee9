#include "system/crontab_file.h"

#include <algorithm>

#include "system/file.h"

namespace leader_cron {
namespace {

time_t now() {
  timespec time{};
  clock_gettime(CLOCK_REALTIME, &time);
  return time.tv_sec;
}

// A second that no version of the file and no state of the folder has carried.
time_t fresh_second(const std::string& path) {
  time_t second = now();
  if (const auto folder = file_status(folder_of(path)))
    second = std::max(second, folder->modified.tv_sec);
  if (const auto file = file_status(path)) second = std::max(second, file->modified.tv_sec + 1);
  return second;
}

}  // namespace

void add_crontab(Replacements& files, const std::string& path, std::string_view text) {
  files.add(path, text, {0644, std::nullopt, timespec{fresh_second(path), 0}});
}

void put_crontab_in_place(Replacements& files, const std::string& path) {
  files.put_in_place(folder_of(path));
  // The rename may have happened in a later second than the one chosen before it.
  const auto installed = file_status(path);
  if (!installed) return;
  set_modified(folder_of(path),
               {std::max(installed->modified.tv_sec, installed->changed.tv_sec) + 1, 0});
}

void remove_crontab(const std::string& path) {
  if (!file_status(path)) return;
  const time_t second = fresh_second(path);
  if (!remove_if_file(path)) return;
  flush_folder(folder_of(path));
  set_modified(folder_of(path), {second + 1, 0});
}

bool is_settled(const std::string& path) {
  const auto file = file_status(path);
  const auto folder = file_status(folder_of(path));
  return file && folder &&
         folder->modified.tv_sec > std::max(file->changed.tv_sec, file->modified.tv_sec);
}

}  // namespace leader_cron
