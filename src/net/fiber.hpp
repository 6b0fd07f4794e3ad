// Fibers: business code reads as if it blocked.
//
// Each Loop is one thread with one Asio io_context; a fiber (a stackful coroutine, Boost.Context)
// lives on the loop that spawned it and never moves. Every suspension goes through
// detail::suspend() (fiber_asio.hpp), by one of the wrappers below or of the floor net, for one
// reason: the C++ runtime keeps the stack of exceptions being handled per *thread*
// (__cxa_get_globals), and a fiber that suspends inside a `catch` would leave its own there for
// whoever runs next. suspend() carries it across.
//
// Rules for code that may suspend: hold no std::mutex and no reference into a thread_local across a
// call that waits. Not `co_await`: g++ 12.2 miscompiles common coroutine idioms (double frees).
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/time.hpp"

namespace varde::net {

/// Deadlines are on the steady clock: the injected clock of base/time.hpp may jump.
using Deadline = std::chrono::steady_clock::time_point;
inline Deadline in(std::chrono::steady_clock::duration from_now) {
  return std::chrono::steady_clock::now() + from_now;
}

/// Thrown by waits after Loop::stop(), so that fibers unwind and release what they hold.
class Stopped : public std::exception {
 public:
  const char* what() const noexcept override { return "the program is shutting down"; }
};

/// One thread that runs fibers.
class Loop {
 public:
  explicit Loop(std::string name);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Starts `body` as a fiber of this loop; from any thread. An exception that leaves `body` is
  /// logged and ends the fiber.
  void spawn(std::function<void()> body);
  /// Runs `action` on the loop's thread, outside any fiber; from any thread. It must not wait.
  void post(std::function<void()> action);
  /// Wakes every waiting fiber with Stopped, waits until all have ended (at most `patience`), joins
  /// the thread.
  void stop(std::chrono::milliseconds patience = std::chrono::seconds(10));
  bool stopping() const;

  /// The loop of the calling fiber; a logic_error elsewhere.
  static Loop& current();
  /// The loop of the calling fiber, or null on a plain thread.
  static Loop* current_or_null();

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// Runs `body` on a loop of its own and returns when it has ended; for tests, tools and the command
/// line. Rethrows what `body` throws.
void run_fiber(const std::function<void()>& body);

/// Something scarce that everybody needs and the calling fiber holds: a connection to the database.
/// It counts with the fiber that made it, whoever destroys it. db/ keeps one in each connection
/// that is in use.
class Holding {
 public:
  Holding();
  /// Nothing.
  static Holding none() { return Holding(nullptr); }
  ~Holding() { release(); }
  Holding(Holding&&) = default;
  Holding& operator=(Holding&&) = delete;
  void release();

 private:
  explicit Holding(std::nullptr_t) {}
  std::shared_ptr<int> count_;  // of a fiber's thread alone
};

/// Said before each wait for another machine, which may take as long as a stranger likes: whoever
/// waits so with a connection in hand makes everybody wait for the stranger. Counts it by `place`;
/// throws std::logic_error in debug builds and where VARDE_STRICT_WAITS=1 stands in the
/// environment (all tests), and else logs it now and then.
void before_waiting_for_others(const char* place);

/// Whose work the calling fiber does, for those who share something scarce out: a stranger's until
/// somebody has shown who they are. False on a plain thread.
void set_stranger(bool stranger);
bool is_stranger();

/// Whether the one who asked for what the calling fiber does has gone; for waits of seconds.
/// `gone` is set for the time of a request, and empty otherwise.
void set_asker(std::function<bool()> gone);
bool asker_is_gone();

/// Suspends the fiber. Throws Stopped.
void sleep_for(std::chrono::steady_clock::duration duration);
/// Lets other fibers of the loop run.
void yield_now();

/// Something one fiber waits for and anybody announces. wake() may come first, from any thread, any
/// number of times.
class Event {
 public:
  Event();
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  /// Waits for a wake() since the last wait (then clears it). False when the deadline passed.
  /// Throws Stopped.
  bool wait(std::optional<Deadline> deadline = std::nullopt);
  void wake();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// A mutex between fibers of one loop; first come, first served.
class Mutex {
 public:
  void lock();
  void unlock();

 private:
  bool held_ = false;
  std::vector<Event*> queue_;
};

/// Waits on a file descriptor that another library owns (libpq's, c-ares's). Belongs to the loop it
/// was made on.
class Readiness {
 public:
  explicit Readiness(int fd);
  ~Readiness();
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;
  enum class For { read, write };
  /// False when the deadline passed. Throws Stopped.
  bool wait(For what, std::optional<Deadline> deadline = std::nullopt);
  /// Lets go of the descriptor without closing it.
  void release();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Runs blocking or long computations (Argon2id, libvips) on threads of its own. `run` suspends the
/// calling fiber until the work is done and rethrows what it throws. A bounded queue: beyond it
/// run() returns false at once and the work was not done.
///
/// When the loop is stopped meanwhile, work that has not begun is dropped, and work that runs is
/// waited for, because it may use the fiber's frame; OnStop::leave does not wait (a call to another
/// machine): such work holds all it uses by value.
class WorkPool {
 public:
  WorkPool(std::size_t threads, std::size_t queue_limit);
  ~WorkPool();
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;
  enum class OnStop { wait, leave };
  [[nodiscard]] bool run(const std::function<void()>& work, OnStop on_stop = OnStop::wait);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace varde::net
