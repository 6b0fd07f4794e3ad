// Rate limits: token buckets in memory, by any key, bounded. Each node counts for itself; with N
// nodes behind a balancer the limits are N times as wide, which still stops what they are for.
#pragma once

#include <chrono>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/time.hpp"

namespace varde::trust {

class Limiter {
 public:
  /// `burst` at once, then one every `every`.
  Limiter(double burst, std::chrono::milliseconds every, std::size_t max_keys = 100000);
  /// Takes a token. Returns 0, or after how many seconds to try again.
  int take(const std::string& key);
  /// Whether a token is there, without taking it.
  int peek(const std::string& key);
  /// Gives back what take() took.
  void give_back(const std::string& key);
  /// Gives the key its full burst back.
  void forgive(const std::string& key);

 private:
  struct Bucket {
    double tokens;
    Timestamp at;
    std::list<std::string>::iterator place;
  };
  Bucket& refill(const std::string& key);
  double burst_;
  std::chrono::milliseconds every_;
  std::size_t max_keys_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
  std::list<std::string> order_;  // least recently used first
};

/// The network of an address: /24 of IPv4, /48 of IPv6.
std::string network_of(const std::string& address);

}  // namespace varde::trust
