// Signed notes (C2SP signed-note v1) with Ed25519 (RFC 8032), and the checkpoints of a Merkle tree
// in them (C2SP tlog-checkpoint v1): a few lines of text that a person can read and any tool of
// that family can verify.
//
//   varde.example.org/trail/0190f3…      origin
//   1024                                 leaves
//   CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2…    root, base64
//   2026-03-01T12:30:00Z                 when (an extension line)
//
//   — varde.example.org Az3grlgtzPICa5…  signature
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "crypto/key.hpp"
#include "crypto/merkle.hpp"

namespace varde::crypto {

/// Who signs: a name without spaces or "+", and the seed of an Ed25519 key.
class Signer {
 public:
  Signer(std::string name, const Key& seed);
  const std::string& name() const { return name_; }
  /// What others verify with: "name+id+key", as in C2SP signed-note ("vkey").
  const std::string& verifier() const { return verifier_; }
  /// The text (complete lines) with a signature below it.
  std::string sign(std::string_view text) const;
  /// A bare signature of 64 bytes.
  std::string sign_bare(std::string_view bytes) const;

 private:
  std::string name_, verifier_, secret_, id_;
};

/// The text of a note that `verifier` signed; nullopt when there is no such signature, the
/// verifier is malformed, or the note is.
std::optional<std::string> open_note(std::string_view note, std::string_view verifier);
/// Whether `signature` is the verifier's of these bytes.
bool signed_by(std::string_view verifier, std::string_view bytes, std::string_view signature);

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  merkle::Digest root{};
  Timestamp at;
};
std::string to_text(const Checkpoint& checkpoint);
/// nullopt when the text is no checkpoint of ours.
std::optional<Checkpoint> read_checkpoint(std::string_view text);

}  // namespace varde::crypto
