// The Asio side of fiber.hpp, for the files of net/ that do I/O. Nothing outside net/ includes it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>

#include "net/fiber.hpp"

namespace varde::net {

struct Fiber;

/// A wait that ends with `cancel` when its deadline passes or the loop stops. A ticker looks at all
/// of them every 20 ms, which is far cheaper than a timer for each read of each connection.
struct DeadlineEntry {
  std::optional<Deadline> deadline;
  std::function<void()> cancel;
  bool fired = false;
};

struct Loop::Impl {
  explicit Impl(std::string name);
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard;
  std::string name;
  std::thread thread;
  std::list<DeadlineEntry*> waits;
  boost::asio::steady_timer ticker{context};
  std::size_t fibers = 0;
  std::atomic<bool> stopping{false};
  Loop* self = nullptr;
  void tick();
};

namespace detail {

/// State of the C++ runtime's exception handling, as the Itanium C++ ABI lays it out
/// (section 2.2.2).
struct ExceptionGlobals {
  void* caught = nullptr;
  unsigned int uncaught = 0;
};
ExceptionGlobals take_exception_globals() noexcept;
void put_exception_globals(const ExceptionGlobals& globals) noexcept;

/// Where a stack lies in memory.
struct Stack {
  const void* bottom = nullptr;
  std::size_t size = 0;
};
#ifdef VARDE_ASAN
/// Tells AddressSanitizer which stack is in use from here on; returns the one before. Told nothing,
/// it cannot clean up where an exception passed, and finds errors later where there are none.
Stack use_stack(Stack next) noexcept;
/// The stack of this thread's loop, on which its fibers are begun and resumed.
Stack loop_stack() noexcept;
#else
inline Stack use_stack(Stack) noexcept { return {}; }
inline Stack loop_stack() noexcept { return {}; }
#endif

Fiber* current_fiber() noexcept;
void set_current_fiber(Fiber* fiber) noexcept;
boost::asio::yield_context& yield_of(Fiber* fiber) noexcept;

/// Registers a wait with the ticker for its scope.
class Watched {
 public:
  Watched(Loop::Impl& loop, std::optional<Deadline> deadline, std::function<void()> cancel);
  ~Watched();
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  bool fired() const { return entry_.fired; }

 private:
  Loop::Impl& loop_;
  DeadlineEntry entry_;
  std::list<DeadlineEntry*>::iterator at_;
};

/// The one place where a fiber suspends. `start` is called with a yield_context and runs one
/// asynchronous operation with it, always in the form that reports errors by error_code
/// (yield[ec]), never by exception. Returns what `start` returns.
template <class Start>
auto suspend(Start&& start) {
  Fiber* me = current_fiber();
  auto globals = take_exception_globals();
  auto stack = use_stack(loop_stack());
  auto after = [&] {
    use_stack(stack);
    set_current_fiber(me);
    put_exception_globals(globals);
  };
  if constexpr (std::is_void_v<decltype(start(yield_of(me)))>) {
    start(yield_of(me));
    after();
  } else {
    auto result = start(yield_of(me));
    after();
    return result;
  }
}

/// suspend() for an operation that must end by a deadline: `cancel` makes it complete early. Sets
/// `timed_out` when that happened because of the deadline; throws Stopped when the loop is
/// stopping.
template <class Start>
auto suspend_until(std::optional<Deadline> deadline, std::function<void()> cancel, bool& timed_out,
                   Start&& start) {
  auto& loop = Loop::current().impl();
  if (loop.stopping) throw Stopped();
  Watched watched(loop, deadline, std::move(cancel));
  auto result = suspend(std::forward<Start>(start));
  timed_out = watched.fired() && !loop.stopping;
  if (loop.stopping && watched.fired()) throw Stopped();
  return result;
}

}  // namespace detail
}  // namespace varde::net
