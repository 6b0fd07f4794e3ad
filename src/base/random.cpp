#include "base/random.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <random>
#include <system_error>

#include "base/text.hpp"

namespace varde {
namespace {
// A fiber never moves between threads, and no suspension happens while these are in use.
thread_local std::optional<std::mt19937_64> planted;
thread_local std::array<std::uint8_t, 4096> pool;
thread_local std::size_t pool_left = 0;

void from_system(std::uint8_t* out, std::size_t size) {
  while (size > 0) {
    auto got = ::getrandom(out, size, 0);
    if (got < 0) {
      if (errno == EINTR) continue;
      throw std::system_error(errno, std::generic_category(), "getrandom");
    }
    out += got;
    size -= static_cast<std::size_t>(got);
  }
}
}  // namespace

void fill_random(std::span<std::uint8_t> out) {
  if (planted) {
    for (auto& byte : out) byte = static_cast<std::uint8_t>((*planted)());
    return;
  }
  if (out.size() > 64) return from_system(out.data(), out.size());
  // Small requests are served from a pool that is wiped as it is handed out: a system call per
  // identifier costs more than it.
  if (pool_left < out.size()) {
    from_system(pool.data(), pool.size());
    pool_left = pool.size();
  }
  std::memcpy(out.data(), pool.data() + pool.size() - pool_left, out.size());
  std::memset(pool.data() + pool.size() - pool_left, 0, out.size());
  pool_left -= out.size();
}

std::uint64_t random_u64() {
  std::array<std::uint8_t, 8> bytes;
  fill_random(bytes);
  std::uint64_t out;
  std::memcpy(&out, bytes.data(), sizeof out);
  return out;
}

std::string random_token(std::size_t bytes) {
  std::string raw(bytes, '\0');
  fill_random({reinterpret_cast<std::uint8_t*>(raw.data()), raw.size()});
  return base64url(raw);
}

SeededRandom::SeededRandom(std::uint64_t seed) { planted.emplace(seed); }
SeededRandom::~SeededRandom() { planted.reset(); }

}  // namespace varde
