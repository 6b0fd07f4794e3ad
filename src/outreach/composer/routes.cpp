#include "base/text.hpp"
#include "messaging/delivery/mailing.hpp"
#include "messaging/template/shape.hpp"
#include "outreach/composer/composer.hpp"
#include "outreach/composer/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/names.hpp"
#include "web/resource.hpp"

namespace varde::outreach {

using trust::AuditEntry;
using trust::Ctx;
using trust::Right;
namespace json = boost::json;

namespace {

constexpr std::size_t kImageLimit = 5 << 20;

struct TemplateRecord {
  Uuid template_id;
  std::string name;
  db::Json document;
  std::int64_t version = 1;
  Timestamp updated_at;
};
BOOST_DESCRIBE_STRUCT(TemplateRecord, (), (template_id, name, document, version, updated_at))
struct ImageRecord {
  std::string type;
  db::Bytes bytes;
};
BOOST_DESCRIBE_STRUCT(ImageRecord, (), (type, bytes))

struct MailTemplate {
  Uuid id;
  std::string name;
  messaging::DocumentJson document;
  Timestamp updated_at;
  std::int64_t version = 1;
};
BOOST_DESCRIBE_STRUCT(MailTemplate, (), (id, name, document, updated_at, version))
struct TemplateNew {
  web::Text<120, 1> name;
  messaging::DocumentJson document;
};
BOOST_DESCRIBE_STRUCT(TemplateNew, (), (name, document))
struct TemplateChange {
  std::optional<web::Text<120, 1>> name;
  std::optional<messaging::DocumentJson> document;
};
BOOST_DESCRIBE_STRUCT(TemplateChange, (), (name, document))
struct Image {
  Uuid id;
  std::string url;
  int width = 0, height = 0;
};
BOOST_DESCRIBE_STRUCT(Image, (), (id, url, width, height))
struct RenderRequest {
  messaging::DocumentJson document;
  std::optional<web::Text<250>> subject;
  std::optional<web::Text<200>> preheader;
  std::optional<Uuid> person_id;
};
BOOST_DESCRIBE_STRUCT(RenderRequest, (), (document, subject, preheader, person_id))
enum class Severity { error, warning };
BOOST_DESCRIBE_ENUM(Severity, error, warning)
struct RenderProblem {
  std::string pointer, message;
  Severity severity = Severity::error;
};
BOOST_DESCRIBE_STRUCT(RenderProblem, (), (pointer, message, severity))
struct Rendered {
  Personal html, text, subject;
  std::vector<RenderProblem> problems;
};
BOOST_DESCRIBE_STRUCT(Rendered, (), (html, text, subject, problems))
struct FieldList {
  std::vector<messaging::PersonalisationField> fields;
};
BOOST_DESCRIBE_STRUCT(FieldList, (), (fields))

MailTemplate view(const TemplateRecord& r) {
  return {r.template_id, r.name, json::parse(r.document.text), r.updated_at, r.version};
}
Error gone() { return not_found("This template does not exist any more."); }
Error taken() {
  return {ErrorCode::conflict,
          "A template with this name exists already.",
          {{"/name", "is taken."}},
          {},
          0};
}

Result<Rendered> render(Ctx& ctx, const messaging::Environment& environment,
                        const RenderRequest& in) {
  Rendered out;
  messaging::MailingSource source;
  source.kind = messaging::SourceKind::test;
  source.source_id = ctx.tenant;
  source.subject = in.subject ? in.subject->value : "";
  source.preheader = in.preheader ? in.preheader->value : "";
  source.document = in.document;
  auto mailing = messaging::Mailing::compile(ctx, environment, std::move(source));
  if (!mailing) {
    const auto& error = mailing.error();
    for (const auto& field : error.fields)
      out.problems.push_back({field.pointer, field.message, Severity::error});
    if (error.fields.empty()) out.problems.push_back({"/document", error.message, Severity::error});
    return out;
  }
  VARDE_TRY(auto person, messaging::person_to_show(ctx, in.person_id));
  messaging::MailScratch scratch;
  VARDE_CHECK(mailing->render(scratch, person));
  out.html = Personal(std::move(scratch.html));
  out.text = Personal(std::move(scratch.text));
  out.subject = Personal(std::move(scratch.subject));
  if (in.subject && trim(in.subject->value).empty())
    out.problems.push_back({"/subject", "The subject is missing.", Severity::warning});
  return out;
}

}  // namespace

std::optional<json::value> template_document(Ctx& ctx, const Uuid& id) {
  auto record = ctx.tx().maybe<TemplateRecord>(store::kTemplateOne, id);
  if (!record) return std::nullopt;
  return json::parse(record->document.text);
}

void add_composer_hooks(trust::Base& base) {
  trust::add_names(base, store::kTemplateNames);
  trust::count_quota(base, trust::Quota::file_bytes, store::kImageBytes);
}

namespace {

Result<web::Page<MailTemplate>> list_templates(Ctx& ctx) {
  web::Page<MailTemplate> page;
  for (const auto& r : ctx.tx().all<TemplateRecord>(store::kTemplateAll))
    page.items.push_back(view(r));
  return page;
}

Result<web::Created<MailTemplate>> create_template(Ctx& ctx, const web::Body<TemplateNew>& in) {
  TemplateRecord r{Uuid::make(), in->name.value, {json::serialize(in->document)}, 1, now()};
  if (ctx.tx()
          .query(store::kTemplateInsert, r.template_id, r.name, r.document, r.updated_at)
          .affected() == 0)
    return taken();
  record(ctx, AuditEntry{"template.create", "template", r.template_id});
  return web::Created<MailTemplate>{view(r), "/api/v1/templates/" + r.template_id.str()};
}

Result<MailTemplate> get_template(Ctx& ctx, const web::Path<web::IdPath>& path) {
  auto r = ctx.tx().maybe<TemplateRecord>(store::kTemplateOne, path->id);
  if (!r) return gone();
  return view(*r);
}

Result<MailTemplate> update_template(Ctx& ctx, const web::Path<web::IdPath>& path,
                                     const web::IfMatch& match,
                                     const web::Body<TemplateChange>& in) {
  auto r = ctx.tx().maybe<TemplateRecord>(store::kTemplateOne, path->id);
  if (!r) return gone();
  if (in->name) r->name = in->name->value;
  if (in->document) r->document.text = json::serialize(*in->document);
  r->updated_at = now();
  try {
    if (ctx.tx()
            .query(store::kTemplateUpdate, path->id, match.or_current(r->version), r->name,
                   r->document, r->updated_at)
            .affected() == 0)
      return web::changed_meanwhile("this template");
  } catch (const db::SqlError& e) {
    if (!e.is_unique_violation()) throw;
    return taken();
  }
  record(ctx, AuditEntry{"template.update", "template", path->id});
  r->version = match.or_current(r->version) + 1;
  return view(*r);
}

Result<Done> delete_template(Ctx& ctx, const web::Path<web::IdPath>& path) {
  if (ctx.tx().query(store::kTemplateDelete, path->id).affected() == 0) return gone();
  record(ctx, AuditEntry{"template.delete", "template", path->id});
  return Done{};
}

Result<web::Created<Image>> upload_image(Ctx& ctx, const web::Bytes& body) {
  VARDE_TRY(auto bytes, body.value);
  auto info = sniff_image(bytes);
  if (!info)
    return make_error(ErrorCode::unsupported,
                      "This is no PNG, JPEG, WebP or GIF, or it is beyond 10,000 pixels "
                      "a side.");
  auto clean = without_metadata(bytes);
  if (!clean)
    return make_error(ErrorCode::unsupported,
                      "This picture is damaged. Open it, save it anew, and try again.");
  VARDE_CHECK(ctx.base.quotas.take(ctx, trust::Quota::file_bytes, std::ssize(*clean)));
  auto id = Uuid::make();
  ctx.tx().later(store::kImageInsert, id, info->type, info->width, info->height,
                 db::Bytes{std::move(*clean)}, now());
  record(ctx, AuditEntry{"image.create", "image", id});
  auto url = "/i/" + ctx.tenant.str() + "/" + id.str();
  return web::Created<Image>{{id, url, info->width, info->height}, url};
}

Result<FieldList> list_personalisation_fields(Ctx& ctx) {
  return FieldList{messaging::personalisation_fields(ctx)};
}

}  // namespace

void add_composer_routes(trust::Api& api, const messaging::Environment& environment) {
  auto access = [](Right right) { return static_cast<int>(right); };

  api.add({"GET", "/api/v1/templates", "listTemplates", "Templates", access(Right::campaigns_read)},
          list_templates);
  api.add({"POST", "/api/v1/templates", "createTemplate", "Adds a template",
           access(Right::campaigns_write), 2 << 20},
          create_template);
  api.add({"GET", "/api/v1/templates/{id}", "getTemplate", "One template",
           access(Right::campaigns_read)},
          get_template);
  api.add({"PATCH", "/api/v1/templates/{id}", "updateTemplate", "Changes a template",
           access(Right::campaigns_write), 2 << 20},
          update_template);
  api.add({"DELETE", "/api/v1/templates/{id}", "deleteTemplate", "Removes a template",
           access(Right::campaigns_write)},
          delete_template);
  api.add({"POST", "/api/v1/images", "uploadImage", "Adds a picture (PNG, JPEG, WebP or GIF)",
           access(Right::campaigns_write), kImageLimit},
          upload_image);
  api.add({"POST", "/api/v1/render", "renderDocument", "What a document will look like",
           access(Right::campaigns_read), 2 << 20},
          [environment](Ctx& ctx, const web::Body<RenderRequest>& in) -> Result<Rendered> {
            return render(ctx, environment, in.value);
          });
  api.add({"GET", "/api/v1/personalisation/fields", "listPersonalisationFields",
           "The fields that texts may use", access(Right::campaigns_read)},
          list_personalisation_fields);
}

void add_composer_pages(trust::Base& base, web::Router& router) {
  router.page("GET", "/i/{tenant}/{image}",
              [&base](net::Request&, const std::vector<std::string>& captures) {
                auto tenant = Uuid::parse(captures[0]);
                auto id = Uuid::parse(captures[1]);
                std::optional<ImageRecord> found;
                if (tenant && id) {
                  Ctx ctx(base, *tenant, {trust::ActorKind::system, {}});
                  found = ctx.tx().maybe<ImageRecord>(store::kImageOne, *id);
                }
                if (!found)
                  return net::text_response(404, "text/plain", "There is no such picture.");
                auto response = net::text_response(200, found->type, std::move(found->bytes.data));
                response.with("Cache-Control", "public, max-age=31536000, immutable");
                response.with("X-Content-Type-Options", "nosniff");
                response.with("Cross-Origin-Resource-Policy", "cross-origin");
                return response;
              });
}

}  // namespace varde::outreach
