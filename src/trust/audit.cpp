#include "trust/audit.hpp"

#include "crypto/aead.hpp"
#include "trust/identity/identity.hpp"
#include "trust/names.hpp"
#include "web/resource.hpp"

namespace varde::trust {
namespace {

struct AuditRow {
  Uuid tenant_id, entry_id;
  Timestamp at;
  ActorKind actor_kind = ActorKind::system;
  std::optional<Uuid> actor_id;
  std::string network, action, object_kind;
  std::optional<Uuid> object_id, person_id;
  std::vector<std::string> fields;
  std::optional<db::Bytes> sealed;
};
BOOST_DESCRIBE_STRUCT(AuditRow, (),
                      (tenant_id, entry_id, at, actor_kind, actor_id, network, action, object_kind,
                       object_id, person_id, fields, sealed))

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
  std::vector<ChangeView> fields;
  std::string network;
};
BOOST_DESCRIBE_STRUCT(AuditView, (), (id, at, actor, action, object, fields, network))
struct AuditQuery {
  std::optional<std::string> cursor, action;
  std::optional<Uuid> actor, object;
  std::optional<int> limit;
};
BOOST_DESCRIBE_STRUCT(AuditQuery, (), (cursor, action, actor, object, limit))

constexpr db::Sql kPage{
    "audit.page",
    "SELECT tenant_id, entry_id, at, actor_kind, actor_id, network, action, object_kind, "
    "object_id, "
    "person_id, fields, sealed FROM audit_entry WHERE entry_id < $1 "
    "AND ($2::uuid IS NULL OR actor_id = $2) AND ($3::uuid IS NULL OR object_id = $3 OR person_id "
    "= $3) "
    "AND ($4::text IS NULL OR starts_with(action, $4)) ORDER BY entry_id DESC LIMIT $5"};

std::string context_of(const Uuid& tenant, const Uuid& entry) {
  return "audit:" + tenant.str() + ":" + entry.str();
}

}  // namespace

void record(Ctx& ctx, const std::vector<AuditEntry>& entries) {
  if (entries.empty()) return;
  std::vector<AuditRow> rows;
  rows.reserve(entries.size());
  auto at = now();
  for (const auto& entry : entries) {
    const auto& actor = entry.by ? *entry.by : ctx.actor;
    AuditRow row{ctx.tenant,      Uuid::make(),    at,           actor.kind,
                 std::nullopt,    ctx.network,     entry.action, entry.object_kind,
                 entry.object_id, entry.person_id, {},           std::nullopt};
    if (!actor.id.is_nil()) row.actor_id = actor.id;
    boost::json::array values;
    for (const auto& change : entry.changes) {
      row.fields.push_back(change.field);
      boost::json::object value{{"field", change.field}};
      if (change.before) value["old"] = *change.before;
      if (change.after) value["new"] = *change.after;
      values.push_back(value);
    }
    if (entry.person_key != nullptr && !values.empty())
      row.sealed = db::Bytes{crypto::seal(*entry.person_key, boost::json::serialize(values),
                                          context_of(ctx.tenant, row.entry_id))};
    rows.push_back(std::move(row));
  }
  ctx.tx().insert_many("audit_entry", rows);
}

void add_audit_routes(Api& api) {
  api.add({"GET", "/api/v1/audit", "listAudit", "The audit trail, newest first",
           static_cast<int>(Right::audit_read)},
          [](Ctx& ctx, const web::Query<AuditQuery>& query) -> Result<web::Page<AuditView>> {
            auto limit = web::page_limit(query->limit);
            VARDE_TRY(auto before, web::read_before(query->cursor));
            auto rows = ctx.tx().all<AuditRow>(kPage, before, query->actor, query->object,
                                               query->action, limit + 1);
            web::Page<AuditView> page;
            page.next = web::cut_page(rows, limit, &AuditRow::entry_id);
            std::vector<Uuid> persons, accounts, objects;
            for (const auto& row : rows) {
              if (row.sealed && row.person_id) persons.push_back(*row.person_id);
              if (row.actor_kind == ActorKind::user && row.actor_id)
                accounts.push_back(*row.actor_id);
              if (row.object_id)
                (row.object_kind == "user" ? accounts : objects).push_back(*row.object_id);
            }
            auto keys = ctx.base.keys.keys(ctx.tenant, persons);
            auto names = names_of(ctx, objects);
            for (auto& [id, name] : account_names(ctx.base, accounts)) names[id] = name;
            for (auto& row : rows) {
              AuditView view{row.entry_id,
                             row.at,
                             {row.actor_kind, row.actor_id, ""},
                             row.action,
                             {row.object_kind, row.object_id, {}},
                             {},
                             row.network};
              if (row.actor_id && names.contains(*row.actor_id))
                view.actor.name = names[*row.actor_id];
              if (row.object_id && names.contains(*row.object_id))
                view.object.name = names[*row.object_id];
              std::optional<std::string> opened;
              if (row.sealed && row.person_id && keys.contains(*row.person_id))
                opened = crypto::open(keys.at(*row.person_id), row.sealed->data,
                                      context_of(ctx.tenant, row.entry_id));
              if (opened) {
                // Kept by name: a range-for does not keep what as_array() points into.
                const auto document = boost::json::parse(*opened);
                for (const auto& value : document.as_array()) {
                  const auto& o = value.as_object();
                  auto text = [&](const char* key) -> std::optional<std::string> {
                    const auto* found = o.if_contains(key);
                    return found ? std::optional<std::string>(std::string(found->as_string()))
                                 : std::nullopt;
                  };
                  view.fields.push_back(
                      {std::string(o.at("field").as_string()), text("old"), text("new")});
                }
              } else {
                for (const auto& field : row.fields)
                  view.fields.push_back({field, std::nullopt, std::nullopt});
              }
              page.items.push_back(std::move(view));
            }
            return page;
          });
}

}  // namespace varde::trust
