#include "base/ids.hpp"

#include "base/random.hpp"
#include "base/text.hpp"

namespace varde {

Uuid Uuid::floor_of(Timestamp at) {
  Uuid id;
  auto ms = static_cast<std::uint64_t>(
      std::chrono::floor<std::chrono::milliseconds>(at).time_since_epoch().count());
  for (int i = 0; i < 6; ++i)
    id.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  id.bytes[6] = 0x70;
  id.bytes[8] = 0x80;
  return id;
}

Uuid Uuid::largest() {
  Uuid id;
  id.bytes.fill(0xff);
  return id;
}

Uuid Uuid::make() {
  // RFC 9562 section 6.2, method 1: a 12-bit counter, started low and random, orders the
  // identifiers of one millisecond.
  thread_local std::int64_t last_ms = 0;
  thread_local std::uint32_t counter = 0;
  auto ms = std::chrono::floor<std::chrono::milliseconds>(now()).time_since_epoch().count();
  if (ms > last_ms) {
    last_ms = ms;
    counter = static_cast<std::uint32_t>(random_u64() & 0x3ff);
  } else if (++counter > 0xfff) {
    ++last_ms;
    counter = 0;
  }
  Uuid id = floor_of(Timestamp(std::chrono::milliseconds(last_ms)));
  id.bytes[6] = static_cast<std::uint8_t>(0x70 | (counter >> 8));
  id.bytes[7] = static_cast<std::uint8_t>(counter & 0xff);
  fill_random({id.bytes.data() + 8, 8});
  id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3f));
  return id;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid id;
  std::size_t out = 0;
  for (std::size_t i = 0; i < 36;) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (text[i++] != '-') return std::nullopt;
      continue;
    }
    int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[out++] = static_cast<std::uint8_t>(high << 4 | low);
    i += 2;
  }
  return id;
}

std::string Uuid::str() const {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out(36, '-');
  std::size_t at = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) ++at;
    out[at++] = kHex[bytes[i] >> 4];
    out[at++] = kHex[bytes[i] & 15];
  }
  return out;
}

Timestamp Uuid::time() const {
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i) ms = ms << 8 | bytes[i];
  return Timestamp(std::chrono::milliseconds(ms));
}

}  // namespace varde
