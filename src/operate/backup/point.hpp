// Recorded moments: what the organisations hold at a restore point, so that a drill can tell
// whether a restore gives just that back.
#pragma once

#include <map>

#include "operate/backup/databases.hpp"
#include "operate/backup/store.hpp"

namespace varde::operate {

struct Count {
  std::int64_t rows = 0, fresh = 0;
};
/// Of each organisation, of each table: rows, and those written since transaction `since`.
using Counts = std::map<Uuid, std::map<std::string, Count>>;
Counts count_rows(db::Pool& super, const std::vector<std::string>& tables, std::int64_t since);
std::vector<std::string> counted_tables(db::Pool& super);

/// Records a moment, and forgets those that are older than what is kept. Throws when transactions
/// that ran at the moment do not end within half a minute.
void record_point(const Installation& installation, Databases& databases);

}  // namespace varde::operate
