#include "supervised_service.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <ios>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

namespace charm_test {
namespace {

constexpr const char* kGenericJobs =
    "- {name: a, schedule: '@daily', command: 'eval \"$DO\"'}\n"
    "- {name: b, schedule: '@daily', command: 'eval \"$DO\"'}\n"
    "- {name: timed, schedule: '@daily', timeout: 1s, command: 'eval \"$DO\"'}\n"
    "- {name: several, schedule: '@daily', overlap: allow, command: 'eval \"$DO\"'}\n"
    "- {name: www, schedule: '@daily', user: www-data, command: 'eval \"$DO\"'}\n"
    "- {name: nob, schedule: '@daily', user: nobody, command: 'eval \"$DO\"'}\n";

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

bool is_zombie(const std::string& process) {
  const std::string stat = read(fs::path("/proc") / process / "stat");
  const auto end = stat.rfind(')');
  return end == std::string::npos || end + 2 >= stat.size() || stat[end + 2] == 'Z' ||
         stat[end + 2] == 'X';
}

}  // namespace

Started::Started(const std::vector<std::string>& arguments,
                 const std::map<std::string, std::string>& environment) {
  std::string pattern = (fs::temp_directory_path() / "leader-cron-started.XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a folder");
  folder_ = pattern;
  std::vector<std::string> words = arguments;
  std::vector<std::string> entries;
  entries.reserve(environment.size());
  for (const auto& [name, value] : environment) entries.push_back(name + "=" + value);
  const auto argv = pointers_to(words);
  const auto envp = pointers_to(entries);
  const std::string out = folder_ + "/out";
  const std::string err = folder_ + "/err";
  process_ = fork();
  if (process_ < 0) throw std::runtime_error("cannot fork");
  if (process_ == 0) {
    constexpr mode_t kMode = 0600;
    dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    dup2(open(out.c_str(), O_WRONLY | O_CREAT | O_APPEND, kMode), STDOUT_FILENO);
    dup2(open(err.c_str(), O_WRONLY | O_CREAT | O_APPEND, kMode), STDERR_FILENO);
    closefrom(STDERR_FILENO + 1);
    execve(argv.front(), argv.data(), envp.data());
    _exit(127);
  }
}

Started::Started(Started&& other) noexcept
    : process_(std::exchange(other.process_, -1)),
      status_(other.status_),
      folder_(std::exchange(other.folder_, "")) {}

Started::~Started() {
  if (process_ > 0 && !status_) {
    kill(process_, SIGKILL);
    wait();
  }
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

bool Started::has_ended() {
  int status = 0;
  if (!status_ && waitpid(process_, &status, WNOHANG) == process_) status_ = status;
  return status_.has_value();
}

ShellResult Started::wait() {
  int status = 0;
  if (!status_) {
    waitpid(process_, &status, 0);
    status_ = status;
  }
  return {WIFSIGNALED(*status_) ? 128 + WTERMSIG(*status_) : WEXITSTATUS(*status_),
          read(folder_ + "/out"), read(folder_ + "/err")};
}

bool becomes_true(const std::function<bool()>& condition) {
  constexpr std::chrono::minutes kBound{1};
  const auto end = std::chrono::steady_clock::now() + kBound;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

std::optional<std::string> why_no_mounts() {
  if (geteuid() != 0) return "only root can mount";
  if (shell("exec unshare -m --propagation private mount -t tmpfs none /mnt").status != 0)
    return "no mount namespace can be made here";
  return std::nullopt;
}

SupervisedService::SupervisedService() {
  static std::atomic<int> count = 0;
  // A number that `sleep` takes, and no other test's.
  mark_ = fmt::format("3600.{}{:03}7", getpid(), ++count);
}

void SupervisedService::install(const std::string& more) {
  standin::Options options = fleet_options(folder_.path());
  options.config = {{"jobs", kGenericJobs + more}};
  fleet_.emplace(deployed(options, 1));
}

void SupervisedService::hook(const std::string& name) {
  const auto result = fleet_->run_hook("django-cron/0", name);
  EXPECT_EQ(result.exit_status, 0) << result.err;
}

void SupervisedService::configure(const std::string& jobs) {
  fleet_->set_config({{"jobs", jobs}});
  fleet_->settle();
}

fs::path SupervisedService::run_folder(const std::string& job) const {
  std::error_code ignored;
  for (const auto& user : fs::directory_iterator(state() / "runs", ignored)) {
    if (fs::exists(fs::symlink_status(user.path() / job))) return user.path() / job;
  }
  const std::string user = job == "www" ? "www-data" : job == "nob" ? "nobody" : "root";
  return charm_test::run_folder(state(), job, user);
}

std::string SupervisedService::juju_status() const {
  const auto status = fleet_->status("django-cron/0");
  return status.state + " " + status.message;
}

void SupervisedService::TearDown() {
  if (!fleet_) return;
  EXPECT_TRUE(becomes_true([this] { return processes().empty(); }))
      << processes().size() << " processes of a run are left";
  for (const pid_t process : processes()) kill(process, SIGKILL);
  if (!fs::exists(state() / "runs")) return;
  std::vector<fs::path> folders;
  for (const auto& user : fs::directory_iterator(state() / "runs")) {
    for (const auto& job : fs::directory_iterator(user)) folders.push_back(job);
  }
  for (const fs::path& folder : folders) {
    const std::string job = folder.filename();
    if (!fs::is_regular_file(fs::symlink_status(record_file(job)))) continue;
    EXPECT_EQ(what_is_wrong_with_records(record_file(job)), "") << job;
    if (!expect_free_locks_) continue;
    by_cron(job, ":");
    EXPECT_NE(last_record(job).value("result", ""), "skipped") << job;
    for (const auto& left : fs::directory_iterator(folder))
      EXPECT_FALSE(left.path().filename().string().starts_with("running.")) << left.path();
  }
}

std::map<std::string, std::string> SupervisedService::crons_environment(
    const std::string& command, const std::map<std::string, std::string>& more) const {
  std::map<std::string, std::string> environment = {
      {"IS_LEADER", "True"},
      {"SHELL", "/bin/sh"},
      {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
      {"HOME", "/root"},
      {"LOGNAME", "root"},
      {"LEADER_CRON_ROOT", root()},
      {"DO", command},
      {"MARK", mark_}};
  for (const auto& [name, value] : more) environment[name] = value;
  return environment;
}

Started SupervisedService::start(const std::string& job, const std::string& command,
                                 const std::map<std::string, std::string>& more) const {
  return Started({program(), "run", job}, crons_environment(command, more));
}

ShellResult SupervisedService::by_cron(const std::string& job, const std::string& command,
                                       const std::map<std::string, std::string>& more) const {
  return start(job, command, more).wait();
}

ShellResult SupervisedService::by_hand(const std::string& words,
                                       const std::map<std::string, std::string>& more) const {
  std::map<std::string, std::string> environment = {
      {"LEADER_CRON_ROOT", root()}, {"MARK", mark_}, {"HOME", "/root"}, {"LOGNAME", "root"}};
  for (const auto& [name, value] : more) environment[name] = value;
  return shell(fmt::format("exec '{}' {}", program().string(), words), environment);
}

ShellResult SupervisedService::in_mount_namespace(const std::string& script) const {
  auto environment = crons_environment("");
  environment["STATE"] = state();
  environment["SUPERVISOR"] = program();
  environment["OUT"] = in_folder("out");
  fs::create_directories(in_folder("out"));
  return Started({"/usr/bin/unshare", "-m", "--propagation", "private", "/bin/sh", "-ec", script},
                 environment)
      .wait();
}

std::vector<nlohmann::json> SupervisedService::records(const std::string& job) const {
  std::istringstream lines(read(record_file(job)));
  std::vector<nlohmann::json> found;
  for (std::string line; std::getline(lines, line);) {
    auto record = nlohmann::json::parse(line, nullptr, false);
    found.push_back(record.is_object() ? std::move(record) : nlohmann::json());
  }
  return found;
}

nlohmann::json SupervisedService::last_record(const std::string& job) const {
  const auto all = records(job);
  return all.empty() || !all.back().is_object() ? nlohmann::json::object() : all.back();
}

std::vector<std::string> SupervisedService::results(const std::string& job) const {
  std::vector<std::string> words;
  for (const auto& record : records(job))
    words.push_back(record.is_object() ? record.value("result", "") : "no JSON");
  return words;
}

nlohmann::json SupervisedService::history(const std::string& words) const {
  const auto result = by_hand("history " + words + " --format json");
  EXPECT_EQ(result.status, 0) << result.err;
  auto json = nlohmann::json::parse(result.out, nullptr, false);
  EXPECT_TRUE(json.is_array()) << result.out;
  return json;
}

namespace {

// Of a file below /proc; false where its process ends while it is read (ESRCH), for which the
// stream's buffer throws.
bool mentions(const fs::path& file, const std::string& mark) {
  try {
    return read(file).find(mark) != std::string::npos;
  } catch (const std::ios_base::failure&) {
    return false;
  }
}

}  // namespace

std::vector<pid_t> SupervisedService::processes() const {
  std::vector<pid_t> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename();
    pid_t process = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), process);
    if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size()) continue;
    if (process == getpid()) continue;
    if (!mentions(entry.path() / "environ", mark_) && !mentions(entry.path() / "cmdline", mark_))
      continue;
    if (!is_zombie(name)) found.push_back(process);
  }
  return found;
}

