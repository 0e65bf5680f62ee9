// A file in /etc/cron.d, written so that cron sees it. What it says is for cron/crontab.h.
//
// Debian's cron notices a new version only if the file's modification time differs in whole seconds
// from the one it knows, and a new file only if the folder's time does; what changes in the very
// second in which cron looks stays unseen. So each version gets a second of its own, later than all
// before it, and afterwards the folder gets a second later than that: times may run ahead of the
// clock by as many seconds as there were changes.
#pragma once

#include <string>
#include <string_view>

#include "system/file.h"

namespace leader_cron {

// A new version, atomic, mode 0644, in two steps: `files` are those that it is written and flushed
// with. `path` is the file's place on this machine.
void add_crontab(Replacements& files, const std::string& path, std::string_view text);
void put_crontab_in_place(Replacements& files, const std::string& path);

// A folder in its place is not ours and stays.
void remove_crontab(const std::string& path);

// Whether the folder's time lies in a later second than the file's last change: false after a hook
// that was killed between the two, and then the file may be unseen until it is installed again.
bool is_settled(const std::string& path);

}  // namespace leader_cron
