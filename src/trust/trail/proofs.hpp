// Proofs of many entries and heads at once, for evidence that leaves the house: in a few round
// trips, however many they are.
#pragma once

#include "trust/trail/trail.hpp"

namespace varde::trust {

/// An entry that a head is signed over.
struct ProvenEntry {
  Uuid id;
  Timestamp at;
  std::string action;
  Actor by;
  std::optional<Uuid> person;
  std::vector<std::string> fields;
  std::string text;  ///< The line that is hashed.
  std::int64_t index = 0;
  std::vector<std::string> hashes;  ///< From the leaf up, base64.
};
/// `actions`: of those that the index audit_entry_evidence knows; others are not found.
struct EntriesWanted {
  std::vector<std::string> actions;
  Timestamp from, until;
  std::int64_t most = 0;
  bool proofs = true;  ///< False: told, not proven.
};
/// The newest of these entries, in the order of the tree, with their proofs to `head`.
std::vector<ProvenEntry> proven_entries(Ctx& ctx, const Head& head, const EntriesWanted& wanted);
/// How many there are, whether or not they are sealed.
std::int64_t count_entries(Ctx& ctx, const EntriesWanted& wanted);

/// A head, and that the tree of the one before it is the beginning of its own.
struct ProvenHead {
  std::int64_t size = 0;
  Timestamp at;
  std::string note;
  std::vector<std::string> hashes;  ///< Base64; none for the first.
};
BOOST_DESCRIBE_STRUCT(ProvenHead, (), (size, at, note, hashes))
/// Since `from` the last head of each day and the newest hundred, and `last`: at most `most`, the
/// newest; oldest first.
std::vector<ProvenHead> proven_heads(Ctx& ctx, const Head& last, Timestamp from, std::size_t most);

}  // namespace varde::trust
