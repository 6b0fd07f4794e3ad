#include "privacy/retention/retention.hpp"

namespace varde::privacy {

using namespace trust::declare;

std::vector<trust::Table> retention_tables() {
  std::vector<trust::Table> out{
      settings("retention_rule", {"tenant_id", "category", "months", "changed_at"}, goes_back()),
      settings("retention_run", {"tenant_id", "run_id", "category", "older", "removed", "at"},
               stays("what was removed when is a proof")),
  };
  return out;
}

}  // namespace varde::privacy
