// The receipt of an erasure: a signed note (C2SP signed-note) that proves to anybody who holds the
// installation's public key that a person's rows went at one time and her key at another, and that
// the trail says so: the entry, its inclusion proof (RFC 9162) and the signed head it leads to are
// all in it. It names the person by a random id alone.
//
//   Varde erasure receipt 1
//   The rows of person … of organisation … were erased at …, and the key that …
//   {"tenant":"…","person":"…","rows_erased_at":"…","key_destroyed_at":"…","proof":{"entry":"…",
//    "index":41,"hashes":["…"],"head":"…"}}
//
//   — varde.example.org Az3grlgtzPICa5…
#pragma once

#include "trust/trail/trail.hpp"

namespace varde::privacy {

struct ErasureProof {
  std::string entry;
  std::int64_t index = 0;
  std::vector<std::string> hashes;
  std::string head;
};
BOOST_DESCRIBE_STRUCT(ErasureProof, (), (entry, index, hashes, head))
struct Receipt {
  Uuid tenant, person;
  Timestamp rows_erased_at, key_destroyed_at;
  ErasureProof proof;
};
BOOST_DESCRIBE_STRUCT(Receipt, (), (tenant, person, rows_erased_at, key_destroyed_at, proof))

std::string sign_receipt(const crypto::Signer& signer, const Receipt& receipt);
/// What a receipt says, if all of it holds. Errors: a sentence that says what does not.
Result<Receipt> verify_receipt(std::string_view text, std::string_view verifier);

}  // namespace varde::privacy
