// The work itself: backups, retention, recorded moments, drills; whatever is due, one thing after
// the other, under one lock. It runs in a process of its own (`varde backup …`), which the program
// starts as well (jobs.cpp).
#pragma once

#include "operate/backup/settings.hpp"

namespace varde::operate {

enum class Wanted { due, full, differential, monthly, keystore, record, drill, create, sweep };

/// Does it, and writes the status for the program. Returns sentences about what was done, and about
/// what failed. Throws when another one is at it, or Varde does not run.
struct Done {
  std::vector<std::string> said, failed;
};
Done do_backup_work(const Installation& installation, Wanted wanted);

}  // namespace varde::operate
