#include "operate/backup/backup.hpp"

namespace varde::operate {

using namespace trust::declare;

std::vector<trust::Table> backup_tables() {
  std::vector<trust::Table> out{
      settings("restore_point",
               {"point_id", "name", "at", "lsn", "timeline", "tables", "columns", "digested",
                "salt", "keys_name", "keys_at", "keys_lsn", "keys_timeline", "keys_root"},
               apart("a moment of all organisations")),
      bookkeeping(
          "restore_point_state",
          {"tenant_id", "point_id", "head_size", "head_note", "tables", "least", "most", "digests"},
          "how many rows there were, for drills of backups",
          stays("what drills compare with is the installation's")),
      settings("drill",
               {"drill_id", "started_at", "ended_at", "point_at", "passed", "findings", "contents",
                "keys_at", "keys", "opened"},
               apart("the installation's")),
      settings("tenant_rest", {"tenant_id", "until"}, apart("whose work rests")),
  };
  return out;
}

}  // namespace varde::operate
