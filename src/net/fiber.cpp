#include "net/fiber.hpp"

#include <cxxabi.h>
#ifdef VARDE_ASAN
#include <sanitizer/common_interface_defs.h>
#endif

#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>
#include <condition_variable>
#include <exception>
#include <future>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "net/fiber_asio.hpp"
#include "net/fiber_id.hpp"

namespace varde::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {
// Room for libpq, ICU and Boost.JSON; only touched pages cost memory. A guard page turns an
// overflow into a clean crash.
constexpr std::size_t kStackBytes = 256 * 1024;
thread_local Fiber* running = nullptr;
thread_local Loop* this_loop = nullptr;
thread_local detail::Stack newest_stack, own_stack;

using Stacks = boost::context::protected_fixedsize_stack;
// Remembers where the stack of the fiber lies that is begun next.
struct FiberStack : Stacks {
  FiberStack() : Stacks(kStackBytes) {}
  boost::context::stack_context allocate() {
    auto made = Stacks::allocate();
    newest_stack = {static_cast<char*>(made.sp) - made.size, made.size};
    return made;
  }
};
}  // namespace

struct Fiber {
  asio::yield_context* yield;
  std::shared_ptr<int> holdings{};
  bool stranger = false;
  std::function<bool()> asker_gone{};
};

const void* fiber_id() noexcept { return running; }

namespace detail {

#ifdef VARDE_ASAN
Stack use_stack(Stack next) noexcept {
  // Both at once: between them only the switch itself would lie, which Boost.Context does.
  void* fake = nullptr;
  Stack before;
  __sanitizer_start_switch_fiber(&fake, next.bottom, next.size);
  __sanitizer_finish_switch_fiber(fake, &before.bottom, &before.size);
  return before;
}
Stack loop_stack() noexcept { return own_stack; }
#endif

ExceptionGlobals take_exception_globals() noexcept {
  auto* globals = reinterpret_cast<ExceptionGlobals*>(abi::__cxa_get_globals());
  return std::exchange(*globals, {});
}
void put_exception_globals(const ExceptionGlobals& saved) noexcept {
  *reinterpret_cast<ExceptionGlobals*>(abi::__cxa_get_globals()) = saved;
}

Fiber* current_fiber() noexcept { return running; }
void set_current_fiber(Fiber* fiber) noexcept { running = fiber; }
asio::yield_context& yield_of(Fiber* fiber) noexcept { return *fiber->yield; }

Watched::Watched(Loop::Impl& loop, std::optional<Deadline> deadline, std::function<void()> cancel)
    : loop_(loop), entry_{deadline, std::move(cancel), false} {
  at_ = loop_.waits.insert(loop_.waits.end(), &entry_);
}
Watched::~Watched() { loop_.waits.erase(at_); }

}  // namespace detail

Loop::Impl::Impl(std::string loop_name)
    : guard(asio::make_work_guard(context)), name(std::move(loop_name)) {}

void Loop::Impl::tick() {
  auto at = std::chrono::steady_clock::now();
  for (auto* entry : waits) {
    if (entry->fired || (!stopping && (!entry->deadline || *entry->deadline > at))) continue;
    entry->fired = true;
    entry->cancel();
  }
  ticker.expires_after(std::chrono::milliseconds(stopping ? 2 : 20));
  ticker.async_wait([this](error_code ec) {
    if (!ec) tick();
  });
}

Loop::Loop(std::string name) : impl_(std::make_unique<Impl>(std::move(name))) {
  impl_->self = this;
  impl_->thread = std::thread([this] {
    this_loop = this;
    pthread_setname_np(pthread_self(), impl_->name.substr(0, 15).c_str());
    impl_->tick();
    impl_->context.run();
  });
}

Loop::~Loop() { stop(); }

void Loop::spawn(std::function<void()> body) {
  asio::post(impl_->context, [this, body = std::move(body)]() mutable {
    ++impl_->fibers;
    asio::spawn(
        impl_->context, std::allocator_arg, FiberStack(),
        [this, body = std::move(body)](asio::yield_context yield) {
          own_stack = detail::use_stack(newest_stack);
          Fiber me{&yield};
          running = &me;
          try {
            body();
          } catch (const Stopped&) {
          } catch (const std::exception& e) {
            log::error("A fiber ended with an exception", {{"what", e.what()}});
          }
          running = nullptr;
          --impl_->fibers;
          detail::use_stack(own_stack);
        },
        asio::detached);
    // The new fiber ran first until its first suspension; it was not ours to inherit.
    running = nullptr;
  });
}

void Loop::post(std::function<void()> action) { asio::post(impl_->context, std::move(action)); }

