// Group commit for fibers: what several of them want at the same moment is done in one go.
//
// The first to come begins at once; those who come while it works are the next batch. So one alone
// waits for nobody, and under load the cost of a transaction (its round trips, the log's fsync) is
// shared by all who would have waited for a connection anyway. Batches of one key follow one
// another; each loop has its own, so that nothing is locked while a fiber waits.
#pragma once

#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "net/fiber.hpp"

namespace varde::net {

/// `Key` is what may be done together (a tenant), `In` one wish, `Out` its outcome.
template <class Key, class In, class Out>
class Batches {
 public:
  explicit Batches(std::size_t most) : most_(most) {}

  /// Does `work` (as many outcomes as it gets wishes, in their order) for this wish together with
  /// others of the same key, and returns this one's outcome. One of the callers runs it for all;
  /// what it throws is thrown to each. The caller's fiber waits.
  template <class Work>
  Out run(const Key& key, In in, const Work& work) {
    auto lane = lane_of(key);
    struct Leave {
      Batches& all;
      const Key& key;
      ~Leave() { all.leave(key); }
    } leave{*this, key};
    if (!lane->next || lane->next->ins.size() >= most_) lane->next = std::make_shared<Batch>();
    auto batch = lane->next;
    auto at = batch->ins.size();
    batch->ins.push_back(std::move(in));
    if (at == 0) {
      lead(*lane, batch, work);
    } else {
      follow(*batch);
    }
    if (batch->error) std::rethrow_exception(batch->error);
    return std::move(batch->outs[at]);
  }

 private:
  struct Batch {
    std::vector<In> ins;
    std::vector<Out> outs;
    std::vector<Event*> waiting;
    std::exception_ptr error;
    bool done = false;
  };
  struct Lane {
    Mutex turn;
    std::shared_ptr<Batch> next;  // still takes wishes
    std::size_t callers = 0;
  };
  using Place = std::pair<Loop*, Key>;

  template <class Work>
  void lead(Lane& lane, const std::shared_ptr<Batch>& batch, const Work& work) {
    struct Finish {
      Batch& batch;
      ~Finish() {
        batch.done = true;
        for (auto* event : batch.waiting) event->wake();
      }
    } finish{*batch};
    try {
      lane.turn.lock();
      std::unique_lock turn(lane.turn, std::adopt_lock);
      if (lane.next == batch) lane.next = nullptr;
      batch->outs = work(batch->ins);
      if (batch->outs.size() != batch->ins.size())
        throw std::logic_error("a batch has another number of outcomes than of wishes");
    } catch (...) {
      if (lane.next == batch) lane.next = nullptr;
      batch->error = std::current_exception();
    }
  }

  void follow(Batch& batch) {
    Event done;
    batch.waiting.push_back(&done);
    struct Leave {
      Batch& batch;
      Event& event;
      ~Leave() { std::erase(batch.waiting, &event); }
    } leave{batch, done};
    while (!batch.done) done.wait();
  }

  std::shared_ptr<Lane> lane_of(const Key& key) {
    std::lock_guard lock(mutex_);
    auto& lane = lanes_[{&Loop::current(), key}];
    if (!lane) lane = std::make_shared<Lane>();
    ++lane->callers;
    return lane;
  }
  void leave(const Key& key) {
    std::lock_guard lock(mutex_);
    auto found = lanes_.find({&Loop::current(), key});
    if (--found->second->callers == 0) lanes_.erase(found);
  }

  std::size_t most_;
  std::mutex mutex_;
  std::map<Place, std::shared_ptr<Lane>> lanes_;
};

}  // namespace varde::net
