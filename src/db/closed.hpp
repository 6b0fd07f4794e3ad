// How one organisation is closed for a moment while the others work: every transaction of a tenant
// takes the tenant's advisory lock in common, in the packet with which it begins (Tx::begin), and
// who has to exchange its rows takes the lock alone. From then on no node, whatever it remembers,
// reads or writes them: its transactions fail at once with Closed, and nobody waits, for whoever
// waited would hold a connection that the others need. A lock rather than a flag in a row: nobody
// has to be told, nothing is left when the one who holds it is killed, and it is granted only when
// the last transaction of before has ended.
#pragma once

#include <cstring>

#include "db/tx.hpp"

namespace varde::db {

/// The tenant is closed at this moment. Tell whoever asks to come back in a few seconds.
class Closed : public Unavailable {
 public:
  using Unavailable::Unavailable;
};

/// The number of a tenant's advisory lock. Two tenants that shared one would only close together.
inline std::int64_t tenant_lock(const Uuid& tenant) {
  std::int64_t out = 0;
  std::memcpy(&out, tenant.view().data() + 8, sizeof(out));  // the random half
  return out;
}

}  // namespace varde::db
