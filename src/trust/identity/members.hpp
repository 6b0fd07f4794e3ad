// Who has access to an organisation, for those who account for it.
#pragma once

#include "trust/identity/identity.hpp"

namespace varde::trust {

struct Member {
  Uuid account;
  std::string name;
  Role role = Role::viewer;
  bool suspended = false, second_factor = false;
  Timestamp since;
  std::optional<Timestamp> last_seen_at;  ///< Of a session that is not swept yet.
};
/// At most 1,000, the oldest first.
std::vector<Member> members(Ctx& ctx);

}  // namespace varde::trust
