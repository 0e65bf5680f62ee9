#include "system/system_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>

#include "system/machine.h"

namespace leader_cron {
namespace {

constexpr int kFacilityCron = 9;  // LOG_CRON

}  // namespace

SystemLog::SystemLog(std::string_view tag) : tag_(fmt::format("{}[{}]", tag, getpid())) {
  // By way of a descriptor, for a socket's path has room for 107 bytes only.
  const Descriptor place(open(on_machine("/dev/log").c_str(), O_PATH | O_CLOEXEC));
  if (!place) return;
  Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = fmt::format("/proc/self/fd/{}", place.get());
  std::copy(path.begin(), path.end(), address.sun_path);
  if (socket &&
      connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    socket_ = std::move(socket);
  }
}

void SystemLog::line(Severity severity, std::string_view text) {
  if (!socket_) return;
  const std::string message =
      fmt::format("<{}>{}: {}", kFacilityCron << 3 | static_cast<int>(severity), tag_, text);
  // Lost where it cannot be taken now.
  if (send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL) < 0) return;
}

}  // namespace leader_cron
