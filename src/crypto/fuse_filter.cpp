#include "crypto/fuse_filter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace varde::crypto {

namespace {

// What is built: magic, seed, segment length, number of segments, then the fingerprints, all little
// endian.
constexpr std::string_view kMagic = "VFF1";
constexpr std::size_t kHead = 4 + 8 + 4 + 4;
constexpr std::uint32_t kArity = 3;
constexpr int kTries = 100;

std::uint64_t mix(std::uint64_t key, std::uint64_t seed) {
  auto h = key + seed;  // the finaliser of MurmurHash3
  h ^= h >> 33;
  h *= 0xff51afd7ed558ccdULL;
  h ^= h >> 33;
  h *= 0xc4ceb9fe1a85ec53ULL;
  return h ^ (h >> 33);
}

std::uint16_t fingerprint(std::uint64_t hash) {
  return static_cast<std::uint16_t>(hash ^ (hash >> 32));
}

// Three places in three neighbouring segments.
std::array<std::uint32_t, kArity> places(std::uint64_t hash, std::uint32_t segment_length,
                                         std::uint32_t segments) {
  auto span = static_cast<std::uint64_t>(segments) * segment_length;
  __extension__ using Wide = unsigned __int128;
  auto first = static_cast<std::uint32_t>((static_cast<Wide>(hash) * span) >> 64);
  auto mask = segment_length - 1;
  return {first, (first + segment_length) ^ (static_cast<std::uint32_t>(hash >> 18) & mask),
          (first + 2 * segment_length) ^ (static_cast<std::uint32_t>(hash) & mask)};
}

template <class T>
void put(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof value; ++i)
    out += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xff);
}
template <class T>
T take(std::string_view bytes, std::size_t at) {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    out |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  return static_cast<T>(out);
}

// The sizes that the paper found to succeed with high probability.
std::pair<std::uint32_t, std::uint32_t> shape_of(std::size_t size) {
  auto n = static_cast<double>(std::max<std::size_t>(size, 2));
  auto length =
      std::uint32_t{1} << static_cast<int>(std::floor(std::log(n) / std::log(3.33) + 2.25));
  length = std::clamp<std::uint32_t>(length, 4, 1U << 18);
  auto factor = std::max(1.125, 0.875 + 0.25 * std::log(1e6) / std::log(n));
  auto capacity = static_cast<std::uint64_t>(std::round(n * factor));
  auto all = (capacity + length - 1) / length;
  auto segments = all > kArity - 1 ? all - (kArity - 1) : 1;
  return {length, static_cast<std::uint32_t>(segments)};
}

}  // namespace

std::string FuseFilter::build(std::vector<std::uint64_t> keys) {
  std::ranges::sort(keys);
  auto again = std::ranges::unique(keys);
  keys.erase(again.begin(), again.end());
  auto [length, segments] = shape_of(keys.size());
  auto slots = static_cast<std::size_t>(segments + kArity - 1) * length;
  std::vector<std::uint32_t> count(slots);
  std::vector<std::uint64_t> sum(slots);
  std::vector<std::uint32_t> queue(slots);
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order(keys.size());  // hash, its own place
  std::uint64_t seed = 0x9e3779b97f4a7c15ULL;
  for (int attempt = 0; attempt < kTries; ++attempt, seed = mix(seed, 0x632be59bd9b4e019ULL)) {
    std::ranges::fill(count, 0);
    std::ranges::fill(sum, 0);
    for (auto key : keys) {
      auto hash = mix(key, seed);
      for (auto place : places(hash, length, segments)) {
        ++count[place];
        sum[place] ^= hash;
      }
    }
    // Places that one key alone has are taken away with their key, until none is left.
    std::size_t waiting = 0, done = 0;
    for (std::uint32_t i = 0; i < slots; ++i)
      if (count[i] == 1) queue[waiting++] = i;
    while (waiting > 0) {
      auto place = queue[--waiting];
      if (count[place] != 1) continue;
      auto hash = sum[place];
      order[done++] = {hash, place};
      for (auto other : places(hash, length, segments)) {
        sum[other] ^= hash;
        if (--count[other] == 1) queue[waiting++] = other;
      }
    }
    if (done != keys.size()) continue;
    std::vector<std::uint16_t> prints(slots);
    for (std::size_t i = done; i-- > 0;) {
      auto [hash, own] = order[i];
      auto value = fingerprint(hash);
      for (auto other : places(hash, length, segments))
        if (other != own) value = static_cast<std::uint16_t>(value ^ prints[other]);
      prints[own] = value;
    }
    std::string out(kMagic);
    out.reserve(kHead + 2 * slots);
    put(out, seed);
    put(out, length);
    put(out, segments);
    for (auto print : prints) put(out, print);
    return out;
  }
  throw std::runtime_error("no seed was found for the filter");
}

FuseFilter::FuseFilter(Read read, std::uint64_t size) {
  auto head = size < kHead ? std::string() : read(0, kHead);
  if (head.size() != kHead || !head.starts_with(kMagic)) return;
  auto length = take<std::uint32_t>(head, 12), segments = take<std::uint32_t>(head, 16);
  if (length < 4 || (length & (length - 1)) != 0 || length > 1U << 18) return;
  auto slots = (static_cast<std::uint64_t>(segments) + kArity - 1) * length;
  if (slots > UINT32_MAX || size != kHead + 2 * slots) return;
  read_ = std::move(read);
  seed_ = take<std::uint64_t>(head, 4);
  segment_length_ = length;
  segments_ = segments;
}

FuseFilter::FuseFilter(std::string_view bytes)
    : FuseFilter([bytes](std::uint64_t place,
                         std::size_t count) { return std::string(bytes.substr(place, count)); },
                 bytes.size()) {}

bool FuseFilter::contains(std::uint64_t key) const {
  if (!valid()) return false;
  auto hash = mix(key, seed_);
  auto value = fingerprint(hash);
  for (auto place : places(hash, segment_length_, segments_)) {
    auto print = read_(kHead + 2 * static_cast<std::uint64_t>(place), 2);
    if (print.size() != 2) return false;
    value = static_cast<std::uint16_t>(value ^ take<std::uint16_t>(print, 0));
  }
  return value == 0;
}

}  // namespace varde::crypto
