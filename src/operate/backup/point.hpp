// Recorded moments: what the organisations hold at a restore point, so that a drill can tell
// whether a restore gives just that back.
//
// What stands in a cluster at a place in its log is what is committed there, and a snapshot is not
// quite that: a transaction may have written its commit to the log and not be seen yet. So a moment
// is looked for at which no transaction that writes is under way: a snapshot that sees everything
// before its own number, the restore point, and the next number, which must be the one after it.
// Then the snapshot *is* the moment; it is held, and counts and contents are read from it while
// everybody else goes on. No lock is taken. On a cluster that is never still for two milliseconds
// rows are counted before and after, as a span, and contents are left to the next moment.
#pragma once

#include "operate/backup/contents.hpp"

namespace varde::operate {

/// Records a moment of both clusters, and forgets those that are older than what is kept. Reads
/// contents for as long as the settings say, of the tables whose turn it is. Throws when
/// transactions that ran at the moment do not end within half a minute.
void record_point(const Installation& installation, Databases& databases);

}  // namespace varde::operate
