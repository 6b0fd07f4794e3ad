#include "crypto/note.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.hpp"

namespace varde::crypto {
namespace {

// RFC 8032, 7.1, test 1: the public key of a known seed, and its signature of nothing.
TEST(Note, SignsLikeTheStandard) {
  auto seed = Key::from(*unhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  Signer signer("example.org", *seed);
  EXPECT_TRUE(signer.verifier().ends_with(
      base64("\1" + *unhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))));
  EXPECT_EQ(hex(signer.sign_bare("")),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39"
            "701cf9b46bd25bf5f0595bbe24655141438e7a100b");
}

Checkpoint example() {
  return {"example.org/trail/x", 12, merkle::leaf_hash("x"),
          *parse_rfc3339("2026-03-01T12:30:00Z")};
}

TEST(Note, ACheckpointReadsBackAsItWasWritten) {
  auto read = read_checkpoint(to_text(example()));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->origin, example().origin);
  EXPECT_EQ(read->size, 12U);
  EXPECT_EQ(read->root, example().root);
  EXPECT_EQ(read->at, example().at);
  for (const auto* bad :
       {"", "a\n", "a\n01\nAA==\n2026-03-01T12:30:00Z\n", "\n\n\n\n", "a\n1\nb\nc\nd\ne\n"})
    EXPECT_FALSE(read_checkpoint(bad)) << bad;
}

RC_GTEST_PROP(Note, OnlyWhatWasSignedOpens, ()) {
  Signer signer("example.org", Key::random()), other("example.org", Key::random());
  auto note = signer.sign(to_text(example()));
  RC_ASSERT(open_note(note, signer.verifier()) == to_text(example()));
  RC_ASSERT(!open_note(note, other.verifier()));
  auto broken = note;
  auto at = *rc::gen::inRange<std::size_t>(0, note.size());
  broken[at] = static_cast<char>(broken[at] ^ (1 << *rc::gen::inRange(0, 7)));
  RC_ASSERT(!open_note(broken, signer.verifier()));
  auto cut = note.substr(0, at);
  RC_ASSERT(!open_note(cut, signer.verifier()));
}

}  // namespace
}  // namespace varde::crypto
