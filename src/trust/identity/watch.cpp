#include "trust/identity/internal.hpp"

namespace varde::trust {
namespace {
constexpr db::Sql kStands{
    "identity.session_stands",
    "SELECT s.session_id FROM session s JOIN membership m ON m.tenant_id = s.tenant_id AND "
    "m.account_id = s.account_id WHERE s.session_id = $1 AND s.tenant_id = $2 AND NOT m.suspended "
    "AND s.expires_at > $3 AND s.last_seen_at > $4"};
}  // namespace

bool session_stands(Base& base, const Uuid& session, const Uuid& tenant) {
  auto tx = base.database.system();
  bool stands = tx.maybe<Uuid>(kStands, session, tenant, now(), now() - kSessionIdle).has_value();
  tx.commit();
  return stands;
}

}  // namespace varde::trust
