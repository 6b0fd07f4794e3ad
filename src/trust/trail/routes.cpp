// The trail for those who may read it: entries with filters, proofs, heads, the whole as a file;
// and the job that seals it.
#include <charconv>

#include "trust/audit.hpp"
#include "trust/identity/identity.hpp"
#include "trust/names.hpp"
#include "trust/package/relay.hpp"
#include "trust/trail/entry.hpp"
#include "trust/trail/file.hpp"
#include "trust/trail/store_sql.hpp"
#include "trust/trail/trail.hpp"
#include "web/resource.hpp"

namespace varde::trust {

using namespace trail_store;
namespace json = boost::json;

namespace {

struct ActorView {
  ActorKind kind = ActorKind::system;
  std::optional<Uuid> id;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(ActorView, (), (kind, id, name))
struct ObjectView {
  std::string kind;
  std::optional<Uuid> id;
  std::optional<std::string> name;  ///< Absent when it has none, or does not exist any more.
};
BOOST_DESCRIBE_STRUCT(ObjectView, (), (kind, id, name))
struct ChangeView {
  std::string field;
  std::optional<std::string> old, new_;
};
BOOST_DESCRIBE_STRUCT(ChangeView, (), (field, old, new_))
struct AuditView {
  Uuid id;
  Timestamp at;
  ActorView actor;
  std::string action;
  ObjectView object;
  std::optional<ObjectView> person;  ///< Whom it is about, where that is not the object.
  std::vector<ChangeView> fields;
  std::string network;
};
BOOST_DESCRIBE_STRUCT(AuditView, (), (id, at, actor, action, object, person, fields, network))
struct AuditQuery {
  std::optional<std::string> cursor, action;
  std::optional<Uuid> actor, object;
  std::optional<Timestamp> from, until;
  std::optional<int> limit;
};
BOOST_DESCRIBE_STRUCT(AuditQuery, (), (cursor, action, actor, object, from, until, limit))

struct TrailKey {
  std::string origin;    ///< What this organisation's trail is called in its heads.
  std::string verifier;  ///< The public key that its heads are verified with.
};
BOOST_DESCRIBE_STRUCT(TrailKey, (), (origin, verifier))
struct GrowthQuery {
  std::int64_t before = 0, size = 0;
};
BOOST_DESCRIBE_STRUCT(GrowthQuery, (), (before, size))
struct GrowthProof {
  std::vector<std::string> hashes;
};
BOOST_DESCRIBE_STRUCT(GrowthProof, (), (hashes))

// `own` opens values about nobody; null: they are not shown.
std::vector<ChangeView> changes_of(const EntryRow& row,
                                   const std::unordered_map<Uuid, crypto::Key>& keys,
                                   const crypto::Key* own) {
  std::vector<ChangeView> out;
  auto key = row.person_id ? keys.find(*row.person_id) : keys.end();
  std::optional<OpenValues> open;
  if (key != keys.end()) open = open_values(row, key->second);
  if (!row.person_id && own != nullptr) open = open_values(row, *own);
  if (!open) {
    for (const auto& field : row.fields) out.push_back({field, std::nullopt, std::nullopt});
    return out;
  }
  // Kept by name: a range-for does not keep what as_array() points into.
  const auto document = json::parse(open->values);
  for (const auto& value : document.as_array()) {
    const auto& o = value.as_object();
    auto text = [&](const char* name) -> std::optional<std::string> {
      const auto* found = o.if_contains(name);
      return found ? std::optional<std::string>(std::string(found->as_string())) : std::nullopt;
    };
    out.push_back({std::string(o.at("field").as_string()), text("old"), text("new")});
  }
  return out;
}

}  // namespace

std::vector<EntryAbout> entries_about(Ctx& ctx, const Uuid& person, const Uuid& before, int limit) {
  auto rows = ctx.tx().all<EntryRow>(store::kAuditAbout, person, before, limit);
  auto keys = ctx.base.keys.keys(ctx.tenant, std::vector<Uuid>{person}, false);
  std::vector<EntryAbout> out;
  for (const auto& row : rows) {
    EntryAbout entry{row.entry_id, row.at, row.actor_kind, row.network, row.action, {}};
    for (auto& change : changes_of(row, keys, nullptr))
      entry.changes.push_back({change.field, std::move(change.old), std::move(change.new_)});
    out.push_back(std::move(entry));
  }
  return out;
}

namespace {

std::vector<AuditView> views_of(Ctx& ctx, const std::vector<EntryRow>& rows) {
  std::vector<Uuid> persons, accounts, objects;
  for (const auto& row : rows) {
    if (row.sealed && row.person_id) persons.push_back(*row.person_id);
    if (row.actor_kind == ActorKind::user && row.actor_id) accounts.push_back(*row.actor_id);
    if (row.object_id) (row.object_kind == "user" ? accounts : objects).push_back(*row.object_id);
  }
  // An auditor learns by whom and when, and nothing of whom it is about: no key is asked for, and
  // only users have names.
  if (!may(ctx.role, Right::audit_read)) {
    persons.clear();
    objects.clear();
  }
  auto keys = ctx.base.keys.keys(ctx.tenant, persons);
  ctx.base.reads.note(ctx, persons);
  auto own = values_key(ctx.base, ctx.tenant);
  bool with_values = may(ctx.role, Right::audit_read);
  auto names = names_of(ctx, objects);
  for (auto& [id, name] : account_names(ctx.base, accounts)) names[id] = name;
  std::vector<AuditView> out;
  for (const auto& row : rows) {
    AuditView view{row.entry_id,
                   row.at,
                   {row.actor_kind, row.actor_id, ""},
                   row.action,
                   {row.object_kind, row.object_id, {}},
                   std::nullopt,
                   changes_of(row, keys, with_values ? &own : nullptr),
                   row.network};
    if (row.actor_id && names.contains(*row.actor_id)) view.actor.name = names[*row.actor_id];
    if (row.object_id && names.contains(*row.object_id)) view.object.name = names[*row.object_id];
    if (row.person_id && row.person_id != row.object_id) {
      view.person = ObjectView{"person", row.person_id, {}};
      if (names.contains(*row.person_id)) view.person->name = names[*row.person_id];
    }
    out.push_back(std::move(view));
  }
  return out;
}

Result<web::Page<Head>> heads_page(Ctx& ctx, const std::optional<std::string>& cursor, int limit) {
  auto size = std::numeric_limits<std::int64_t>::max();
  Timestamp at;
  if (cursor) {
    auto parts = web::read_cursor(*cursor, 2);
    auto read_at = parts ? parse_rfc3339((*parts)[1]) : std::nullopt;
    if (!read_at ||
        std::from_chars((*parts)[0].data(), (*parts)[0].data() + (*parts)[0].size(), size).ec !=
            std::errc())
      return bad_input("query/cursor", "is not a cursor of this list.");
    at = *read_at;
  }
  auto rows = ctx.tx().all<HeadRow>(store::kAuditHeads, size, at, limit + 1);
  web::Page<Head> page;
  if (rows.size() > static_cast<std::size_t>(limit)) {
    rows.resize(static_cast<std::size_t>(limit));
    page.next = web::make_cursor({std::to_string(rows.back().size), to_rfc3339(rows.back().at)});
  }
  for (auto& row : rows) page.items.push_back({row.size, row.at, std::move(row.note)});
  return page;
}

Result<web::Page<AuditView>> list_audit(Ctx& ctx, const web::Query<AuditQuery>& query) {
  auto limit = web::page_limit(query->limit);
  VARDE_TRY(auto before, web::read_before(query->cursor));
  auto rows = ctx.tx().all<EntryRow>(store::kAuditPage, before, query->actor, query->object,
                                     query->action, query->from, query->until, limit + 1);
  web::Page<AuditView> page;
  page.next = web::cut_page(rows, limit, &EntryRow::entry_id);
  page.items = views_of(ctx, rows);
  return page;
}

void add_list(Api& api) {
  api.add({"GET", "/api/v1/audit", "listAudit", "The audit trail, newest first",
           static_cast<int>(Right::evidence_read)},
          list_audit);
}

Result<TrailKey> get_audit_key(Ctx& ctx) {
  return TrailKey{trail_origin(ctx.base, ctx.tenant), ctx.base.keys.signer().verifier()};
}

Result<web::Page<Head>> list_audit_heads(Ctx& ctx, const web::Query<web::CursorQuery>& query) {
  return heads_page(ctx, query->cursor, web::page_limit(query->limit));
}

Result<Head> seal_audit(Ctx& ctx) { return seal_trail(ctx.base, ctx.tenant); }

Result<EntryProof> prove_audit_entry(Ctx& ctx, const web::Path<web::IdPath>& path) {
  return prove_entry(ctx, path->id);
}

Result<GrowthProof> prove_audit_growth(Ctx& ctx, const web::Query<GrowthQuery>& query) {
  VARDE_TRY(auto hashes, prove_growth(ctx, query->before, query->size));
  return GrowthProof{std::move(hashes)};
}

Result<net::Response> download_audit(Ctx& ctx) {
  record(ctx, AuditEntry{"audit.export", "tenant", ctx.tenant});
  net::Response response;
  response.with("Content-Type", "application/jsonl; charset=utf-8")
      .with("Content-Disposition", "attachment; filename=\"trail.jsonl\"")
      .with("Cache-Control", "no-store");
  response.stream = relayed(ctx.base, [&base = ctx.base, tenant = ctx.tenant](const Write& write) {
    write_trail(base, tenant, write);
  });
  return response;
}

void add_proofs(Api& api) {
  api.add({"GET", "/api/v1/audit/key", "getAuditKey",
           "What the trail's heads are verified with: keep it where Varde cannot change it",
           static_cast<int>(Right::evidence_read)},
          get_audit_key);
  api.add({"GET", "/api/v1/audit/heads", "listAuditHeads",
           "Signed heads of the trail, newest first", static_cast<int>(Right::evidence_read)},
          list_audit_heads);
  api.add({"POST", "/api/v1/audit/heads", "sealAudit",
           "Signs a head over all that was entered until now", static_cast<int>(Right::audit_read)},
          seal_audit);
  api.add(
      {"GET", "/api/v1/audit/entries/{id}/proof", "proveAuditEntry",
       "Proves that an entry is in the trail (RFC 9162)", static_cast<int>(Right::evidence_read)},
      prove_audit_entry);
  api.add({"GET", "/api/v1/audit/growth", "proveAuditGrowth",
           "Proves that the trail of one size begins with that of a smaller one (RFC 9162)",
           static_cast<int>(Right::evidence_read)},
          prove_audit_growth);
  api.add({"GET", "/api/v1/audit/export", "downloadAudit",
           "The whole trail with its heads, for `varde audit verify`",
           static_cast<int>(Right::audit_read)},
          download_audit);
}

}  // namespace

void add_trail_routes(Api& api) {
  add_list(api);
  add_proofs(api);
}

}  // namespace varde::trust
