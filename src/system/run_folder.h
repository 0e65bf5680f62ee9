// The folder of one job below the state folder, where its runs leave what they have to say: records
// (record_file.h), output (output_log.h), what is running (run_marker.h). It lies in a folder of
// the job's user, mode 0700, which a hook makes below one of root's: so one user's jobs cannot
// read, forge or remove what another's leave. Its first run makes it, as that user.
//
// In its own folder a user may put what it likes: root enters nothing there but by a descriptor,
// and follows no link.
//
// The lock of a job is an flock(2) on this folder: the kernel releases it when its holder is gone,
// however that went; it needs no file that can be forgotten, and no space on the disk. It is not in
// /run, for that is empty after a reboot until the first hook, and jobs with `run-on: all` run
// before that.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "system/descriptor.h"

namespace leader_cron {

// For the job's user: makes it where there is none, on the disk with its name. Throws MachineError
// where that cannot be, as in a folder of the user's that is missing, or it cannot be entered.
Descriptor open_run_folder(const std::string& path);

// False where another process holds it. As long as this process, or one that inherits the
// descriptor, has `folder` open.
bool lock_run_folder(const Descriptor& folder);

// For root: nothing where a run goes on in the folder at `path`. Else it is locked for as long as
// what is given is held; empty: it is no folder.
std::optional<Descriptor> lock_idle_run_folder(const std::string& path);

// The same folder without the lock.
Descriptor reopened(const Descriptor& folder);

// For root: makes the folder of a user's, or mends its owner and mode; `path` is in a folder of
// root's. What another owner left in it is treated as by move_run_folder().
void prepare_user_runs(const std::string& path, uid_t user);

// For root: gives a job's folder, `runs`/FROM/JOB, to another user, as `runs`/TO/JOB, which must
// not be there. Its contents are copied where they are ours and removed where not, so that who had
// it before has a hand in it no more. The lock stays. Without effect where there is no such folder,
// or what is there is not a folder of that user's.
void move_run_folder(const std::string& runs, const std::string& job, uid_t from, uid_t to);

}  // namespace leader_cron
