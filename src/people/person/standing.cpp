#include "people/person/standing.hpp"

#include "people/person/store.hpp"

namespace varde::people {

db::Later restricted_later(trust::Ctx& ctx) { return ctx.tx().later(store::kRestricted); }

Standing standing(trust::Ctx& ctx, const Uuid& person) {
  std::vector<Uuid> ids{person};
  auto members = ctx.tx().later(store::kMembersOf, ids);
  auto consents = ctx.tx().later(store::kConsentsOf, ids);
  ctx.tx().flush();
  Standing out;
  for (auto& row : members.rows().all<store::MemberRecord>()) out.lists[row.list_id] = row.state;
  for (auto& row : consents.rows().all<store::ConsentRecord>())
    out.consents[row.purpose_id] = row.given;
  return out;
}

}  // namespace varde::people
