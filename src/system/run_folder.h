// The folder of one job below the state folder, where its runs leave what they have to say: records
// (record_file.h), output (output_log.h), what is running (run_marker.h). It belongs to the job's
// user, mode 0700, so that one user's jobs cannot read, forge or remove what another's leave; its
// parent belongs to root.
//
// The lock of a job is an flock(2) on this folder: the kernel releases it when its holder is gone,
// however that went; it needs no file that can be forgotten, and no space on the disk. It is not in
// /run, for that is empty after a reboot until the first hook, and jobs with `run-on: all` run
// before that.
#pragma once

#include <sys/types.h>

#include <string>

#include "system/descriptor.h"

namespace leader_cron {

// Throws MachineError where there is none, or it cannot be entered.
Descriptor open_run_folder(const std::string& path);

// False where another process holds it. As long as this process, or one that inherits the
// descriptor, has `folder` open.
bool lock_run_folder(const Descriptor& folder);

// The same folder without the lock.
Descriptor reopened(const Descriptor& folder);

// For root: makes the folder, or gives it to another user, its contents copied where they are ours
// and removed where not, so that who had it before has a hand in it no more. The lock stays.
void prepare_run_folder(const std::string& path, uid_t owner);

}  // namespace leader_cron