bool Loop::stopping() const { return impl_->stopping; }

void Loop::stop(std::chrono::milliseconds patience) {
  if (!impl_->thread.joinable()) return;
  impl_->stopping = true;
  auto until = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < until) {
    std::promise<std::size_t> left;
    asio::post(impl_->context, [&] {
      impl_->ticker.expires_after(std::chrono::milliseconds(0));
      left.set_value(impl_->fibers);
    });
    if (left.get_future().get() == 0) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    // The ticker was cancelled by expires_after: start it anew.
    asio::post(impl_->context, [this] { impl_->tick(); });
  }
  impl_->guard.reset();
  impl_->context.stop();
  impl_->thread.join();
}

namespace {

metrics::Counter waits_with_transaction("varde_waits_with_transaction_total",
                                        "Waits for another machine with a transaction open",
                                        {"place"});

bool strict_waits() {
#ifdef VARDE_STRICT_WAITS
  constexpr bool kDefault = true;
#else
  constexpr bool kDefault = false;
#endif
  static const bool kStrict = [] {
    const char* said = std::getenv("VARDE_STRICT_WAITS");
    return said == nullptr || *said == '\0' ? kDefault : *said == '1';
  }();
  return kStrict;
}

}  // namespace

void set_stranger(bool stranger) {
  if (running != nullptr) running->stranger = stranger;
}
bool is_stranger() { return running != nullptr && running->stranger; }
void set_asker(std::function<bool()> gone) {
  if (running != nullptr) running->asker_gone = std::move(gone);
}
bool asker_is_gone() { return running != nullptr && running->asker_gone && running->asker_gone(); }

Holding::Holding() {
  if (running == nullptr) return;
  if (!running->holdings) running->holdings = std::make_shared<int>(0);
  count_ = running->holdings;
  ++*count_;
}

void Holding::release() {
  if (count_) --*count_;
  count_.reset();
}

void before_waiting_for_others(const char* place) {
  if (running == nullptr || !running->holdings || *running->holdings == 0) return;
  waits_with_transaction.with({place}).add();
  if (strict_waits())
    throw std::logic_error(std::string(place) +
                           " would wait for another machine while a transaction is open: end it "
                           "before, and begin another one after");
  static std::mutex mutex;
  static std::map<std::string, std::chrono::steady_clock::time_point, std::less<>> said;
  auto at = std::chrono::steady_clock::now();
  {
    std::lock_guard lock(mutex);
    auto& last = said[place];
    if (last != std::chrono::steady_clock::time_point() && at - last < std::chrono::minutes(1))
      return;
    last = at;
  }
  log::error("A transaction is held open during a wait for another machine", {{"place", place}});
}

Loop* Loop::current_or_null() { return this_loop; }
Loop& Loop::current() {
  if (this_loop == nullptr) throw std::logic_error("this call waits, and so must run in a fiber");
  return *this_loop;
}

void run_fiber(const std::function<void()>& body) {
  Loop loop("fiber");
  std::promise<void> done;
  loop.spawn([&] {
    try {
      body();
      done.set_value();
    } catch (...) {
      done.set_exception(std::current_exception());
    }
  });
  auto future = done.get_future();
  future.wait();
  loop.stop();
  future.get();
}

void sleep_for(std::chrono::steady_clock::duration duration) {
  auto& loop = Loop::current().impl();
  asio::steady_timer timer(loop.context, duration);
  bool timed_out = false;
  detail::suspend_until(
      std::nullopt, [&] { timer.cancel(); }, timed_out,
      [&](asio::yield_context& yield) {
        error_code ec;
        timer.async_wait(yield[ec]);
        return ec;
      });
}

void yield_now() {
  detail::suspend([](asio::yield_context& yield) { asio::post(yield); });
}

// An Event is a timer that never expires and is cancelled to wake; the flag keeps a wake() that
// comes before the wait.
struct Event::State : std::enable_shared_from_this<Event::State> {
  std::atomic<bool> set{false};
  std::mutex mutex;  // guards `loop` and `timer` pointers only; never held across a suspension
  Loop* loop = nullptr;
  asio::steady_timer* timer = nullptr;
};

Event::Event() : state_(std::make_shared<State>()) {}
Event::~Event() = default;

bool Event::wait(std::optional<Deadline> deadline) {
  if (state_->set.exchange(false)) return true;
  auto& loop = Loop::current();
  asio::steady_timer timer(loop.impl().context, asio::steady_timer::time_point::max());
  {
    std::lock_guard lock(state_->mutex);
    state_->loop = &loop;
    state_->timer = &timer;
  }
  struct Leave {
    State& state;
    ~Leave() {
      std::lock_guard lock(state.mutex);
      state.timer = nullptr;
      state.loop = nullptr;
    }
  } leave{*state_};
  while (!state_->set.exchange(false)) {
    bool timed_out = false;
    detail::suspend_until(
        deadline, [&] { timer.cancel(); }, timed_out,
        [&](asio::yield_context& yield) {
          error_code ec;
          timer.async_wait(yield[ec]);
          return ec;
        });
    if (timed_out) return state_->set.exchange(false);
  }
  return true;
}

