// Looks every ten seconds how much room there is on each disk that the installation writes to, says
// when one will be full, and keeps a reserve (trust/room). Watches too whether the archive takes
// the database's log: what it does not take stays, and fills the disk.
#pragma once

#include <string>
#include <vector>

#include "jobs/queue.hpp"
#include "trust/ctx.hpp"

namespace varde::operate {

struct Place {
  std::string name;  ///< "the data", "the backups": what is on it.
  std::string path;
};
/// `clusters`: data directories of embedded clusters, whose logs are looked at.
struct Places {
  std::vector<Place> disks;
  std::vector<Place> clusters;
};

/// Looks every ten seconds, on a fiber of its own, until the loop ends. Alarms "disk" and
/// "archive".
void watch_room(trust::Base& base, const Places& places);

}  // namespace varde::operate
