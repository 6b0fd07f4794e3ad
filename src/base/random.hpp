// Randomness is injected like time: fill_random() is the system's generator unless a test has
// planted a seed.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace varde {

void fill_random(std::span<std::uint8_t> out);
std::uint64_t random_u64();
/// `bytes` random bytes as URL-safe base64 without padding.
std::string random_token(std::size_t bytes);

/// Makes fill_random() on this thread repeatable for the life of the object; unit tests only.
class SeededRandom {
 public:
  explicit SeededRandom(std::uint64_t seed);
  ~SeededRandom();
  SeededRandom(const SeededRandom&) = delete;
  SeededRandom& operator=(const SeededRandom&) = delete;
};

}  // namespace varde
