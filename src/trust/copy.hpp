// A program that shows an organisation as it was, read-only (`varde restore --tenant … --copy`):
// nothing is changed, sent or begun by it, and it remembers no key, so that whoever is erased in
// the running program is unreadable here at the next request.
#pragma once

#include "base/time.hpp"

namespace varde::trust {

/// Among the extensions of such a program's Base.
struct ReadOnlyCopy {
  Timestamp of;
};

/// From here on the process keeps no person's key in memory beyond the call that asked for it.
void remember_no_keys();

}  // namespace varde::trust
