#include "trust/audit.hpp"

#include "trust/trail/entry.hpp"

namespace varde::trust {

using trail_store::EntryRow;

void record(Ctx& ctx, const std::vector<AuditEntry>& entries) {
  if (entries.empty()) return;
  std::vector<EntryRow> rows;
  rows.reserve(entries.size());
  auto at = now();
  for (const auto& entry : entries) {
    const auto& actor = entry.by ? *entry.by : ctx.actor;
    EntryRow row;
    row.tenant_id = ctx.tenant;
    row.entry_id = Uuid::make();
    row.at = at;
    row.actor_kind = actor.kind;
    if (!actor.id.is_nil()) row.actor_id = actor.id;
    row.network = ctx.network;
    row.action = entry.action;
    row.object_kind = entry.object_kind;
    row.object_id = entry.object_id;
    row.person_id = entry.person_id;
    row.fields.reserve(entry.changes.size());
    for (const auto& change : entry.changes) row.fields.push_back(change.field);
    if (entry.person_key != nullptr && !entry.changes.empty())
      seal_values(row, *entry.person_key, values_text(entry.changes));
    rows.push_back(std::move(row));
  }
  ctx.tx().insert_many("audit_entry", rows);
}

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
