#include "outreach/form/api.hpp"
#include "outreach/form/internal.hpp"
#include "outreach/form/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/names.hpp"
#include "trust/retention.hpp"
#include "trust/tenant/tenant.hpp"
#include "trust/uses.hpp"
#include "web/resource.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;
using trust::Right;
namespace json = boost::json;

std::vector<FormField> fields_of(const FormRecord& record) {
  auto fields = web::read<std::vector<FormField>>(json::parse(record.fields.text));
  return fields ? *fields : std::vector<FormField>{};
}

namespace {

constexpr std::size_t kMaxFields = 60;

Form view(Ctx& ctx, const FormRecord& record) {
  auto settings = trust::tenant_settings(ctx);
  return {record.form_id,    record.name,
          record.slug,       record.state,
          record.title,      record.intro,
          fields_of(record), record.thanks_text,
          record.list_id,    record.tag_ids,
          record.purpose_id, ctx.base.public_url + "/p/f/" + settings.slug + "/" + record.slug,
          record.answers,    record.version,
          record.updated_at};
}

Result<FormRecord> find_form(Ctx& ctx, const Uuid& id) {
  auto record = ctx.tx().maybe<FormRecord>(kFormOne, id);
  if (!record) return not_found("This form does not exist any more.");
  return *record;
}

Result<void> check_fields(Ctx& ctx, const std::vector<FormField>& fields) {
  web::Errors errors;
  std::set<std::string> keys;
  auto known = people::attributes(ctx);
  if (fields.size() > kMaxFields)
    errors.push_back({"/fields", fmt::format("At most {} questions.", kMaxFields)});
  for (std::size_t i = 0; i < fields.size() && i < kMaxFields; ++i) {
    const auto& field = fields[i];
    auto at = fmt::format("/fields/{}", i);
    if (!keys.insert(field.key.value).second)
      errors.push_back({at + "/key", "is used by another question."});
    bool chooses = field.type == FieldType::choice || field.type == FieldType::multiple_choice;
    if (chooses && (!field.choices || field.choices->empty()))
      errors.push_back({at + "/choices", "Give at least one choice."});
    if (field.type == FieldType::rating &&
        (field.max.value_or(5) < 2 || field.max.value_or(5) > 10))
      errors.push_back({at + "/max", "must be from 2 to 10."});
    if (field.attribute && !field.attribute->value.empty() &&
        field.attribute->value != "first_name" && field.attribute->value != "last_name" &&
        std::ranges::none_of(known, [&](const auto& a) { return a.key == field.attribute->value; }))
      errors.push_back({at + "/attribute", "is not an attribute of this organisation."});
  }
  if (errors.empty()) return {};
  return Error{ErrorCode::bad_input, "Some questions are not right.", std::move(errors), {}, 0};
}

// A yes to nothing is lost: a form that asks for a consent has to say to what, before anybody
// answers.
Result<void> check_consents(Ctx& ctx, const FormRecord& record) {
  auto known = people::purposes(ctx);
  bool named = record.purpose_id &&
               std::ranges::find(known, *record.purpose_id, &people::Purpose::id) != known.end();
  if (named) return {};
  auto fields = fields_of(record);
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (fields[i].type == FieldType::consent)
      return bad_input(
          fmt::format("/fields/{}", i),
          fmt::format("The question “{}” asks for a consent, but not to what: choose a "
                      "purpose for it, or take the question out.",
                      fields[i].label.value));
  return {};
}

}  // namespace

Result<web::Page<Form>> list_forms(Ctx& ctx) {
  web::Page<Form> page;
  for (const auto& record : ctx.tx().all<FormRecord>(kFormAll))
    page.items.push_back(view(ctx, record));
  return page;
}

Result<web::Created<Form>> create_form(Ctx& ctx, const web::Body<FormInput>& in) {
  if (!in->name) return bad_input("/name", "is required.");
  auto fields = in->fields.value_or(std::vector<FormField>{});
  VARDE_CHECK(check_fields(ctx, fields));
  std::string slug = in->slug ? in->slug->value : "";
  if (slug.empty()) {
    for (const auto& word : words(fold(in->name->value)))
      for (char c : word)
        if (std::isalnum(static_cast<unsigned char>(c)) && slug.size() < 40) slug += c;
    slug = "f" + slug.substr(0, 30) + "-" + base32(Uuid::make().view().substr(10)).substr(0, 6);
  }
  auto id = Uuid::make();
  if (ctx.tx()
          .query(kFormInsert, id, in->name->value, slug, in->title ? in->title->value : "",
                 in->intro ? in->intro->value : "", db::Json{json::serialize(web::write(fields))},
                 in->thanks_text ? in->thanks_text->value : "", in->list_id.value,
                 in->tags.value_or(std::vector<Uuid>{}), in->purpose_id.value, now())
          .affected() == 0)
    return Error{ErrorCode::conflict,
                 "A form with this address exists already.",
                 {{"/slug", "is taken."}},
                 {},
                 0};
  trust::record(ctx, trust::AuditEntry{"form.create", "form", id});
  VARDE_TRY(auto record, find_form(ctx, id));
  return web::Created<Form>{view(ctx, record), "/api/v1/forms/" + id.str()};
}

