// A trail as a file, and how to verify one with nothing but the public key.
//
// Each line is JSON:
//
//   {"format":"varde-trail/1","origin":…,"verifier":…}   first
//   {"tenant":…,"id":…,"at":…, …}                        an entry; these bytes are what is hashed
//   {"salt":…,"text":…}                                  the values of the entry above it
//   {"head":…}                                           a signed head over the entries so far, or
//                                                        (before the entries) over as many as it
//                                                        says
//
// The verifier reads it once, in constant memory but for the heads: it hashes the entries into a
// tree and compares its root with each head where the tree has that size. So a changed, dropped,
// added or swapped entry is told with the two heads between which it lies.
#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <string>
#include <vector>

#include "trust/ctx.hpp"

namespace varde::trust {

/// Writes a tenant's trail up to a head that is signed for it, in batches; `write` says whether to
/// go on.
void write_trail(Base& base, const Uuid& tenant,
                 const std::function<bool(std::string_view)>& write);

struct TrailReport {
  std::string problem;  ///< A sentence; empty: everything holds.
  std::string origin;
  std::uint64_t entries = 0;
  std::uint64_t values = 0;     ///< Entries whose values were shown, and are those entered.
  std::uint64_t erased = 0;     ///< Entries whose values nobody can show: the person was erased.
  std::uint64_t heads = 0;      ///< Signed heads that hold.
  std::uint64_t witnessed = 0;  ///< Of these, such as a witness kept.
  Timestamp sealed_at;          ///< When the last head was signed.
  bool ok() const { return problem.empty(); }
};

/// `verifier`: the public key ("name+id+key"), from somewhere else than the file. `witnessed`: what
/// a witness kept, any number of notes; those of other trails are passed over.
TrailReport verify_trail(std::istream& file, std::string_view verifier,
                         const std::vector<std::string>& witnessed = {});

/// The notes of a text that holds any number of them, one after the other.
std::vector<std::string> notes_of(std::string_view text);

}  // namespace varde::trust
