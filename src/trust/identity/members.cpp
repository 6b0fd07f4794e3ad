#include "trust/identity/members.hpp"

#include "trust/identity/internal.hpp"
#include "trust/identity/store_sql.hpp"

namespace varde::trust {

std::vector<Member> members(Ctx& ctx) {
  std::vector<store::MemberRow> rows;
  {
    auto tx = ctx.base.database.system();
    rows = tx.all<store::MemberRow>(store::kIdentityMembers, ctx.tenant);
  }
  std::vector<Uuid> ids;
  for (const auto& row : rows) ids.push_back(row.account_id);
  auto names = account_names(ctx.base, ids);
  std::vector<Member> out;
  for (const auto& row : rows)
    out.push_back({row.account_id, names[row.account_id], row.role, row.suspended,
                   row.totp_confirmed, row.created_at, row.last_seen_at});
  return out;
}

}  // namespace varde::trust
