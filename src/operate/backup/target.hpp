// From which backup a moment is reached, and in which words pgBackRest is told so.
#pragma once

#include "operate/backup/pgbackrest.hpp"
#include "operate/backup/state.hpp"

namespace varde::operate {

/// The restores of one cluster.
std::vector<Fork> forks_of(const State& state, Cluster cluster);

struct Target {
  Backup backup;
  std::optional<std::int64_t> timeline;  ///< Nothing: there was never more than one.
  std::optional<Timestamp> to;           ///< Nothing: as far as the archive goes.
  /// For `pgbackrest restore`.
  std::vector<std::string> words() const;
};
/// Throws a sentence that says which moments can be reached.
Target find_target(const Info& info, const std::vector<Fork>& forks, std::optional<Timestamp> to);

/// What a cluster that did not recover said of why: a sentence, when the archive ends too early.
std::optional<std::string> why_not_recovered(const std::string& cluster_directory);

}  // namespace varde::operate
