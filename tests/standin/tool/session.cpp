#include "session.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstring>

#include "../hook_files.h"

namespace standin::tool {
namespace {

using nlohmann::json;

class OpenFile {
 public:
  OpenFile(const std::filesystem::path& path, int flags)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  [[nodiscard]] int fd() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

std::string contents(int fd) {
  std::string text;
  char buffer[16384];
  for (;;) {
    const ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(n));
  }
}

}  // namespace

json Session::read_json(const std::filesystem::path& path) {
  const OpenFile file(path, O_RDONLY);
  if (!file) return nullptr;
  return json::parse(contents(file.fd()), nullptr, /*allow_exceptions=*/false);
}

Session::Session(std::filesystem::path folder)
    : folder_(std::move(folder)), context_(read_json(folder_ / kContextFile)) {
  if (!context_.is_object())
    throw Failure("dial unix " + folder_.string() + ": connection refused");
}

bool Session::is_leader() const {
  if (!context_.value("reachable", true)) return false;
  const OpenFile lease(text("lease"), O_RDONLY);
  return lease && contents(lease.fd()) == text("unit");
}

std::vector<json> Session::journal() const {
  std::vector<json> records;
  const OpenFile file(folder_ / kJournalFile, O_RDONLY);
  if (!file) return records;
  ::flock(file.fd(), LOCK_SH);
  const std::string text = contents(file.fd());
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = text.find('\n', begin);
    records.push_back(json::parse(text.substr(begin, end - begin), nullptr, false));
    if (end == std::string::npos) break;
    begin = end + 1;
  }
  return records;
}

std::vector<json> Session::earlier_effects(const char* kind) const {
  std::vector<json> effects;
  for (auto& record : journal()) {
    const auto effect = record.find("effect");
    if (effect != record.end() && effect->value("kind", "") == kind) {
      effects.push_back(std::move(*effect));
    }
  }
  return effects;
}

std::size_t Session::earlier_calls(const std::string& tool) const {
  std::size_t count = 0;
  for (const auto& record : journal()) {
    if (tool == "*" || record.value("tool", "") == tool) ++count;
  }
  return count;
}

void Session::append(const json& record) const {
  // No O_CREAT: the driver made the journal; a hook that is over has none, and none must appear.
  const OpenFile file(folder_ / kJournalFile, O_WRONLY | O_APPEND);
  if (!file) throw Failure("dial unix " + folder_.string() + ": connection refused");
  ::flock(file.fd(), LOCK_EX);
  const std::string text = record.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = ::write(file.fd(), text.data() + done, text.size() - done);
    if (n < 0) throw Failure(std::string("cannot write the journal: ") + std::strerror(errno));
    done += static_cast<std::size_t>(n);
  }
}

void Call::expect_at_most(std::size_t most) const {
  if (line.arguments.size() <= most) return;
  std::string extra;
  for (std::size_t i = most; i < line.arguments.size(); ++i) {
    extra += (extra.empty() ? "\"" : ",\"") + line.arguments[i] + "\"";
  }
  throw UsageError("unrecognized args: [" + extra + "]");
}

}  // namespace standin::tool