Result<Form> get_form(Ctx& ctx, const web::Path<web::IdPath>& path) {
  VARDE_TRY(auto record, find_form(ctx, path->id));
  return view(ctx, record);
}

Result<Form> update_form(Ctx& ctx, const web::Path<web::IdPath>& path, const web::IfMatch& match,
                         const web::Body<FormInput>& in) {
  VARDE_TRY(auto record, find_form(ctx, path->id));
  if (in->name) record.name = in->name->value;
  if (in->title) record.title = in->title->value;
  if (in->intro) record.intro = in->intro->value;
  if (in->thanks_text) record.thanks_text = in->thanks_text->value;
  if (in->list_id.present) record.list_id = in->list_id.value;
  if (in->purpose_id.present) record.purpose_id = in->purpose_id.value;
  if (in->tags) record.tag_ids = *in->tags;
  if (in->fields) {
    VARDE_CHECK(check_fields(ctx, *in->fields));
    record.fields = {json::serialize(web::write(*in->fields))};
  }
  if (record.state == FormState::published) VARDE_CHECK(check_consents(ctx, record));
  if (ctx.tx()
          .query(kFormUpdate, path->id, match.or_current(record.version), record.name, record.title,
                 record.intro, record.fields, record.thanks_text, record.list_id, record.tag_ids,
                 record.purpose_id, now())
          .affected() == 0)
    return web::changed_meanwhile("this form");
  trust::record(ctx, trust::AuditEntry{"form.update", "form", path->id});
  VARDE_TRY(record, find_form(ctx, path->id));
  return view(ctx, record);
}

Result<Done> delete_form(Ctx& ctx, const web::Path<web::IdPath>& path) {
  if (ctx.tx().query(kFormDelete, path->id).affected() == 0)
    return not_found("This form does not exist any more.");
  trust::record(ctx, trust::AuditEntry{"form.delete", "form", path->id});
  return Done{};
}

namespace {

Result<Form> set_state(Ctx& ctx, const Uuid& id, FormState state, const char* action) {
  VARDE_TRY(auto record, find_form(ctx, id));
  if (state == FormState::published && fields_of(record).empty())
    return conflict("Add at least one question before you publish.", "no-fields");
  if (state == FormState::published) VARDE_CHECK(check_consents(ctx, record));
  ctx.tx().later(kFormState, id, state, now());
  trust::record(ctx, trust::AuditEntry{action, "form", id});
  VARDE_TRY(record, find_form(ctx, id));
  return view(ctx, record);
}

}  // namespace

Result<Form> publish_form(Ctx& ctx, const web::Path<web::IdPath>& path) {
  return set_state(ctx, path->id, FormState::published, "form.publish");
}

Result<Form> close_form(Ctx& ctx, const web::Path<web::IdPath>& path) {
  return set_state(ctx, path->id, FormState::closed, "form.close");
}

Result<FormResults> get_form_results(Ctx& ctx, const web::Path<web::IdPath>& path) {
  VARDE_TRY(auto record, find_form(ctx, path->id));
  return results(ctx, record);
}

Result<web::Page<FormAnswer>> list_form_answers(Ctx& ctx, const web::Path<web::IdPath>& path,
                                                const web::Query<web::CursorQuery>& query) {
  VARDE_TRY(auto record, find_form(ctx, path->id));
  auto limit = web::page_limit(query->limit);
  VARDE_TRY(auto before, web::read_before(query->cursor));
  auto records = ctx.tx().all<AnswerRecord>(kFormAnswers, path->id, before, limit + 1);
  web::Page<FormAnswer> page;
  page.total = record.answers;
  page.next = web::cut_page(records, limit, &AnswerRecord::answer_id);
  std::vector<Uuid> persons;
  for (const auto& answer : records) persons.push_back(answer.person_id);
  auto keys = ctx.base.keys.keys(ctx.tenant, persons);
  std::unordered_map<Uuid, std::string> names;
  for (const auto& person : people::load(ctx, persons, false))
    names[person.id] = people::display_name(person);
  for (const auto& answer : records) {
    FormAnswer item{answer.answer_id, answer.at, {}, {}, (answer.flags & people::kSimulated) != 0};
    if (auto name = names.find(answer.person_id); name != names.end())
      item.person = AnswerPerson{answer.person_id, Personal(name->second)};
    for (const auto& [key, value] : open_answer(keys, answer))
      item.values[std::string(key)] = value;
    page.items.push_back(std::move(item));
  }
  trust::record_bulk_read(ctx, page.items.size(), "form", path->id);
  return page;
}

Result<net::Response> download_form_answers(Ctx& ctx, const web::Path<web::IdPath>& path) {
  VARDE_TRY(auto record, find_form(ctx, path->id));
  trust::record(ctx, trust::AuditEntry{"form.export", "form", path->id});
  net::Response response;
  response.with("Content-Type", "text/csv; charset=utf-8")
      .with("Content-Disposition", "attachment; filename=\"answers-" + record.slug + ".csv\"")
      .with("Cache-Control", "no-store");
  response.stream = trust::relayed(
      ctx.base, [&base = ctx.base, tenant = ctx.tenant, record](const trust::Write& write) {
        write_all_answers(base, tenant, record, write);
      });
  return response;
}

}  // namespace varde::outreach
