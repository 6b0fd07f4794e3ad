#include "trust/audit.hpp"

#include "trust/trail/entry.hpp"

namespace varde::trust {

using trail_store::EntryRow;

FieldChange::FieldChange(std::string name, std::optional<std::string> old_value,
                         std::optional<std::string> new_value)
    : field(std::move(name)), before(std::move(old_value)), after(std::move(new_value)) {}
FieldChange::FieldChange(const FieldChange&) = default;
FieldChange::FieldChange(FieldChange&&) noexcept = default;
FieldChange& FieldChange::operator=(const FieldChange&) = default;
FieldChange& FieldChange::operator=(FieldChange&&) noexcept = default;
FieldChange::~FieldChange() = default;

AuditEntry::AuditEntry(std::string verb, std::string kind, std::optional<Uuid> object,
                       std::optional<Uuid> person, std::vector<FieldChange> fields,
                       const crypto::Key* key, std::optional<Actor> whose)
    : action(std::move(verb)),
      object_kind(std::move(kind)),
      object_id(object),
      person_id(person),
      changes(std::move(fields)),
      person_key(key),
      by(whose) {}
AuditEntry::AuditEntry(const AuditEntry&) = default;
AuditEntry::AuditEntry(AuditEntry&&) noexcept = default;
AuditEntry& AuditEntry::operator=(const AuditEntry&) = default;
AuditEntry& AuditEntry::operator=(AuditEntry&&) noexcept = default;
AuditEntry::~AuditEntry() = default;

crypto::Key values_key(Base& base, const Uuid& tenant) {
  return base.keys.tenant_key(tenant, "trail-values");
}

void record(Base& base, db::Tx& tx, const Uuid& tenant, const Actor& by, const std::string& network,
            const std::vector<AuditEntry>& entries) {
  if (entries.empty()) return;
  std::vector<EntryRow> rows;
  rows.reserve(entries.size());
  auto at = now();
  for (const auto& entry : entries) {
    const auto& actor = entry.by ? *entry.by : by;
    EntryRow row;
    row.tenant_id = tenant;
    row.entry_id = Uuid::make();
    row.at = at;
    row.actor_kind = actor.kind;
    if (!actor.id.is_nil()) row.actor_id = actor.id;
    row.network = network;
    row.action = entry.action;
    row.object_kind = entry.object_kind;
    row.object_id = entry.object_id;
    row.person_id = entry.person_id;
    row.fields.reserve(entry.changes.size());
    for (const auto& change : entry.changes) row.fields.push_back(change.field);
    bool any = std::ranges::any_of(entry.changes, [](const FieldChange& change) {
      return change.before.has_value() || change.after.has_value();
    });
    if (entry.person_key != nullptr && !entry.changes.empty())
      seal_values(row, *entry.person_key, values_text(entry.changes));
    else if (any && !entry.person_id && entry.object_kind != "person")
      seal_values(row, values_key(base, tenant), values_text(entry.changes));
    rows.push_back(std::move(row));
  }
  tx.insert_many("audit_entry", rows);
}

void record(Ctx& ctx, const std::vector<AuditEntry>& entries) {
  if (!entries.empty()) record(ctx.base, ctx.tx(), ctx.tenant, ctx.actor, ctx.network, entries);
}

void record(Ctx& ctx, AuditEntry entry) { record(ctx, std::vector{std::move(entry)}); }

void record_bulk_read(Ctx& ctx, std::size_t persons, const std::string& kind,
                      const std::optional<Uuid>& object) {
  if (persons <= kBulkRead) return;
  record(ctx, AuditEntry{"persons.read",
                         kind,
                         object,
                         std::nullopt,
                         {{fmt::format("{} persons", persons), std::nullopt, std::nullopt}}});
}

}  // namespace varde::trust
