#include "system/system_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "system/machine.h"

namespace leader_cron {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kFacilityCron = 9;  // LOG_CRON

}  // namespace

SystemLog::SystemLog(std::string_view tag) : tag_(fmt::format("{}[{}]", tag, getpid())) {
  connect();
}

void SystemLog::connect() {
  constexpr std::chrono::seconds kBetweenTries{1};
  socket_.reset();
  if (Clock::now() < next_try_) return;
  next_try_ = Clock::now() + kBetweenTries;
  // By way of a descriptor, for a socket's path has room for 107 bytes only.
  const Descriptor place(open(on_machine("/dev/log").c_str(), O_PATH | O_CLOEXEC));
  if (!place) return;
  Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = fmt::format("/proc/self/fd/{}", place.get());
  std::copy(path.begin(), path.end(), address.sun_path);
  if (socket &&
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    socket_ = std::move(socket);
  }
}

void SystemLog::line(Severity severity, std::string_view text) {
  const std::string message =
      fmt::format("<{}>{}: {}", kFacilityCron << 3 | static_cast<int>(severity), tag_, text);
  const auto fails_to_send = [&] {
    return send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL) < 0;
  };
  if (!fails_to_send()) return;
  // A logger that was started anew listens at another socket of the same name.
  if (errno != EAGAIN) connect();
  while (socket_ && fails_to_send() && errno == EAGAIN && patience_.count() > 0) {
    const auto before = Clock::now();
    pollfd waiting{socket_.get(), POLLOUT, 0};
    poll(&waiting, 1, static_cast<int>(patience_.count()));
    patience_ -= std::chrono::ceil<std::chrono::milliseconds>(Clock::now() - before);
  }
}

}  // namespace leader_cron
