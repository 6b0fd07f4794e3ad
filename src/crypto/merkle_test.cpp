#include "crypto/merkle.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.hpp"

namespace varde::crypto::merkle {
namespace {

// The definitions of RFC 9162, 2.1.1, read aloud; over all the leaves.
Digest plain_root(const std::vector<Digest>& leaves, std::size_t from, std::size_t until) {
  if (from == until) return Tree().root();
  if (until - from == 1) return leaves[from];
  std::size_t k = 1;
  while (k * 2 < until - from) k *= 2;
  return node_hash(plain_root(leaves, from, from + k), plain_root(leaves, from + k, until));
}

std::vector<Digest> leaves_of(std::size_t count) {
  std::vector<Digest> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(leaf_hash("entry " + std::to_string(i)));
  return out;
}
Nodes nodes_of(const std::vector<Digest>& leaves) {
  return [&leaves](const Node& node) {
    auto until = (node.place + 1) << node.level;
    if (until > leaves.size()) throw std::logic_error("asked for a subtree that is not complete");
    return plain_root(leaves, node.place << node.level, until);
  };
}

// Eight inputs and the roots of the trees of the first n of them, as implementations of
// Certificate Transparency test themselves with.
TEST(Merkle, RootsOfKnownTrees) {
  const std::vector<std::string> inputs = {
      "",
      std::string("\0", 1),
      "\x10",
      "\x20\x21",
      "\x30\x31",
      "\x40\x41\x42\x43",
      "\x50\x51\x52\x53\x54\x55\x56\x57",
      "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};
  const std::vector<std::string> roots = {
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  Tree tree;
  for (std::size_t i = 0;; ++i) {
    EXPECT_EQ(hex(view(tree.root())), roots[i]) << i;
    if (i == inputs.size()) break;
    tree.append(leaf_hash(inputs[i]));
  }
}

RC_GTEST_PROP(Merkle, GrowingAndAskingForSubtreesGiveTheDefinedRoot, ()) {
  auto leaves = leaves_of(*rc::gen::inRange<std::size_t>(0, 300));
  Tree tree;
  for (const auto& leaf : leaves) tree.append(leaf);
  auto plain = plain_root(leaves, 0, leaves.size());
  RC_ASSERT(tree.root() == plain);
  RC_ASSERT(root(leaves.size(), nodes_of(leaves)) == plain);
}

RC_GTEST_PROP(Merkle, EveryLeafIsProvenAndNothingElseIs, ()) {
  auto size = *rc::gen::inRange<std::size_t>(1, 200);
  auto leaves = leaves_of(size);
  auto top = plain_root(leaves, 0, size);
  auto index = *rc::gen::inRange<std::size_t>(0, size);
  auto proof = inclusion_proof(index, size, nodes_of(leaves));
  RC_ASSERT(included(leaves[index], index, size, proof, top));
  auto other = *rc::gen::inRange<std::size_t>(0, size);
  if (other != index) {
    RC_ASSERT(!included(leaves[other], index, size, proof, top));
    RC_ASSERT(!included(leaves[index], other, size, proof, top));
  }
  auto longer = proof;
  longer.push_back(top);
  RC_ASSERT(!included(leaves[index], index, size, longer, top));
  if (!proof.empty()) {
    auto broken = proof;
    auto at = *rc::gen::inRange<std::size_t>(0, proof.size());
    broken[at][*rc::gen::inRange(0, 32)] ^= 1;
    RC_ASSERT(!included(leaves[index], index, size, broken, top));
    broken = proof;
    broken.pop_back();
    RC_ASSERT(!included(leaves[index], index, size, broken, top));
  }
}

RC_GTEST_PROP(Merkle, ATreeBeginsWithEachSmallerOneAndWithNoOther, ()) {
  auto size = *rc::gen::inRange<std::size_t>(1, 200);
  auto before = *rc::gen::inRange<std::size_t>(1, size + 1);
  auto leaves = leaves_of(size);
  auto old_root = plain_root(leaves, 0, before), top = plain_root(leaves, 0, size);
  auto proof = consistency_proof(before, size, nodes_of(leaves));
  RC_ASSERT(consistent(before, old_root, size, top, proof));
  // One leaf of the old tree was another.
  auto forged = leaves;
  forged[*rc::gen::inRange<std::size_t>(0, before)] = leaf_hash("forged");
  RC_ASSERT(!consistent(before, plain_root(forged, 0, before), size, top, proof));
  auto forged_top = plain_root(forged, 0, size);
  auto forged_proof = consistency_proof(before, size, nodes_of(forged));
  RC_ASSERT(!consistent(before, old_root, size, forged_top, forged_proof));
  for (auto& hash : proof) {
    hash[*rc::gen::inRange(0, 32)] ^= 1;
    RC_ASSERT(!consistent(before, old_root, size, top, proof));
    break;
  }
}

}  // namespace
}  // namespace varde::crypto::merkle
