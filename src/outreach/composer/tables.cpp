#include "outreach/composer/composer.hpp"

namespace varde::outreach {

using namespace trust::declare;

namespace {
constexpr trust::Seal kImage{.column = "bytes",
                             .context = {},
                             .id = "image_id",
                             .owner = {},
                             .holds = trust::Seal::Holds::file};
}  // namespace

std::vector<trust::Table> composer_tables() {
  std::vector<trust::Table> out{
      settings("template",
               {"tenant_id", "template_id", "name", "document", "version", "updated_at"},
               goes_back()),
      {.name = "image",
       .holds = "",
       .columns = {nothing_personal(
                       {"tenant_id", "image_id", "type", "width", "height", "created_at"}),
                   file(kImage)},
       .erased = names_nobody(),
       .kept = until_contract_ends(),
       .shown = not_shown("it is about nobody"),
       .at_end = taken_along(),
       .restored = joined("pictures in messages that were sent")},
  };
  return out;
}

}  // namespace varde::outreach
