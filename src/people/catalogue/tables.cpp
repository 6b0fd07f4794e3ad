#include "people/catalogue/catalogue.hpp"

#include "people/catalogue/restore_sql.hpp"

namespace varde::people {

using namespace trust::declare;

std::vector<trust::Table> catalogue_tables() {
  std::vector<trust::Table> out{
      settings("attribute",
               {"tenant_id", "attribute_id", "key", "label", "type", "classification", "choices",
                "version", "created_at"},
               goes_back()),
      bookkeeping("catalogue_mark", {"tenant_id", "mark"}, "the program's own bookkeeping",
                  stays("it becomes another one, so that every cache is dropped")
                      .settle([](trust::Restoring& r) { r.run(store::kRestoreMark); })),
      settings("tag", {"tenant_id", "tag_id", "name", "created_at"}, goes_back()),
      settings(
          "list",
          {"tenant_id", "list_id", "name", "description", "double_opt_in", "version", "created_at"},
          goes_back()),
      settings("purpose", {"tenant_id", "purpose_id", "key", "label", "description", "created_at"},
               goes_back()),
  };
  return out;
}

}  // namespace varde::people
