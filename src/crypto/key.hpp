// A 256-bit secret that is wiped when it goes.
#pragma once

#include <sodium.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.hpp"

namespace varde::crypto {

class Key {
 public:
  static constexpr std::size_t kBytes = 32;
  Key() = default;
  Key(const Key&) = default;
  Key& operator=(const Key&) = default;
  ~Key() { sodium_memzero(bytes_.data(), bytes_.size()); }

  static Key random() {
    Key key;
    fill_random(key.bytes_);
    return key;
  }
  /// nullopt unless `raw` has exactly 32 bytes.
  static std::optional<Key> from(std::string_view raw) {
    if (raw.size() != kBytes) return std::nullopt;
    Key key;
    std::copy(raw.begin(), raw.end(), key.bytes_.begin());
    return key;
  }
  const std::uint8_t* data() const { return bytes_.data(); }
  std::uint8_t* data() { return bytes_.data(); }
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes_.data()), kBytes}; }

 private:
  std::array<std::uint8_t, kBytes> bytes_{};
};

/// Once, before anything else of crypto/ is called. Throws when libsodium cannot start.
void initialise();

}  // namespace varde::crypto
