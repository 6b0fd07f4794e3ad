#include "outreach/form/form.hpp"

#include "outreach/form/store.hpp"

namespace varde::outreach {

using namespace trust::declare;

std::vector<trust::Table> form_tables() {
  std::vector<trust::Table> out{
      settings("form",
               {"tenant_id", "form_id", "name", "slug", "state", "title", "intro", "fields",
                "thanks_text", "list_id", "tag_ids", "purpose_id", "version", "created_at",
                "updated_at"},
               goes_back()),
      {.name = "form_answer",
       .holds = "Answers to forms and surveys",
       .columns = {nothing_personal({"tenant_id", "answer_id", "flags"}), pseudonyms({"person_id"}),
                   behaviour({"form_id", "at"}), sealed(store::kAnswer)},
       .erased = deletes_by("person_id"),
       .kept = by_rule("form-answers"),
       .shown = under({"form_answers"}),
       .at_end = taken_along(),
       .restored = goes_back()},
  };
  return out;
}

}  // namespace varde::outreach
