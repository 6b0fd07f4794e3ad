// Restoring: the whole of a cluster, to a moment, while the program does not run.
//
// The restored cluster is built beside the old one (DATA/new.*), recovered, brought to the
// program's schema, given the trail of after the moment, and erased in again; only then do two
// renames put it in the old one's place. Until these, nothing has happened to the old state; from
// these on, the new one is in force. A small file (DATA/restore.json) says which side of the
// renames it is, and whoever comes next, `varde up` or `varde restore`, ends what a kill
// interrupted: there is no third state. The old data directory stays, renamed, until it is
// discarded.
//
// What does not go back: the trail, whose signed heads are in other hands; the keys, which are in
// another cluster; and who was signed in.
#pragma once

#include "operate/backup/pgbackrest.hpp"

namespace varde::operate {

struct RestoreWanted {
  std::optional<Timestamp> to;  ///< Nothing: as far as the archive goes.
  bool keystore = false;        ///< The keystore instead, as far as its archive goes.
  bool force = false;           ///< The keystore although it is intact.
  /// Go on though the trail of after the moment is nowhere to be had: whoever holds its heads will
  /// see that it was lost.
  bool lose_trail = false;
};

/// Restores, and returns what was done, for the operator. The program must not run: the caller
/// holds its lock. Throws a sentence; then the old state is in force, unchanged.
std::string restore(const Installation& installation, const RestoreWanted& wanted);

/// Ends a restore that was interrupted, and removes what drills left. Returns what to tell the
/// operator; empty: there was nothing. The caller holds the program's lock.
std::string settle_restore(const Installation& installation);

/// The data directories that restores have put aside, oldest first.
std::vector<std::string> put_aside(const std::string& data_directory, Cluster cluster);
/// Removes the data directories that restores have put aside. Returns what was done.
std::string discard_old(const std::string& data_directory);

}  // namespace varde::operate
