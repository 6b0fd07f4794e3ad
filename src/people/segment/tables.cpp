#include "people/segment/segment.hpp"

namespace varde::people {

using namespace trust::declare;

std::vector<trust::Table> segment_tables() {
  std::vector<trust::Table> out{
      settings("segment",
               {"tenant_id", "segment_id", "name", "conditions", "persons", "counted_at", "version",
                "created_at", "updated_at"},
               goes_back()),
  };
  return out;
}

}  // namespace varde::people
