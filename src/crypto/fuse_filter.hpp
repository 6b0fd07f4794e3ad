// A set of 64-bit keys that answers "surely not" or "almost surely", in 2.25 bytes a key.
//
// A binary fuse filter (Graf and Lemire, "Binary Fuse Filters: Fast and Smaller Than Xor Filters",
// 2022) with three places a key and 16-bit fingerprints: one in 65,536 keys that are not in the set
// is taken for one that is. Debian has no library of it; a Bloom filter of the same error takes 2.9
// bytes a key and eleven reads, a sorted list of hashes eight bytes and twenty.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace varde::crypto {

class FuseFilter {
 public:
  /// Builds one. `keys` are hashes; what stands twice counts once. Throws std::runtime_error when
  /// no seed fits, which for hashes does not happen.
  static std::string build(std::vector<std::uint64_t> keys);
  /// `size` bytes as build() made them, which `read` gives from a place on (at most 20 at a time);
  /// of any others it is not valid, and contains nothing. A file is read like this, not mapped: who
  /// cuts it off meanwhile would end the program.
  using Read = std::function<std::string(std::uint64_t place, std::size_t bytes)>;
  FuseFilter() = default;  ///< Contains nothing.
  FuseFilter(Read read, std::uint64_t size);
  /// The bytes must outlive the filter.
  explicit FuseFilter(std::string_view bytes);
  bool valid() const { return segments_ > 0; }
  bool contains(std::uint64_t key) const;

 private:
  Read read_;
  std::uint64_t seed_ = 0;
  std::uint32_t segment_length_ = 0, segments_ = 0;
};

}  // namespace varde::crypto
