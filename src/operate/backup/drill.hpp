// The drill: a restore to a random recorded moment, into a cluster beside the running one that is
// removed again, and a comparison with what was recorded then: rows, contents, trails. The
// keystore's backup is restored as well: its keys are counted, and opened under the root key, and
// with them some persons of the restored data.
#pragma once

#include "operate/backup/databases.hpp"
#include "operate/backup/state.hpp"

namespace varde::operate {

/// Restores, compares, and leaves the result in each organisation's trail and in the table of
/// drills. Throws a sentence when it could not be held: no moment is recorded yet, or there is no
/// room for a second cluster.
DrillResult hold_drill(const Installation& installation, const State& state);

/// Throws unless the disk has room for a restore of `bytes`.
void check_room(const std::string& directory, std::int64_t bytes, const char* for_what);

}  // namespace varde::operate
