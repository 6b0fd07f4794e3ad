// What is hashed of an entry, and how its values are committed to without being told.
//
// A leaf of the tree is the entry as one line of JSON, in which old and new values stand only as a
// salted hash. Salt and values are sealed together under the key of the person they are about:
// while the key exists, anybody who is shown them can check that these are the values that were
// entered; once it is destroyed, the entry still proves that it was made, when and by whom, and
// not even a guess of the values can be tried against it.
#pragma once

#include <boost/json.hpp>

#include "trust/audit.hpp"
#include "trust/trail/store.hpp"

namespace varde::trust {

/// One line of JSON, always the same for the same entry: the leaf of the tree is its hash.
std::string entry_text(const trail_store::EntryRow& entry);

/// Old and new values with their salt, as they are shown to whoever checks an entry.
struct OpenValues {
  std::string salt;    ///< 16 random bytes; empty in entries that were made without a commitment.
  std::string values;  ///< JSON: [{"field": …, "old": …, "new": …}, …]
};
/// The values of an entry as they are sealed; what is not there has no member.
std::string values_text(const std::vector<FieldChange>& changes);
/// SHA-256(salt ‖ values).
std::string commitment_of(const OpenValues& open);
/// Fills `sealed` and `commitment` of an entry.
void seal_values(trail_store::EntryRow& entry, const crypto::Key& person_key, std::string values);
/// nullopt when there are none, or the key is not the one.
std::optional<OpenValues> open_values(const trail_store::EntryRow& entry,
                                      const crypto::Key& person_key);

/// What brings opened values of the column into JSON (trust/table.hpp).
std::function<boost::json::value(const boost::json::value&)> values_reader(Ctx& ctx);

}  // namespace varde::trust
