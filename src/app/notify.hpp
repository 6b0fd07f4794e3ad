// Tells systemd how the program is (sd_notify(3)): that it is up, that it is stopping, and, where
// the unit has WatchdogSec, that it still turns. Nothing happens without systemd.
//
// libsystemd would be a library for one datagram; its documentation gives the protocol for programs
// that send it themselves.
#pragma once

#include <chrono>
#include <string>

namespace varde::app {

class Notify {
 public:
  /// Reads NOTIFY_SOCKET and WATCHDOG_USEC.
  Notify();
  void ready() const { say("READY=1"); }
  void stopping() const { say("STOPPING=1"); }
  /// Call it as often as one likes while the program turns.
  void alive();

 private:
  void say(const std::string& text) const;
  std::string socket_;
  std::chrono::microseconds watchdog_{0};
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace varde::app
