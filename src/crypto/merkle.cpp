#include "crypto/merkle.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <stdexcept>

namespace varde::crypto::merkle {
namespace {

// EVP_sha256() is looked up anew by each one-shot call, which costs more than hashing 64 bytes.
Digest sha256(std::initializer_list<std::string_view> parts) {
  static const auto algorithm = std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)>(
      EVP_MD_fetch(nullptr, "SHA256", nullptr), EVP_MD_free);
  thread_local const auto context =
      std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  Digest out;
  bool ok = EVP_DigestInit_ex2(context.get(), algorithm.get(), nullptr) == 1;
  for (auto part : parts) ok = ok && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  if (!ok || EVP_DigestFinal_ex(context.get(), out.data(), nullptr) != 1)
    throw std::runtime_error("SHA-256 failed");
  return out;
}

// The greatest power of two below n (n > 1): where a tree of n leaves is split.
std::uint64_t split_of(std::uint64_t n) { return std::bit_floor(n - 1); }

// MTH of the leaves from `from` until `until`; `from` is a multiple of the size's power of two.
Digest range(std::uint64_t from, std::uint64_t until, const Nodes& nodes) {
  auto n = until - from;
  if (std::has_single_bit(n)) {
    auto level = static_cast<unsigned>(std::countr_zero(n));
    return nodes({level, from >> level});
  }
  auto k = split_of(n);
  return node_hash(range(from, from + k, nodes), range(from + k, until, nodes));
}

}  // namespace

Digest leaf_hash(std::string_view entry) { return sha256({std::string_view("\0", 1), entry}); }
Digest node_hash(const Digest& left, const Digest& right) {
  return sha256({"\1", view(left), view(right)});
}
std::string_view view(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}
Digest digest(std::string_view raw) {
  Digest out;
  if (raw.size() != out.size()) throw std::invalid_argument("a SHA-256 hash has 32 bytes");
  std::copy(raw.begin(), raw.end(), out.begin());
  return out;
}

void Tree::append(const Digest& leaf) {
  auto hash = leaf;
  for (auto n = size_; (n & 1) == 1; n >>= 1) {
    hash = node_hash(peaks_.back(), hash);
    peaks_.pop_back();
  }
  peaks_.push_back(hash);
  ++size_;
}

Digest Tree::root() const {
  if (peaks_.empty()) return sha256({});
  auto out = peaks_.back();
  for (auto peak = peaks_.rbegin() + 1; peak != peaks_.rend(); ++peak) out = node_hash(*peak, out);
  return out;
}

Digest root(std::uint64_t size, const Nodes& nodes) {
  return size == 0 ? sha256({}) : range(0, size, nodes);
}

std::vector<Digest> inclusion_proof(std::uint64_t index, std::uint64_t size, const Nodes& nodes) {
  if (index >= size) throw std::invalid_argument("the tree has no such leaf");
  std::vector<Digest> out;
  std::uint64_t from = 0, until = size;
  while (until - from > 1) {
    auto middle = from + split_of(until - from);
    if (index < middle) {
      out.push_back(range(middle, until, nodes));
      until = middle;
    } else {
      out.push_back(range(from, middle, nodes));
      from = middle;
    }
  }
  std::reverse(out.begin(), out.end());
  return out;
}

std::vector<Digest> consistency_proof(std::uint64_t before, std::uint64_t size,
                                      const Nodes& nodes) {
  if (before == 0 || before > size) throw std::invalid_argument("the tree was never that small");
  std::vector<Digest> out;
  std::uint64_t from = 0, until = size;
  bool whole = true;  // what is left of the old tree is one that a verifier knows: its root
  while (before != until) {
    auto middle = from + split_of(until - from);
    if (before <= middle) {
      out.push_back(range(middle, until, nodes));
      until = middle;
    } else {
      out.push_back(range(from, middle, nodes));
      from = middle;
      whole = false;
    }
  }
  if (!whole) out.push_back(range(from, until, nodes));
  std::reverse(out.begin(), out.end());
  return out;
}

bool included(const Digest& leaf, std::uint64_t index, std::uint64_t size,
              const std::vector<Digest>& proof, const Digest& root) {
  if (index >= size) return false;
  auto fn = index, sn = size - 1;
  auto r = leaf;
  for (const auto& p : proof) {
    if (sn == 0) return false;
    if ((fn & 1) == 1 || fn == sn) {
      r = node_hash(p, r);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      r = node_hash(r, p);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && r == root;
}

bool consistent(std::uint64_t before, const Digest& root_before, std::uint64_t size,
                const Digest& root, const std::vector<Digest>& proof) {
  if (before == 0 || before > size) return false;
  if (before == size) return proof.empty() && root_before == root;
  auto at = proof.begin();
  Digest fr = root_before;
  if (!std::has_single_bit(before)) {
    if (at == proof.end()) return false;
    fr = *at++;
  }
  auto sr = fr;
  auto fn = before - 1, sn = size - 1;
  while ((fn & 1) == 1) {
    fn >>= 1;
    sn >>= 1;
  }
  for (; at != proof.end(); ++at) {
    if (sn == 0) return false;
    if ((fn & 1) == 1 || fn == sn) {
      fr = node_hash(*at, fr);
      sr = node_hash(*at, sr);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      sr = node_hash(sr, *at);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && fr == root_before && sr == root;
}

}  // namespace varde::crypto::merkle
