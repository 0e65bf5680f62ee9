#include "system/users.h"

#include <fmt/format.h>
#include <grp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <string_view>

#include "system/file.h"
#include "system/machine_error.h"
#include "system/process.h"

namespace leader_cron {
namespace {

constexpr const char* kGetent = "/usr/bin/getent";
// Getent's own, so LEADER_CRON_ROOT has no say.
constexpr const char* kNsswitch = kUserFiles[0];
constexpr const char* kPasswd = kUserFiles[1];

// Whether nsswitch.conf(5) asks /etc/passwd before anything else: then a user that stands there is
// who getent would find, and needs no getent. A user that does not stand there may still come from
// a directory service, and one that did may have gone: only getent can tell.
bool asks_files_first(std::string_view nsswitch) {
  constexpr std::string_view kDatabase = "passwd:";
  constexpr std::string_view kFiles = "files";
  while (!nsswitch.empty()) {
    const std::size_t end = std::min(nsswitch.find('\n'), nsswitch.size() - 1);
    std::string_view line = nsswitch.substr(0, end);
    nsswitch.remove_prefix(end + 1);
    if (!line.starts_with(kDatabase)) continue;
    line.remove_prefix(std::min(line.find_first_not_of(" \t", kDatabase.size()), line.size()));
    if (!line.starts_with(kFiles)) return false;
    return line.size() == kFiles.size() || line[kFiles.size()] == ' ' ||
           line[kFiles.size()] == '\t';
  }
  return false;
}

// passwd(5): name:password:uid:gid:gecos:home:shell
std::optional<User> user_of(std::string_view line) {
  std::vector<std::string_view> fields;
  while (true) {
    const std::size_t colon = line.find(':');
    fields.push_back(line.substr(0, colon));
    if (colon == std::string_view::npos) break;
    line.remove_prefix(colon + 1);
  }
  if (fields.size() != 7) return std::nullopt;
  User user;
  user.name = fields[0];
  user.home = fields[5];
  const auto number = [](std::string_view text, auto& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
  };
  if (!number(fields[2], user.uid) || !number(fields[3], user.gid)) return std::nullopt;
  return user;
}

// Adds those of `names` that the text of a passwd(5) file, or of getent, has. The first of a name
// counts.
void take_users(std::string_view text, const std::set<std::string>& names,
                std::map<std::string, User>& users) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    const std::string_view line = text.substr(0, end + 1);
    text.remove_prefix(line.size());
    const std::string name(line.substr(0, line.find(':')));
    if (!names.contains(name)) continue;
    if (auto user = user_of(line.substr(0, line.find('\n')))) users.emplace(name, *user);
  }
}

std::map<std::string, User> users_in_files(const std::set<std::string>& names) {
  std::map<std::string, User> users;
  if (names.contains("root")) users["root"] = {"root", 0, 0, "/root"};
  if (users.size() < names.size() && asks_files_first(read_file(kNsswitch).value_or("")))
    take_users(read_file(kPasswd).value_or(""), names, users);
  return users;
}

}  // namespace

bool files_tell_of(const std::set<std::string>& names) {
  // Of a link's status that of the file behind it cannot be told.
  const bool are_files = std::ranges::all_of(kUserFiles, [](const char* path) {
    const auto status = file_status(path);
    return !status || status->kind == FileStatus::Kind::regular;
  });
  return are_files && users_in_files(names).size() == names.size();
}

std::optional<std::map<std::string, User>> find_users(const std::set<std::string>& names) {
  std::map<std::string, User> users = users_in_files(names);
  Command getent{{kGetent, "passwd"}, std::nullopt};
  for (const std::string& name : names) {
    if (!users.contains(name)) getent.arguments.push_back(name);
  }
  if (getent.arguments.size() == 2) return users;
  const Output output = run(getent);
  // 2 says that one of them is missing; those that exist are printed all the same.
  constexpr int kSomeMissing = 2;
  if (!output.started || (output.status != 0 && output.status != kSomeMissing)) return std::nullopt;
  take_users(output.out, names, users);
  return users;
}

uid_t file_owner(const User& user) {
  return geteuid() == 0 ? user.uid : geteuid();
}

std::vector<gid_t> groups_of(const User& user) {
  // getent initgroups prints the name, then the numbers.
  const Output output = run({{kGetent, "initgroups", user.name}, std::nullopt});
  std::vector<gid_t> groups = {user.gid};
  std::string_view rest = output.out;
  rest.remove_prefix(std::min(rest.find(' '), rest.size()));
  while (true) {
    rest.remove_prefix(std::min(rest.find_first_of("0123456789"), rest.size()));
    if (rest.empty()) return groups;
    gid_t group = 0;
    const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), group);
    rest.remove_prefix(static_cast<std::size_t>(parsed.ptr - rest.data()));
    if (group != user.gid) groups.push_back(group);
  }
}

void become(const User& user, std::vector<std::string>& environment) {
  if (user.uid != 0) {
    const std::vector<gid_t> groups = groups_of(user);
    if (setgroups(groups.size(), groups.data()) != 0 || setgid(user.gid) != 0 ||
        setuid(user.uid) != 0) {
      throw MachineError("become the user", user.name, errno);
    }
  }
  std::erase_if(environment, [](std::string_view entry) {
    return entry.starts_with("HOME=") || entry.starts_with("LOGNAME=") ||
           entry.starts_with("USER=");
  });
  environment.push_back(fmt::format("HOME={}", user.home));
  environment.push_back(fmt::format("LOGNAME={}", user.name));
}

}  // namespace leader_cron
