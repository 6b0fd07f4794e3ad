// The statements of forms; only for this folder.
#pragma once

#include "outreach/form/form.hpp"

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

struct AnswerRecord {
  Uuid tenant_id, answer_id, form_id, person_id;
  Timestamp at;
  int flags = 0;
  db::Bytes sealed;
};
BOOST_DESCRIBE_STRUCT(AnswerRecord, (),
                      (tenant_id, answer_id, form_id, person_id, at, flags, sealed))

#define VARDE_FORM_COLUMNS                                                                        \
  "f.form_id, f.name, f.slug, f.state, f.title, f.intro, f.fields, f.thanks_text, f.list_id, "    \
  "f.tag_ids, f.purpose_id, "                                                                     \
  "f.version, f.updated_at, (SELECT count(*) FROM form_answer a WHERE a.form_id = f.form_id) AS " \
  "answers"

inline constexpr db::Sql kForms{
    "form.all", "SELECT " VARDE_FORM_COLUMNS " FROM form f ORDER BY f.updated_at DESC LIMIT 500"};
inline constexpr db::Sql kForm{"form.one",
                               "SELECT " VARDE_FORM_COLUMNS " FROM form f WHERE f.form_id = $1"};
inline constexpr db::Sql kFormsByIds{
    "form.by_ids", "SELECT " VARDE_FORM_COLUMNS " FROM form f WHERE f.form_id = ANY($1)"};
inline constexpr db::Sql kFormBySlug{"form.by_slug",
                                     "SELECT " VARDE_FORM_COLUMNS " FROM form f WHERE f.slug = $1"};
inline constexpr db::Sql kFormNames{"form.names",
                                    "SELECT form_id, name FROM form WHERE form_id = ANY($1)"};
inline constexpr db::Sql kFormUses{
    "form.uses",
    "SELECT name FROM form WHERE state IN (1, 2) AND (list_id = $1 OR $1 = ANY(tag_ids) OR "
    "position($1::uuid::text IN fields::text) > 0) ORDER BY name LIMIT 10"};
inline constexpr db::Sql kInsertForm{
    "form.insert",
    "INSERT INTO form (tenant_id, form_id, name, slug, title, intro, fields, thanks_text, list_id, "
    "tag_ids, purpose_id, created_at, updated_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) ON CONFLICT (tenant_id, slug) "
    "DO NOTHING"};
inline constexpr db::Sql kUpdateForm{
    "form.update",
    "UPDATE form SET name = $3, title = $4, intro = $5, fields = $6, thanks_text = $7, list_id = "
    "$8, tag_ids = $9, purpose_id = $10, "
    "updated_at = $11, version = version + 1 WHERE form_id = $1 AND version = $2"};
inline constexpr db::Sql kFormState{
    "form.state",
    "UPDATE form SET state = $2, updated_at = $3, version = version + 1 WHERE form_id = $1"};
inline constexpr db::Sql kDeleteForm{"form.delete", "DELETE FROM form WHERE form_id = $1"};
inline constexpr db::Sql kAnswers{"form.answers",
                                  "SELECT tenant_id, answer_id, form_id, person_id, at, flags, "
                                  "sealed FROM form_answer WHERE form_id = $1 AND answer_id < $2 "
                                  "ORDER BY answer_id DESC LIMIT $3"};
inline constexpr db::Sql kAnswersOf{
    "form.answers_of",
    "SELECT tenant_id, answer_id, form_id, person_id, at, flags, sealed FROM form_answer WHERE "
    "person_id = $1 ORDER BY answer_id"};
inline constexpr db::Sql kRecentAnswers{
    "form.recent_answers", "SELECT count(*) FROM form_answer WHERE person_id = $1 AND at > $2"};
inline constexpr db::Sql kEraseAnswers{"form.erase_answers",
                                       "DELETE FROM form_answer WHERE person_id = ANY($1)"};

}  // namespace varde::outreach::store
