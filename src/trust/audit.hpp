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

// Entries are made in every handler that changes something: what makes, moves and ends one is
// compiled once (audit.cpp).

struct FieldChange {
  FieldChange(std::string name, std::optional<std::string> old_value = std::nullopt,
              std::optional<std::string> new_value = std::nullopt);
  FieldChange(const FieldChange&);
  FieldChange(FieldChange&&) noexcept;
  FieldChange& operator=(const FieldChange&);
  FieldChange& operator=(FieldChange&&) noexcept;
  ~FieldChange();

  std::string field;
  std::optional<std::string> before, after;
};

struct AuditEntry {
  AuditEntry(std::string verb, std::string kind, std::optional<Uuid> object = std::nullopt,
             std::optional<Uuid> person = std::nullopt, std::vector<FieldChange> fields = {},
             const crypto::Key* key = nullptr, std::optional<Actor> whose = std::nullopt);
  AuditEntry(const AuditEntry&);
  AuditEntry(AuditEntry&&) noexcept;
  AuditEntry& operator=(const AuditEntry&);
  AuditEntry& operator=(AuditEntry&&) noexcept;
  ~AuditEntry();

  std::string action;  ///< "person.update": object kind and verb.
  std::string object_kind;
  std::optional<Uuid> object_id;
  std::optional<Uuid> person_id;  ///< Whom the values are about.
  std::vector<FieldChange> changes;
  /// Seals the values of an entry about a person; without it only the names of the fields are kept.
  /// Values of entries about nobody are sealed under the organisation's key.
  const crypto::Key* person_key = nullptr;
  std::optional<Actor> by = std::nullopt;  ///< Whose deed it is, when it is not the context's.
};

/// Writes entries with the caller's transaction, in one statement however many.
void record(Ctx& ctx, const std::vector<AuditEntry>& entries);
void record(Ctx& ctx, AuditEntry entry);

/// The same for what the role that works across organisations changes (users, accounts): in its
/// transaction, so that neither is there without the other.
void record(Base& base, db::Tx& tx, const Uuid& tenant, const Actor& by, const std::string& network,
            const std::vector<AuditEntry>& entries);

/// What seals the values of entries that are about no person.
crypto::Key values_key(Base& base, const Uuid& tenant);

/// How many persons an answer may show without an entry: what one looks through, not reads.
inline constexpr std::size_t kBulkRead = 25;
/// Enters that somebody was shown so many persons at once ("persons.read"), if they are more than
/// kBulkRead. `kind` and `object`: where, a list or a form.
void record_bulk_read(Ctx& ctx, std::size_t persons, const std::string& kind,
                      const std::optional<Uuid>& object = std::nullopt);

}  // namespace varde::trust
