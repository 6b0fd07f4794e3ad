#include "staffing/paper/paper.hpp"

#include "crypto/aead.hpp"
#include "net/fiber.hpp"
#include "staffing/paper/portrait.hpp"
#include "staffing/paper/store_sql.hpp"
#include "trust/audit.hpp"
#include "web/resource.hpp"

namespace varde::staffing {

using trust::AuditEntry;
using trust::Ctx;
using trust::Right;

namespace {

constexpr std::size_t kMostFileBytes = 10 << 20;
constexpr std::int64_t kMostDocuments = 50;

struct PictureTime {
  Uuid person_id;
  Timestamp updated_at;
};
BOOST_DESCRIBE_STRUCT(PictureTime, (), (person_id, updated_at))
struct FileRecord {
  std::string media_type;
  std::optional<trust::Sealed<kDocument>> sealed;
};
BOOST_DESCRIBE_STRUCT(FileRecord, (), (media_type, sealed))

struct PaperPath {
  Uuid id, document;
};
BOOST_DESCRIBE_STRUCT(PaperPath, (), (id, document))
struct PaperInput {
  std::optional<Uuid> kind_id;
  web::Patch<Date> valid_from, valid_until;
  std::optional<bool> seen;  ///< That the office has looked at it.
};
BOOST_DESCRIBE_STRUCT(PaperInput, (), (kind_id, valid_from, valid_until, seen))
struct CropQuery {
  std::optional<double> x, y, size;
};
BOOST_DESCRIBE_STRUCT(CropQuery, (), (x, y, size))

// What the bytes begin with says what a file is, whatever its name says.
const char* media_type_of(std::string_view bytes) {
  if (bytes.starts_with("%PDF-")) return "application/pdf";
  if (bytes.starts_with("\xff\xd8\xff")) return "image/jpeg";
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return "image/png";
  return nullptr;
}

Error no_substitute() { return not_found("This person is not a substitute, or was erased."); }
Error no_document() { return not_found("This document does not exist any more."); }

// One at a time: a large picture takes much memory while it is read.
net::WorkPool& pictures() {
  static net::WorkPool pool(1, 16);
  return pool;
}

Result<std::string> portrait(std::string photo, const std::optional<Crop>& crop) {
  auto out = std::make_shared<Result<std::string>>(std::string());
  auto bytes = std::make_shared<std::string>(std::move(photo));
  if (!pictures().run([out, bytes, crop] { *out = make_portrait(*bytes, crop); }))
    throw db::Unavailable("too many pictures at once");
  return std::move(*out);
}

net::Response file(std::string bytes, const std::string& media_type, bool attachment) {
  net::Response response;
  response.with("Content-Type", media_type)
      .with("Content-Disposition", attachment ? "attachment" : "inline")
      .with("Cache-Control", "no-store");
  response.body = std::move(bytes);
  return response;
}

Result<void> check(const std::optional<Date>& from, const std::optional<Date>& until) {
  if (from && until && *until < *from)
    return bad_input("/valid_until", "must not be before valid_from.");
  return {};
}

void note(Ctx& ctx, const char* action, const Uuid& person) {
  trust::record(ctx, AuditEntry{action, "substitute", person, person, {}});
}

}  // namespace

std::vector<Paper> papers_of(Ctx& ctx, const Uuid& person) {
  return ctx.tx().all<Paper>(store::kDocumentOfPerson, person);
}

std::optional<PaperFile> paper_file(Ctx& ctx, const Uuid& person, const Uuid& document) {
  auto record = ctx.tx().maybe<FileRecord>(store::kDocumentFile, person, document);
  auto key = record && record->sealed ? ctx.base.keys.key(ctx.tenant, person) : std::nullopt;
  auto bytes = key ? record->sealed->open(*key, ctx.tenant, document) : std::nullopt;
  if (!bytes) return std::nullopt;
  note(ctx, "document.read", person);
  return PaperFile{std::move(*bytes), record->media_type};
}

std::optional<std::string> picture_of(Ctx& ctx, const Uuid& person) {
  auto sealed = ctx.tx().maybe<trust::Sealed<kPicture>>(store::kPictureOne, person);
  auto key = sealed ? ctx.base.keys.key(ctx.tenant, person) : std::nullopt;
  if (key) ctx.base.reads.note(ctx, {&person, 1});
  return key ? sealed->open(*key, ctx.tenant, person) : std::nullopt;
}

std::map<Uuid, Timestamp> picture_times(Ctx& ctx, const std::vector<Uuid>& persons) {
  std::map<Uuid, Timestamp> out;
  if (persons.empty()) return out;
  for (const auto& r : ctx.tx().all<PictureTime>(store::kPictureTimes, persons))
    out[r.person_id] = r.updated_at;
  return out;
}

void add_paper_hooks(trust::Base& base) {
  trust::count_quota(base, trust::Quota::file_bytes, store::kDocumentFileBytes);
}

namespace {

Result<net::Response> get_picture(Ctx& ctx, const web::Path<web::IdPath>& path) {
  auto picture = picture_of(ctx, path->id);
  if (!picture) return not_found("There is no picture of this person.");
  return file(std::move(*picture), "image/jpeg", false);
}

Result<Done> put_picture(Ctx& ctx, const web::Path<web::IdPath>& path,
                         const web::Query<CropQuery>& query, const web::Bytes& body) {
  const auto& photo = body.value;
  if (!photo) return bad_input("body", "A picture has 15 MB at most. Make it smaller, try again.");
  std::optional<Crop> crop;
  if (query->size) crop = Crop{query->x.value_or(0), query->y.value_or(0), *query->size};
  VARDE_TRY(auto picture, portrait(*photo, crop));
  VARDE_CHECK(ctx.base.quotas.take(ctx, trust::Quota::file_bytes, std::ssize(picture)));
  auto key = ctx.base.keys.key(ctx.tenant, path->id);
  if (!key) return no_substitute();
  auto sealed = trust::Sealed<kPicture>::of(*key, picture, ctx.tenant, path->id);
  if (ctx.tx().query(store::kPicturePut, ctx.tenant, path->id, sealed, now()).affected() == 0)
    return no_substitute();
  note(ctx, "picture.update", path->id);
  return Done{};
}

Result<Done> delete_picture(Ctx& ctx, const web::Path<web::IdPath>& path) {
  if (ctx.tx().query(store::kPictureDelete, path->id).affected() == 0)
    return not_found("There is no picture of this person.");
  note(ctx, "picture.delete", path->id);
  return Done{};
}

Result<web::Page<Paper>> list_documents(Ctx& ctx, const web::Path<web::IdPath>& path) {
  web::Page<Paper> page{papers_of(ctx, path->id), {}, {}};
  if (page.items.empty() && ctx.tx().query(store::kDocumentIsSubstitute, path->id).empty())
    return no_substitute();
  return page;
}

Result<web::Created<Paper>> create_document(Ctx& ctx, const web::Path<web::IdPath>& path,
                                            const web::Body<PaperInput>& in) {
  if (!in->kind_id) return bad_input("/kind_id", "is required.");
  VARDE_CHECK(check(in->valid_from.value, in->valid_until.value));
  if (ctx.tx().one<std::int64_t>(store::kDocumentCount, path->id) >= kMostDocuments)
    return conflict("A person has 50 documents at most. Remove old ones first.");
  auto id = Uuid::make();
  bool seen = in->seen.value_or(false);
  if (ctx.tx()
          .query(store::kDocumentInsert, ctx.tenant, id, path->id, *in->kind_id,
                 in->valid_from.value, in->valid_until.value,
                 seen ? std::optional(now()) : std::nullopt,
                 seen ? std::optional(ctx.actor.id) : std::nullopt, now())
          .affected() == 0)
    return not_found("This person or this kind of document does not exist any more.");
  note(ctx, "document.create", path->id);
  return web::Created<Paper>{
      *ctx.tx().maybe<Paper>(store::kDocumentOne, path->id, id),
      fmt::format("/api/v1/substitutes/{}/documents/{}", path->id.str(), id.str())};
}

Result<Paper> update_document(Ctx& ctx, const web::Path<PaperPath>& path, const web::IfMatch& match,
                              const web::Body<PaperInput>& in) {
  auto found = ctx.tx().maybe<Paper>(store::kDocumentOne, path->id, path->document);
  if (!found) return no_document();
  if (in->kind_id && *in->kind_id != found->kind_id)
    return bad_input("/kind_id", "cannot change. Remove this document, add another.");
  if (in->valid_from.present) found->valid_from = in->valid_from.value;
  if (in->valid_until.present) found->valid_until = in->valid_until.value;
  VARDE_CHECK(check(found->valid_from, found->valid_until));
  std::optional<Uuid> seen_by;
  if (in->seen) {
    if (*in->seen && !found->seen_at) seen_by = ctx.actor.id;
    found->seen_at = *in->seen ? found->seen_at.value_or(now()) : std::optional<Timestamp>();
  }
  if (ctx.tx()
          .query(store::kDocumentUpdate, path->id, path->document, match.or_current(found->version),
                 found->valid_from, found->valid_until, found->seen_at, seen_by)
          .affected() == 0)
    return web::changed_meanwhile("this document");
  note(ctx, "document.update", path->id);
  return *ctx.tx().maybe<Paper>(store::kDocumentOne, path->id, path->document);
}

Result<Done> delete_document(Ctx& ctx, const web::Path<PaperPath>& path) {
  if (ctx.tx().query(store::kDocumentDelete, path->id, path->document).affected() == 0)
    return no_document();
  note(ctx, "document.delete", path->id);
  return Done{};
}

Result<Paper> put_document_file(Ctx& ctx, const web::Path<PaperPath>& path,
                                const web::Bytes& body) {
  const auto& bytes = body.value;
  if (!bytes) return bad_input("body", "A file has 10 MB at most.");
  const auto* type = media_type_of(*bytes);
  if (type == nullptr) return bad_input("body", "The file is no PDF, JPEG or PNG.");
  VARDE_CHECK(ctx.base.quotas.take(ctx, trust::Quota::file_bytes, std::ssize(*bytes)));
  auto key = ctx.base.keys.key(ctx.tenant, path->id);
  if (!key) return no_substitute();
  auto sealed = trust::Sealed<kDocument>::of(*key, *bytes, ctx.tenant, path->document);
  if (ctx.tx()
          .query(store::kDocumentPutFile, path->id, path->document, sealed, std::string(type),
                 static_cast<int>(bytes->size()))
          .affected() == 0)
    return no_document();
  note(ctx, "document.upload", path->id);
  return *ctx.tx().maybe<Paper>(store::kDocumentOne, path->id, path->document);
}

Result<net::Response> get_document_file(Ctx& ctx, const web::Path<PaperPath>& path) {
  auto found = paper_file(ctx, path->id, path->document);
  if (!found) return not_found("There is no file of this document.");
  return file(std::move(found->bytes), found->media_type, true);
}

}  // namespace

void add_paper_routes(trust::Api& api) {
  auto read = static_cast<int>(Right::shifts_write),
       manage = static_cast<int>(Right::staffing_manage);

  api.add({"GET", "/api/v1/substitutes/{id}/picture", "getPicture", "A substitute's picture", read},
          get_picture);
  api.add({"PUT", "/api/v1/substitutes/{id}/picture", "putPicture",
           "Keeps a JPEG or PNG as a small square picture, without what the camera wrote into it",
           manage, kMostPhotoBytes},
          put_picture);
  api.add({"DELETE", "/api/v1/substitutes/{id}/picture", "deletePicture", "Removes the picture",
           manage},
          delete_picture);

  api.add({"GET", "/api/v1/substitutes/{id}/documents", "listDocuments",
           "What a substitute has shown, and until when it counts", read},
          list_documents);
  api.add({"POST", "/api/v1/substitutes/{id}/documents", "createDocument",
           "Writes down a document; its file, if it is kept, follows", manage},
          create_document);
  api.add({"PATCH", "/api/v1/substitutes/{id}/documents/{document}", "updateDocument",
           "Changes until when it counts, and whether the office has seen it", manage},
          update_document);
  api.add({"DELETE", "/api/v1/substitutes/{id}/documents/{document}", "deleteDocument",
           "Removes a document and its file", manage},
          delete_document);
  api.add({"PUT", "/api/v1/substitutes/{id}/documents/{document}/file", "putDocumentFile",
           "Keeps the file of a document (PDF, JPEG or PNG), encrypted", manage, kMostFileBytes},
          put_document_file);
  api.add({"GET", "/api/v1/substitutes/{id}/documents/{document}/file", "getDocumentFile",
           "The file of a document", manage},
          get_document_file);
}

}  // namespace varde::staffing
