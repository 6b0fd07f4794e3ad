// Skills, pools and kinds of documents: a name each, listed, added, renamed and removed alike.
#include "staffing/register/api.hpp"
#include "staffing/register/register.hpp"

#include "staffing/register/store.hpp"
#include "staffing/register/store_sql.hpp"
#include "trust/audit.hpp"
#include "web/resource.hpp"

namespace varde::staffing {

using namespace store;
using trust::AuditEntry;
using trust::Ctx;
using trust::Right;

namespace {

void add_named(trust::Api& api, const NamedSql& sql, const std::string& path,
               const std::string& one, const std::string& many) {
  auto read = static_cast<int>(Right::shifts_read),
       manage = static_cast<int>(Right::staffing_manage);
  const auto* kind = sql.kind;
  api.add({"GET", path, "list" + many, many + " and how many substitutes have them", read},
          [&sql](Ctx& ctx) -> Result<web::Page<Named>> {
            return web::Page<Named>{ctx.tx().all<Named>(sql.all), {}, {}};
          });
  api.add(
      {"POST", path, "create" + one, fmt::format("Adds a {}", kind), manage},
      [&sql, kind, path](Ctx& ctx, const web::Body<NameInput>& in) -> Result<web::Created<Named>> {
        auto id = Uuid::make();
        if (ctx.tx().query(sql.insert, id, in->name.value, now()).affected() == 0)
          return taken(kind);
        record(ctx, AuditEntry{std::string(kind) + ".create", kind, id});
        return web::Created<Named>{{id, in->name.value, 0}, path + "/" + id.str()};
      });
  api.add({"PATCH", path + "/{id}", "update" + one, fmt::format("Renames a {}", kind), manage},
          [&sql, kind](Ctx& ctx, const web::Path<web::IdPath>& at,
                       const web::Body<NameInput>& in) -> Result<Named> {
            try {
              if (ctx.tx().query(sql.rename, at->id, in->name.value).affected() == 0)
                return gone(kind);
            } catch (const db::SqlError& e) {
              if (!e.is_unique_violation()) throw;
              return taken(kind);
            }
            record(ctx, AuditEntry{std::string(kind) + ".update", kind, at->id});
            return Named{at->id, in->name.value, 0};
          });
  api.add({"DELETE", path + "/{id}", "delete" + one,
           fmt::format("Removes a {}; the substitutes stay", kind), manage},
          [&sql, kind](Ctx& ctx, const web::Path<web::IdPath>& at) -> Result<Done> {
            try {
              if (ctx.tx().query(sql.remove, at->id).affected() == 0) {
                if (ctx.tx().one<std::int64_t>(sql.count, std::vector{at->id}) == 0)
                  return gone(kind);
                return conflict(fmt::format(
                    "A workplace asks for this {}. Take it off the workplace first.", kind));
              }
            } catch (const db::SqlError& e) {
              if (!e.is_foreign_key_violation()) throw;
              return conflict(
                  fmt::format("Somebody has this {}. Remove it there first, or rename it.", kind));
            }
            record(ctx, AuditEntry{std::string(kind) + ".delete", kind, at->id});
            return Done{};
          });
}

}  // namespace

void add_named_routes(trust::Api& api) {
  add_named(api, kSkills, "/api/v1/skills", "Skill", "Skills");
  add_named(api, kPools, "/api/v1/pools", "Pool", "Pools");
  add_named(api, kDocumentKinds, "/api/v1/document-kinds", "DocumentKind", "DocumentKinds");
}

}  // namespace varde::staffing
