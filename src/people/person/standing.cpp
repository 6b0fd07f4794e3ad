#include "people/person/standing.hpp"

#include "people/person/store.hpp"
#include "people/person/store_sql.hpp"

namespace varde::people {

db::Later restricted_later(trust::Ctx& ctx) { return ctx.tx().later(store::kPersonRestricted); }

Standing standing(trust::Ctx& ctx, const Uuid& person) {
  std::vector<Uuid> ids{person};
  auto members = ctx.tx().later(store::kPersonMembersOf, ids);
  auto consents = ctx.tx().later(store::kPersonConsentsOf, ids);
  ctx.tx().flush();
  Standing out;
  for (auto& row : members.rows().all<store::MemberRecord>()) out.lists[row.list_id] = row.state;
  for (auto& row : consents.rows().all<store::ConsentRecord>())
    out.consents[row.purpose_id] = row.given;
  return out;
}

}  // namespace varde::people
