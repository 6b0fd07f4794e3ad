// Merkle trees after RFC 9162 (Certificate Transparency 2.0), section 2.1, with SHA-256: leaf and
// node hashes, roots, inclusion and consistency proofs.
//
// A tree of n leaves is never held as a whole. What grows it keeps the peaks (one hash for each
// bit of n); what proves something about it asks for the few complete subtrees that it needs, by
// level and place, from wherever they are kept.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace varde::crypto::merkle {

using Digest = std::array<std::uint8_t, 32>;

Digest leaf_hash(std::string_view entry);                   ///< SHA-256(0x00 ‖ entry)
Digest node_hash(const Digest& left, const Digest& right);  ///< SHA-256(0x01 ‖ left ‖ right)
std::string_view view(const Digest& digest);
/// Throws std::invalid_argument unless `raw` has exactly 32 bytes.
Digest digest(std::string_view raw);

/// A tree that grows at its right end.
class Tree {
 public:
  void append(const Digest& leaf);
  std::uint64_t size() const { return size_; }
  /// MTH(D[size]); that of the empty tree is SHA-256 of nothing.
  Digest root() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> peaks_;  // of the bits of size_, greatest first
};

/// A complete subtree: over the leaves from place << level until (place + 1) << level.
struct Node {
  unsigned level = 0;
  std::uint64_t place = 0;
  auto operator<=>(const Node&) const = default;
};
using Nodes = std::function<Digest(const Node&)>;

/// The root of the first `size` leaves.
Digest root(std::uint64_t size, const Nodes& nodes);
/// PATH(index, D[size]). Throws std::invalid_argument unless index < size.
std::vector<Digest> inclusion_proof(std::uint64_t index, std::uint64_t size, const Nodes& nodes);
/// PROOF(before, D[size]). Throws std::invalid_argument unless 0 < before <= size.
std::vector<Digest> consistency_proof(std::uint64_t before, std::uint64_t size, const Nodes& nodes);

/// Whether `leaf` is at `index` in the tree of `size` leaves with this root (2.1.3.2).
bool included(const Digest& leaf, std::uint64_t index, std::uint64_t size,
              const std::vector<Digest>& proof, const Digest& root);
/// Whether the tree of `size` leaves begins with the one of `before` leaves (2.1.4.2).
bool consistent(std::uint64_t before, const Digest& root_before, std::uint64_t size,
                const Digest& root, const std::vector<Digest>& proof);

}  // namespace varde::crypto::merkle
