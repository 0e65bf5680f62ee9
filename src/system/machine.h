// The machine around us: where its files are, and which program this is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace leader_cron {

// LEADER_CRON_ROOT, put before `path`, an absolute path that this program itself reads or writes.
std::string on_machine(std::string_view path);

// Whether LEADER_CRON_ROOT points away from the machine's own files.
bool is_rooted();

// The file of the running program, links resolved.
std::string program_path();

// The environment variable's value, empty if it is not set.
std::string environment_variable(const char* name);

// All of it, as NAME=value.
std::vector<std::string> inherited_environment();

// Debian's cron, cronie or systemd-cron. Where LEADER_CRON_ROOT is set, whoever set it sees to
// that: true.
bool has_cron_daemon();

// Installs the package cron; false if that did not give a daemon.
bool install_cron_daemon();

}  // namespace leader_cron
