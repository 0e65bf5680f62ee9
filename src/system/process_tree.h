// The processes that descend from one, as /proc shows them. Which of them are to be signalled, and
// when, is for the callers.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace leader_cron {

// All of them but zombies, whatever session or group they have put themselves in, as long as each
// one's parent lives or `ancestor` is their subreaper (prctl(2), PR_SET_CHILD_SUBREAPER).
std::vector<pid_t> descendants_of(pid_t ancestor);

// All but zombies that started not before `since`, as start_time_of() has it.
std::vector<pid_t> processes_of_session(pid_t session, std::uint64_t since);

// When the process started, in clock ticks since boot: with its id it names one process. Nothing
// where there is none.
std::optional<std::uint64_t> start_time_of(pid_t process);

// To each descendant of this process, but for those in the process group `except` (0: none). KILL
// goes to all, and stops them before: what forks meanwhile is found, and stopped too, until nothing
// new appears.
void signal_descendants(int signal, pid_t except = 0);

}  // namespace leader_cron