void Event::wake() {
  if (state_->set.exchange(true)) return;
  std::lock_guard lock(state_->mutex);
  if (state_->timer == nullptr) return;
  // The timer belongs to the waiting loop's thread; by the time this runs, the wait may be over and
  // another may have begun.
  state_->loop->post([state = state_] {
    std::lock_guard again(state->mutex);
    if (state->timer != nullptr) state->timer->cancel();
  });
}

void Mutex::lock() {
  if (!held_) {
    held_ = true;
    return;
  }
  Event turn;
  queue_.push_back(&turn);
  try {
    turn.wait();  // unlock() passes the lock on: held_ stays true
  } catch (...) {
    if (std::erase(queue_, &turn) == 0) unlock();
    throw;
  }
}

void Mutex::unlock() {
  if (queue_.empty()) {
    held_ = false;
    return;
  }
  auto* next = queue_.front();
  queue_.erase(queue_.begin());
  next->wake();
}

struct Readiness::Impl {
  Impl(asio::io_context& context, int fd) : descriptor(context, fd) {}
  asio::posix::stream_descriptor descriptor;
};

Readiness::Readiness(int fd) : impl_(std::make_unique<Impl>(Loop::current().impl().context, fd)) {}
Readiness::~Readiness() { release(); }
void Readiness::release() {
  if (impl_ && impl_->descriptor.is_open()) impl_->descriptor.release();
}

bool Readiness::wait(For what, std::optional<Deadline> deadline) {
  bool timed_out = false;
  auto ec = detail::suspend_until(
      deadline, [&] { impl_->descriptor.cancel(); }, timed_out,
      [&](asio::yield_context& yield) {
        error_code result;
        impl_->descriptor.async_wait(what == For::read ? asio::posix::stream_descriptor::wait_read
                                                       : asio::posix::stream_descriptor::wait_write,
                                     yield[result]);
        return result;
      });
  if (timed_out) return false;
  if (ec) throw std::runtime_error("waiting on a descriptor failed: " + ec.message());
  return true;
}

struct WorkPool::Impl {
  std::mutex mutex;
  std::condition_variable ready;
  std::deque<std::function<void()>> queue;
  std::size_t limit = 0;
  bool stopping = false;
  std::vector<std::thread> threads;
};

WorkPool::WorkPool(std::size_t threads, std::size_t queue_limit) : impl_(std::make_unique<Impl>()) {
  impl_->limit = queue_limit;
  for (std::size_t i = 0; i < threads; ++i) {
    impl_->threads.emplace_back([impl = impl_.get()] {
      while (true) {
        std::unique_lock lock(impl->mutex);
        impl->ready.wait(lock, [&] { return impl->stopping || !impl->queue.empty(); });
        if (impl->queue.empty()) return;
        auto work = std::move(impl->queue.front());
        impl->queue.pop_front();
        lock.unlock();
        work();
      }
    });
  }
}

WorkPool::~WorkPool() {
  {
    std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->ready.notify_all();
  for (auto& thread : impl_->threads) thread.join();
}

bool WorkPool::run(const std::function<void()>& work, OnStop on_stop) {
  enum Phase { waiting, running, ended, dropped };
  struct Shared {
    Event done;
    std::exception_ptr thrown;
    std::atomic<Phase> phase{waiting};
  };
  auto shared = std::make_shared<Shared>();
  {
    std::lock_guard lock(impl_->mutex);
    if (impl_->queue.size() >= impl_->limit) return false;
    impl_->queue.emplace_back([work, shared] {
      auto expected = waiting;
      if (!shared->phase.compare_exchange_strong(expected, running)) return;
      try {
        work();
      } catch (...) {
        shared->thrown = std::current_exception();
      }
      shared->phase = ended;
      shared->phase.notify_all();
      shared->done.wake();
    });
  }
  impl_->ready.notify_one();
  try {
    shared->done.wait();
  } catch (const Stopped&) {
    auto expected = waiting;
    if (!shared->phase.compare_exchange_strong(expected, dropped) && on_stop == OnStop::wait)
      shared->phase.wait(running);
    throw;
  }
  if (shared->thrown) std::rethrow_exception(shared->thrown);
  return true;
}

}  // namespace varde::net
