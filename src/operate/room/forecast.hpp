// When a disk will be full, from what was free before.
#pragma once

#include <chrono>
#include <deque>
#include <optional>

namespace varde::operate {

/// Samples of what is free, some a minute, for a day; what they say about the future.
class Forecast {
 public:
  using Clock = std::chrono::steady_clock;
  void add(Clock::time_point at, double free);
  /// How long until `free` reaches zero as things go: by the steeper of the last hour and the whole
  /// time, from a quarter of an hour of samples on. nullopt: it does not shrink, or too little is
  /// known.
  std::optional<std::chrono::seconds> until_full() const;

 private:
  struct Sample {
    Clock::time_point at;
    double free = 0;
  };
  std::optional<double> shrinks(std::chrono::seconds over) const;  // bytes a second
  std::deque<Sample> samples_;
};

}  // namespace varde::operate
