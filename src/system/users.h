// The machine's users, from /etc/passwd or else asked of getent(1): the program is linked
// statically and must not load NSS modules.
#pragma once

#include <sys/types.h>

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace leader_cron {

struct User {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
  std::string home;
};

// Those of `names` that exist, by exactly that name (getent takes numbers too). At most one process
// for all, none where all stand in /etc/passwd. Nothing where getent cannot be started or fails.
std::optional<std::map<std::string, User>> find_users(const std::set<std::string>& names);

// The files in which the machine's users stand. As long as they do not change, neither does what
// find_users() gives for `names`, if files_tell_of(names).
inline constexpr std::array<const char*, 2> kUserFiles = {"/etc/nsswitch.conf", "/etc/passwd"};
bool files_tell_of(const std::set<std::string>& names);

// The uid that files of this user's get: only root may give files away; to anybody else (a test, a
// benchmark) all files are their own.
uid_t file_owner(const User& user);

// The supplementary groups of a user, as initgroups(3) would set them.
std::vector<gid_t> groups_of(const User& user);

// Gives up root for good, unless the user is root: the user's groups, then the user. HOME and
// LOGNAME in `environment` become the user's, as cron sets them; USER goes. Throws MachineError.
void become(const User& user, std::vector<std::string>& environment);

}  // namespace leader_cron
