// What goes over the wire of forms; only for this folder.
#pragma once

#include "outreach/form/form.hpp"
#include "web/resource.hpp"

namespace varde::outreach {

struct FormInput {
  std::optional<web::Text<120, 1>> name;
  std::optional<web::Slug> slug;
  std::optional<web::Text<200>> title;
  std::optional<web::Text<4000>> intro;
  std::optional<std::vector<FormField>> fields;
  std::optional<web::Text<2000>> thanks_text;
  web::Patch<Uuid> list_id, purpose_id;
  std::optional<std::vector<Uuid>> tags;
};
BOOST_DESCRIBE_STRUCT(FormInput, (),
                      (name, slug, title, intro, fields, thanks_text, list_id, purpose_id, tags))
struct Form {
  Uuid id;
  std::string name, slug;
  FormState state = FormState::draft;
  std::string title, intro;
  std::vector<FormField> fields;
  std::string thanks_text;
  std::optional<Uuid> list_id;
  std::vector<Uuid> tags;
  std::optional<Uuid> purpose_id;
  std::string public_url;
  std::int64_t answers = 0, version = 1;
  Timestamp updated_at;
};
BOOST_DESCRIBE_STRUCT(Form, (),
                      (id, name, slug, state, title, intro, fields, thanks_text, list_id, tags,
                       purpose_id, public_url, answers, version, updated_at))
struct ValueCount {
  std::string value;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(ValueCount, (), (value, count))
struct FieldResult {
  std::string key, label;
  FieldType type = FieldType::text;
  std::optional<std::vector<ValueCount>> counts;
  std::optional<double> average;
  std::optional<std::int64_t> texts;
};
BOOST_DESCRIBE_STRUCT(FieldResult, (), (key, label, type, counts, average, texts))
struct FormResults {
  std::int64_t answers = 0;
  std::vector<FieldResult> fields;
};
BOOST_DESCRIBE_STRUCT(FormResults, (), (answers, fields))
struct AnswerPerson {
  Uuid id;
  Personal name;
};
BOOST_DESCRIBE_STRUCT(AnswerPerson, (), (id, name))
/// One answer: text, a number, yes or no, or several choices.
using AnswerJson = web::Shaped<std::variant<std::string, double, bool, std::vector<std::string>>>;
struct FormAnswer {
  Uuid id;
  Timestamp at;
  std::optional<AnswerPerson> person;
  std::map<std::string, AnswerJson> values;
  bool simulated = false;
};
BOOST_DESCRIBE_STRUCT(FormAnswer, (), (id, at, person, values, simulated))

// The operations, as routes.cpp lists them.
Result<web::Page<Form>> list_forms(trust::Ctx& ctx);
Result<web::Created<Form>> create_form(trust::Ctx& ctx, const web::Body<FormInput>& in);
Result<Form> get_form(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<Form> update_form(trust::Ctx& ctx, const web::Path<web::IdPath>& path,
                         const web::IfMatch& match, const web::Body<FormInput>& in);
Result<Done> delete_form(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<Form> publish_form(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<Form> close_form(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<FormResults> get_form_results(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<web::Page<FormAnswer>> list_form_answers(trust::Ctx& ctx, const web::Path<web::IdPath>& path,
                                                const web::Query<web::CursorQuery>& query);
Result<net::Response> download_form_answers(trust::Ctx& ctx, const web::Path<web::IdPath>& path);

}  // namespace varde::outreach
