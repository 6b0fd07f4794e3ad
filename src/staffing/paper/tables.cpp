#include "staffing/paper/paper.hpp"

namespace varde::staffing {

using namespace trust::declare;

std::vector<trust::Table> paper_tables() {
  std::vector<trust::Table> out{
      settings("document_kind", {"tenant_id", "kind_id", "name", "created_at"}, goes_back()),
      {.name = "person_picture",
       .holds = "Pictures of substitutes",
       .columns = {nothing_personal({"tenant_id"}), pseudonyms({"person_id"}),
                   behaviour({"updated_at"}), sealed(kPicture)},
       .erased = follows("substitute"),
       .kept = until_person_goes(),
       .shown = under({"files"}),
       .at_end = taken_along(),
       .restored = goes_back()},
      {.name = "person_document",
       .holds = "Documents of substitutes",
       .columns = {nothing_personal(
                       {"tenant_id", "document_id", "seen_by", "media_type", "bytes", "version"}),
                   pseudonyms({"person_id"}), behaviour({"seen_at", "created_at"}),
                   readable({"kind_id", "valid_from", "valid_until"}), sealed(kDocument)},
       .erased = follows("substitute"),
       .kept = until_person_goes(),
       .shown = under({"documents", "files"}),
       .at_end = taken_along(),
       .restored = goes_back()},
  };
  return out;
}

}  // namespace varde::staffing
