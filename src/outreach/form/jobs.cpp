#include "outreach/form/internal.hpp"
#include "outreach/form/store_sql.hpp"
#include "trust/names.hpp"
#include "trust/retention.hpp"
#include "trust/uses.hpp"

namespace varde::outreach {

using namespace store;

void add_form_hooks(trust::Base& base) {
  base.extensions.add(people::SubjectHook{write_answers});
  base.extensions.add(trust::aged_rows(
      "form-answers", "Answers to forms",
      "What people wrote into forms and surveys, and the numbers made of it. Who they are stays.",
      kRetentionOldFormAnswer, kRetentionDropFormAnswer));
  trust::add_names(base, kFormNames);
  trust::add_uses(base, "the form", kFormUses);
}

}  // namespace varde::outreach
