// The audit trail: whoever changes personal data, or what is done with it, leaves an entry in the
// same transaction.
//
// The table is insert-only for every role that the program has. Old and new values are sealed under
// the key of the person they are about: the entry proves for ever that something happened, and says
// what only as long as the person's key exists. Entries become leaves of a tree whose heads are
// signed: trust/trail/trail.hpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/key.hpp"
#include "trust/ctx.hpp"

namespace varde::trust {

struct FieldChange {
  std::string field;
  std::optional<std::string> before, after;
};

struct AuditEntry {
  std::string action;  ///< "person.update": object kind and verb.
  std::string object_kind;
  std::optional<Uuid> object_id;
  std::optional<Uuid> person_id;  ///< Whom the values are about.
  std::vector<FieldChange> changes;
  const crypto::Key* person_key =
      nullptr;  ///< Seals the values; without it only the names of the fields are kept.
  std::optional<Actor> by = std::nullopt;  ///< Whose deed it is, when it is not the context's.
};

/// Writes entries with the caller's transaction, in one statement however many.
void record(Ctx& ctx, const std::vector<AuditEntry>& entries);
inline void record(Ctx& ctx, AuditEntry entry) { record(ctx, std::vector{std::move(entry)}); }

/// How many persons an answer may show without an entry: what one looks through, not reads.
inline constexpr std::size_t kBulkRead = 25;
/// Enters that somebody was shown so many persons at once ("persons.read"), if they are more than
/// kBulkRead. `kind` and `object`: where, a list or a form.
void record_bulk_read(Ctx& ctx, std::size_t persons, const std::string& kind,
                      const std::optional<Uuid>& object = std::nullopt);

}  // namespace varde::trust
