#include "staffing/setting/setting.hpp"

namespace varde::staffing {

using namespace trust::declare;

std::vector<trust::Table> setting_tables() {
  std::vector<trust::Table> out{
      settings("staffing_settings",
               {"tenant_id", "rules", "ranking", "asking", "version", "updated_at"}, goes_back()),
  };
  return out;
}

}  // namespace varde::staffing
