#include "trust/limiter.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace varde::trust {

Limiter::Limiter(double burst, std::chrono::milliseconds every, std::size_t max_keys)
    : burst_(burst), every_(every), max_keys_(max_keys) {}

Limiter::Bucket& Limiter::refill(const std::string& key) {
  auto at = now();
  auto found = buckets_.find(key);
  if (found == buckets_.end()) {
    if (buckets_.size() >= max_keys_) {
      buckets_.erase(order_.front());
      order_.pop_front();
    }
    auto place = order_.insert(order_.end(), key);
    found = buckets_.emplace(key, Bucket{burst_, at, place}).first;
  }
  auto& bucket = found->second;
  // A clock that was set back takes no tokens away.
  auto since = std::max(at - bucket.at, Duration(0));
  bucket.tokens = std::min(burst_, bucket.tokens + std::chrono::duration<double>(since) /
                                                       std::chrono::duration<double>(every_));
  bucket.at = at;
  order_.splice(order_.end(), order_, bucket.place);
  return bucket;
}

int Limiter::take(const std::string& key) {
  std::lock_guard lock(mutex_);
  auto& bucket = refill(key);
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return 0;
  }
  return std::max(1, static_cast<int>(std::ceil((1 - bucket.tokens) *
                                                std::chrono::duration<double>(every_).count())));
}

int Limiter::peek(const std::string& key) {
  std::lock_guard lock(mutex_);
  auto& bucket = refill(key);
  return bucket.tokens >= 1
             ? 0
             : std::max(1,
                        static_cast<int>(std::ceil((1 - bucket.tokens) *
                                                   std::chrono::duration<double>(every_).count())));
}

void Limiter::give_back(const std::string& key) {
  std::lock_guard lock(mutex_);
  auto& bucket = refill(key);
  bucket.tokens = std::min(burst_, bucket.tokens + 1);
}

void Limiter::forgive(const std::string& key) {
  std::lock_guard lock(mutex_);
  refill(key).tokens = burst_;
}

std::string network_of(const std::string& address) {
  in_addr v4{};
  in6_addr v6{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) {
    auto host = ntohl(v4.s_addr);
    return fmt::format("{}.{}.{}.0/24", host >> 24, host >> 16 & 255, host >> 8 & 255);
  }
  if (inet_pton(AF_INET6, address.c_str(), &v6) == 1) {
    for (int i = 6; i < 16; ++i) v6.s6_addr[i] = 0;
    char text[INET6_ADDRSTRLEN];
    inet_ntop(AF_INET6, &v6, text, sizeof text);
    return std::string(text) + "/48";
  }
  return "unknown";
}

}  // namespace varde::trust
