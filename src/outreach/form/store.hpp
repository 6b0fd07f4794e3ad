// The statements of forms; only for this folder.
#pragma once

#include "outreach/form/form.hpp"
#include "trust/table.hpp"

namespace varde::outreach::store {

struct FormRecord {
  Uuid form_id;
  std::string name, slug;
  FormState state = FormState::draft;
  std::string title, intro;
  db::Json fields;
  std::string thanks_text;
  std::optional<Uuid> list_id;
  std::vector<Uuid> tag_ids;
  std::optional<Uuid> purpose_id;
  std::int64_t version = 1;
  Timestamp updated_at;
  std::int64_t answers = 0;
};
BOOST_DESCRIBE_STRUCT(FormRecord, (),
                      (form_id, name, slug, state, title, intro, fields, thanks_text, list_id,
                       tag_ids, purpose_id, version, updated_at, answers))

inline constexpr trust::Seal kAnswer{
    .column = "sealed", .context = "answer:{tenant}:{id}", .id = "answer_id"};

struct AnswerRecord {
  Uuid tenant_id, answer_id, form_id, person_id;
  Timestamp at;
  int flags = 0;
  trust::Sealed<kAnswer> sealed;
};
BOOST_DESCRIBE_STRUCT(AnswerRecord, (),
                      (tenant_id, answer_id, form_id, person_id, at, flags, sealed))

}  // namespace varde::outreach::store
