#include "app/notify.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace varde::app {

Notify::Notify() {
  if (const auto* socket = std::getenv("NOTIFY_SOCKET")) socket_ = socket;
  if (const auto* period = std::getenv("WATCHDOG_USEC"))
    watchdog_ = std::chrono::microseconds(std::strtoll(period, nullptr, 10));
}

void Notify::alive() {
  auto now = std::chrono::steady_clock::now();
  if (watchdog_.count() <= 0 || now - last_ < watchdog_ / 3) return;
  last_ = now;
  say("WATCHDOG=1");
}

void Notify::say(const std::string& text) const {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (socket_.empty() || socket_.size() >= sizeof to.sun_path) return;
  std::memcpy(to.sun_path, socket_.data(), socket_.size());
  if (to.sun_path[0] == '@') to.sun_path[0] = '\0';  // the abstract namespace
  int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  ::sendto(fd, text.data(), text.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&to), length);
  ::close(fd);
}

}  // namespace varde::app