std::string what_is_wrong_with_records(const fs::path& file) {
  const std::string text = read(file);
  if (text.empty()) return fs::exists(file) ? "" : "there is no file";
  if (!text.ends_with('\n')) return "the last line does not end";
  std::istringstream lines(text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (!nlohmann::json::parse(line, nullptr, false).is_object())
      return fmt::format("line {} is no record: {}", number, line);
  }
  return "";
}

SystemLogSocket::SystemLogSocket(const fs::path& root) : path_(root / "dev/log") {
  fs::create_directories(path_.parent_path());
  socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  // By way of a descriptor: a socket's path is short.
  const int folder = open(path_.parent_path().c_str(), O_PATH | O_CLOEXEC);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  fmt::format("/proc/self/fd/{}/log", folder).copy(address.sun_path, sizeof address.sun_path - 1);
  if (bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("cannot bind " + path_.string());
  close(folder);
  fs::permissions(path_, fs::perms(0666));
}

SystemLogSocket::~SystemLogSocket() {
  close(socket_);
  std::error_code ignored;
  fs::remove(path_, ignored);
}

std::vector<std::string> SystemLogSocket::lines_until_end_of(Started& process) {
  std::vector<std::string> lines;
  std::array<char, 65536> buffer;
  while (true) {
    const bool ended = process.has_ended();
    ssize_t got = 0;
    while ((got = recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT)) >= 0)
      lines.emplace_back(buffer.data(), static_cast<std::size_t>(got));
    if (ended) return lines;
    pollfd waiting{socket_, POLLIN, 0};
    poll(&waiting, 1, 10);
  }
}

}  // namespace charm_test
