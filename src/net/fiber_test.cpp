#include "net/fiber.hpp"

#include <gtest/gtest.h>
#ifdef VARDE_ASAN
#include <sanitizer/asan_interface.h>
#endif

#include <array>
#include <atomic>
#include <cstdint>
#include <stdexcept>

#include "net/batches.hpp"
#include "net/stream.hpp"

namespace varde::net {
namespace {

TEST(Fiber, RethrowAfterASuspensionInsideCatchIsTheSameException) {
  // Without carrying __cxa_get_globals() across the suspension the second fiber's exception would
  // be rethrown by the first.
  run_fiber([] {
    Event first_done, second_done;
    std::string first_saw, second_saw;
    auto body = [](std::string text, std::string& saw, Event& done) {
      try {
        try {
          throw std::runtime_error(text);
        } catch (const std::exception&) {
          sleep_for(std::chrono::milliseconds(5));
          throw;
        }
      } catch (const std::exception& e) {
        saw = e.what();
      }
      done.wake();
    };
    Loop::current().spawn([&] { body("first", first_saw, first_done); });
    Loop::current().spawn([&] { body("second", second_saw, second_done); });
    first_done.wait();
    second_done.wait();
    EXPECT_EQ(first_saw, "first");
    EXPECT_EQ(second_saw, "second");
  });
}

#ifdef VARDE_ASAN
// Deep enough to leave frames of its own behind.
[[gnu::noinline]] void throw_below(int depth, char*& deepest) {
  std::array<char, 64> frame{};
  deepest = frame.data();
  asm volatile("" : : "r"(frame.data()) : "memory");
  if (depth == 0) throw std::runtime_error("below");
  throw_below(depth - 1, deepest);
  asm volatile("" : : "r"(frame.data()) : "memory");
}

TEST(Fiber, AnExceptionLeavesNothingPoisonedOnItsStack) {
  run_fiber([] {
    for (int round = 0; round < 3; ++round) {
      char* deepest = nullptr;
      EXPECT_THROW(throw_below(8, deepest), std::runtime_error);
      auto lowest = reinterpret_cast<std::uintptr_t>(deepest) - 32;
      auto* poisoned = __asan_region_is_poisoned(reinterpret_cast<void*>(lowest), 512);
      EXPECT_EQ(poisoned, nullptr) << "round " << round;
      sleep_for(std::chrono::milliseconds(1));  // resumed, it is still told of this stack
    }
  });
}
#endif

TEST(Fiber, EventKeepsAWakeThatComesFirstAndTimesOutOtherwise) {
  run_fiber([] {
    Event event;
    event.wake();
    EXPECT_TRUE(event.wait(in(std::chrono::seconds(5))));
    EXPECT_FALSE(event.wait(in(std::chrono::milliseconds(10))));
  });
}

TEST(Fiber, EventWakesAcrossThreads) {
  run_fiber([] {
    for (int i = 0; i < 200; ++i) {
      Event event;
      std::thread other([&] { event.wake(); });
      EXPECT_TRUE(event.wait(in(std::chrono::seconds(5))));
      other.join();
    }
  });
}

TEST(Fiber, StopUnwindsWaitingFibers) {
  std::atomic<bool> unwound = false;
  Event started;
  {
    Loop loop("test");
    loop.spawn([&] {
      struct Guard {
        std::atomic<bool>& flag;
        ~Guard() { flag = true; }
      } guard{unwound};
      Event never;
      never.wait();
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    loop.stop();
  }
  EXPECT_TRUE(unwound);
}

TEST(Fiber, MutexIsFair) {
  run_fiber([] {
    Mutex mutex;
    std::vector<int> order;
    Event done;
    mutex.lock();
    for (int i = 0; i < 3; ++i) {
      Loop::current().spawn([&, i] {
        mutex.lock();
        order.push_back(i);
        mutex.unlock();
        if (order.size() == 3) done.wake();
      });
    }
    sleep_for(std::chrono::milliseconds(2));
    mutex.unlock();
    done.wait();
    EXPECT_EQ(order, (std::vector{0, 1, 2}));
  });
}

TEST(Batches, WhatIsWishedMeanwhileIsDoneTogether) {
  run_fiber([] {
    Batches<int, int, int> batches(4);
    std::vector<std::vector<int>> seen;
    std::map<int, int> got;
    Event done, go;
    auto work = [&](const std::vector<int>& wishes) {
      seen.push_back(wishes);
      if (seen.size() == 1) go.wait();
      std::vector<int> out;
      for (int wish : wishes) out.push_back(wish * 10);
      return out;
    };
    for (int i = 0; i < 7; ++i)
      Loop::current().spawn([&, i] {
        got[i] = batches.run(1, i, work);
        if (got.size() == 7) done.wake();
      });
    sleep_for(std::chrono::milliseconds(2));
    go.wake();
    done.wait();
    // The first alone, at most four at once, nobody left out.
    EXPECT_EQ(seen, (std::vector<std::vector<int>>{{0}, {1, 2, 3, 4}, {5, 6}}));
    for (auto [wish, outcome] : got) EXPECT_EQ(outcome, wish * 10);
  });
}

TEST(Batches, KeysDoNotWaitForEachOtherAndAnErrorIsEverybodysOfItsBatch) {
  run_fiber([] {
    Batches<int, int, int> batches(4);
    Event first, done;
    int failed = 0;
    auto slow = [&](const std::vector<int>& wishes) {
      if (wishes.front() == 0) first.wait();
      if (wishes.front() == 1) throw std::runtime_error("no");
      return wishes;
    };
    for (int i = 0; i < 3; ++i)
      Loop::current().spawn([&, i] {
        try {
          batches.run(1, i, slow);
        } catch (const std::runtime_error&) {
          ++failed;
        }
        if (failed == 2) done.wake();
      });
    yield_now();
    EXPECT_EQ(batches.run(2, 7, slow), 7);  // while the other key's first still waits
    first.wake();
    done.wait();
    EXPECT_EQ(batches.run(1, 5, slow), 5);  // the lane is usable after an error
  });
}

TEST(Batches, StopUnwindsWhoLeadsAndWhoFollows) {
  std::atomic<int> unwound = 0;
  {
    Batches<int, int, int> batches(4);
    Loop loop("test");
    for (int i = 0; i < 3; ++i)
      loop.spawn([&] {
        struct Guard {
          std::atomic<int>& count;
          ~Guard() { ++count; }
        } guard{unwound};
        batches.run(1, 1, [](const std::vector<int>& wishes) {
          Event never;
          never.wait();
          return wishes;
        });
      });
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    loop.stop();
  }
  EXPECT_EQ(unwound, 3);
}

TEST(Fiber, WaitsForOthersOnlyWithNothingInHand) {
  ::setenv("VARDE_STRICT_WAITS", "1", 1);
  before_waiting_for_others("a thread");
  run_fiber([] {
    before_waiting_for_others("a fiber");
    Holding first;
    EXPECT_THROW(before_waiting_for_others("a fiber"), std::logic_error);
    Holding moved = std::move(first);
    EXPECT_THROW(before_waiting_for_others("a fiber"), std::logic_error);
    EXPECT_THROW((void)Stream::connect(Permit::for_testing("test"), "127.0.0.1", 1,
                                       in(std::chrono::seconds(1))),
                 std::logic_error);
    Event done;
    // What another fiber holds is nothing to this one, even where it gives it back.
    Loop::current().spawn([&] {
      before_waiting_for_others("another fiber");
      moved.release();
      Holding own;
      EXPECT_THROW(before_waiting_for_others("another fiber"), std::logic_error);
      done.wake();
    });
    done.wait();
    before_waiting_for_others("a fiber");
    Holding one, two;
    one.release();
    EXPECT_THROW(before_waiting_for_others("a fiber"), std::logic_error);
    two.release();
    two.release();
    before_waiting_for_others("a fiber");
  });
}

TEST(WorkPool, ReturnsTheExceptionAndRefusesBeyondItsLimit) {
  run_fiber([] {
    WorkPool pool(1, 4);
    EXPECT_THROW((void)pool.run([] { throw std::runtime_error("work"); }), std::runtime_error);
    WorkPool full(1, 0);
    EXPECT_FALSE(full.run([] {}));
  });
}

}  // namespace
}  // namespace varde::net
