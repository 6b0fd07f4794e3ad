#include "trust/identity/internal.hpp"
#include "trust/identity/store_sql.hpp"

namespace varde::trust {
namespace {}  // namespace

bool session_stands(Base& base, const Uuid& session, const Uuid& tenant) {
  auto tx = base.database.system();
  bool stands =
      tx.maybe<Uuid>(store::kIdentitySessionStands, session, tenant, now(), now() - kSessionIdle)
          .has_value();
  tx.commit();
  return stands;
}

}  // namespace varde::trust
