#include "base/text.hpp"
#include "people/csv/csv_reader.hpp"
#include "people/csv/sniff.hpp"
#include "people/transfer/internal.hpp"
#include "trust/audit.hpp"
#include "trust/erasure.hpp"
#include "trust/names.hpp"
#include "web/resource.hpp"

namespace varde::people {

using namespace store;
using trust::Ctx;
using trust::Right;
namespace json = boost::json;

namespace {

constexpr std::uint64_t kMaxFile = 2ULL << 30;
// How often a file that does not shrink when it is packed is stored while it is there: the table,
// the log, its archive, a backup.
constexpr double kCost = 4;
constexpr std::size_t kPiece = 1 << 20;

struct ImportColumn {
  int index = 0;
  std::string name;
  std::vector<std::string> sample;
  std::optional<std::string> suggestion;
};
BOOST_DESCRIBE_STRUCT(ImportColumn, (), (index, name, sample, suggestion))
struct ImportCounts {
  std::int64_t read = 0, created = 0, updated = 0, unchanged = 0, rejected = 0;
};
BOOST_DESCRIBE_STRUCT(ImportCounts, (), (read, created, updated, unchanged, rejected))
struct Import {
  Uuid id;
  std::string filename;
  ImportState state = ImportState::uploaded;
  std::int64_t bytes = 0;
  std::string encoding, delimiter;
  bool header = true;
  std::vector<ImportColumn> columns;
  std::optional<std::vector<ImportMapping>> mapping;
  std::optional<ImportOptions> options;
  ImportCounts counts;
  double progress = 0;
  Timestamp created_at;
  std::optional<Timestamp> finished_at;
  std::optional<std::string> error;
};
BOOST_DESCRIBE_STRUCT(Import, (),
                      (id, filename, state, bytes, encoding, delimiter, header, columns, mapping,
                       options, counts, progress, created_at, finished_at, error))

struct UploadQuery {
  web::Text<200, 1> filename;
};
BOOST_DESCRIBE_STRUCT(UploadQuery, (), (filename))
struct PreviewQuery {
  std::optional<int> rows;
  std::optional<web::Text<40>> encoding;
  std::optional<std::string> delimiter;
  std::optional<bool> header;
  std::optional<std::string> mapping;  // "email,first_name,ignore": to show problems under it
};
BOOST_DESCRIBE_STRUCT(PreviewQuery, (), (rows, encoding, delimiter, header, mapping))
struct CellProblem {
  int column = 0;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(CellProblem, (), (column, message))
struct PreviewRow {
  std::int64_t line = 0;
  std::vector<std::string> cells;
  std::vector<CellProblem> problems;
};
BOOST_DESCRIBE_STRUCT(PreviewRow, (), (line, cells, problems))
struct ImportPreview {
  std::string encoding, delimiter;
  bool header = true;
  std::vector<ImportColumn> columns;
  std::vector<PreviewRow> rows;
};
BOOST_DESCRIBE_STRUCT(ImportPreview, (), (encoding, delimiter, header, columns, rows))
struct ImportStart {
  web::Text<40, 1> encoding;
  std::string delimiter;  // one character, which may be a tab: kept as it comes
  bool header = true;
  std::vector<ImportMapping> mapping;
  ImportOptions options;
};
BOOST_DESCRIBE_STRUCT(ImportStart, (), (encoding, delimiter, header, mapping, options))
enum class ExportFormat { csv = 1, json = 2 };
BOOST_DESCRIBE_ENUM(ExportFormat, csv, json)
enum class ExportState { queued = 1, running = 2, done = 3, failed = 4, expired = 5 };
BOOST_DESCRIBE_ENUM(ExportState, queued, running, done, failed, expired)
enum class ExportWhat { persons };
BOOST_DESCRIBE_ENUM(ExportWhat, persons)
struct ExportNew {
  ExportWhat what = ExportWhat::persons;
  ExportFormat format = ExportFormat::csv;
  std::optional<Uuid> segment_id, list_id;
};
BOOST_DESCRIBE_STRUCT(ExportNew, (), (what, format, segment_id, list_id))
struct Export {
  Uuid id;
  ExportState state = ExportState::queued;
  ExportFormat format = ExportFormat::csv;
  std::int64_t rows = 0;
  Timestamp created_at;
  std::optional<Timestamp> finished_at;
  std::optional<std::string> error;
};
BOOST_DESCRIBE_STRUCT(Export, (), (id, state, format, rows, created_at, finished_at, error))

// The first piece of a file, decrypted; empty when it is gone.
std::string first_piece(Ctx& ctx, const Uuid& id) {
  auto key = ctx.base.keys.key(ctx.tenant, id);
  auto pieces = ctx.tx().all<PieceRecord>(kPieces, id, 1, std::int64_t{0});
  if (!key || pieces.empty()) return "";
  return open_piece(*key, id, 0, pieces.front().sealed.data).value_or("");
}

// Rows of the beginning of a file. The last one may be cut off where the piece ends and is left
// out.
std::vector<PreviewRow> head_rows(const std::string& head, const std::string& encoding,
                                  char delimiter, std::size_t most) {
  std::vector<PreviewRow> out;
  auto converter = csv::Utf8Converter::create(encoding);
  if (!converter) return out;
  std::string text;
  converter->convert(std::string_view(head).substr(0, 256 * 1024), false, text);
  csv::Reader reader(delimiter, [&](const csv::Row& row) {
    if (out.size() >= most) return;
    PreviewRow line{static_cast<std::int64_t>(row.line), {}, {}};
    for (auto field : row.fields) line.cells.emplace_back(utf8_prefix(field, 200));
    if (row.problem != nullptr) line.problems.push_back({0, row.problem});
    out.push_back(std::move(line));
  });
  reader.push(text);
  if (head.size() < 256 * 1024) reader.finish();
  return out;
}

std::vector<ImportColumn> columns_of(Ctx& ctx, const std::vector<PreviewRow>& rows, bool header) {
  std::vector<ImportColumn> out;
  auto known = attributes(ctx);
  std::size_t width = 0;
  for (const auto& row : rows) width = std::max(width, row.cells.size());
  for (std::size_t i = 0; i < width; ++i) {
    ImportColumn column{static_cast<int>(i), "", {}, {}};
    bool named = header && !rows.empty() && i < rows[0].cells.size() && !rows[0].cells[i].empty();
    column.name = named ? rows[0].cells[i] : fmt::format("Column {}", i + 1);
    for (std::size_t r = header ? 1 : 0; r < rows.size() && column.sample.size() < 3; ++r)
      if (i < rows[r].cells.size() && !rows[r].cells[i].empty())
        column.sample.push_back(rows[r].cells[i]);
    auto target = named ? suggest_target(column.name, known) : "";
    if (target.empty() && !column.sample.empty() &&
        std::ranges::all_of(column.sample,
                            [](const auto& text) { return normalise_email(text).has_value(); }))
      target = "email";
    if (!target.empty()) column.suggestion = target;
    out.push_back(std::move(column));
  }
  return out;
}

Import view(Ctx& ctx, const ImportRecord& record, bool with_columns) {
  Import out;
  out.id = record.import_id;
  out.filename = record.filename;
  out.state = record.state;
  out.bytes = record.bytes;
  out.encoding = record.encoding;
  out.delimiter = record.delimiter;
  out.header = record.header;
  out.counts = {record.read, record.created, record.updated, record.unchanged, record.rejected};
  out.progress =
      record.state == ImportState::done ? 1.0
      : record.bytes > 0
          ? std::min(1.0, static_cast<double>(record.position) / static_cast<double>(record.bytes))
          : 0.0;
  out.created_at = record.created_at;
  out.finished_at = record.finished_at;
  if (!record.error.empty()) out.error = record.error;
  if (auto settings = read_settings(record)) {
    out.mapping = settings->mapping;
    out.options = settings->options;
  }
  if (with_columns && record.state == ImportState::uploaded)
    out.columns = columns_of(ctx,
                             head_rows(first_piece(ctx, record.import_id), record.encoding,
                                       record.delimiter.empty() ? ',' : record.delimiter[0], 20),
                             record.header);
  return out;
}

Result<ImportRecord> find_import(Ctx& ctx, const Uuid& id, bool lock = false) {
  auto record = ctx.tx().maybe<ImportRecord>(lock ? kImportLocked : kImport, id);
  if (!record || record->state == ImportState::uploading)
    return not_found("This import does not exist.");
  return *record;
}

// Takes the body as it comes, a megabyte at a time; nothing of it is ever stored readable.
Result<web::Created<Import>> upload(Ctx& ctx, const std::string& filename, net::Request& request) {
  if (request.body->declared_size().value_or(0) > kMaxFile)
    return make_error(ErrorCode::too_large, "Files of up to 2 GB can be imported. Split this one.");
  // Said before anything is sent, where the length is.
  auto declared = static_cast<std::int64_t>(request.body->declared_size().value_or(1));
  VARDE_CHECK(ctx.base.room.demand(declared, kCost));
  auto& quotas = ctx.base.quotas;
  if (quotas.room(ctx, trust::Quota::file_bytes, declared) < declared)
    return conflict(quotas.sentence(ctx, trust::Quota::file_bytes), "quota-used-up");
  auto id = Uuid::make();
  auto key = ctx.base.keys.create_keys(ctx.tenant, {&id, 1}).front();
  ctx.tx().later(kInsertImport, ctx.tenant, id, filename, ImportState::uploading, ctx.actor.id,
                 now());
  ctx.commit();
  std::string head, piece;
  std::uint64_t total = 0;
  std::int64_t number = 0;
  auto give_up = [&](Error error) -> Result<web::Created<Import>> {
    ctx.rollback();
    ctx.tx().later(kDeleteImport, id);
    ctx.commit();
    ctx.base.keys.destroy_keys(ctx.tenant, {&id, 1});
    return error;
  };
  auto flush = [&]() -> Result<void> {
    if (piece.empty()) return {};
    Ctx write(ctx.base, ctx.tenant, ctx.actor);
    VARDE_CHECK(quotas.take(write, trust::Quota::file_bytes, std::ssize(piece)));
    write.tx().insert_many("import_piece",
                           std::vector<PieceRecord>{
                               {ctx.tenant, id, 1, number, {seal_piece(key, id, number, piece)}}});
    write.commit();
    ++number;
    piece.clear();
    return {};
  };
  while (true) {
    auto more = request.body->read_some(kPiece - piece.size());
    if (!more) return give_up(more.error());
    if (more->empty()) break;
    total += more->size();
    if (total > kMaxFile)
      return give_up(
          make_error(ErrorCode::too_large, "Files of up to 2 GB can be imported. Split this one."));
    if (head.size() < 64 * 1024) head += more->substr(0, 64 * 1024 - head.size());
    piece += *more;
    if (piece.size() < kPiece) continue;
    if (auto kept = flush(); !kept) return give_up(kept.error());
  }
  if (auto kept = flush(); !kept) return give_up(kept.error());
  if (total == 0) return give_up(make_error(ErrorCode::bad_input, "The file is empty."));
  if (head.starts_with("PK\x03\x04"))
    return give_up(make_error(ErrorCode::unsupported,
                              "This is an Excel workbook or a zip file. Save it as CSV first."));
  auto sniffed = csv::sniff(head);
  ctx.tx().later(kUploaded, id, static_cast<std::int64_t>(total), sniffed.encoding,
                 std::string(1, sniffed.delimiter), sniffed.has_header, ImportState::uploaded);
  trust::record(ctx, trust::AuditEntry{"import.upload", "import", id});
  VARDE_TRY(auto record, find_import(ctx, id));
  return web::Created<Import>{view(ctx, record, true), "/api/v1/imports/" + id.str()};
}

// A streamed download of sealed pieces.
template <class Fetch>
net::Response download(Ctx& ctx, const std::string& type, const std::string& filename,
                       Fetch fetch) {
  net::Response response;
  response.with("Content-Type", type);
  response.with("Content-Disposition", "attachment; filename=\"" + filename + "\"");
  response.with("Cache-Control", "no-store");
  response.stream = [&base = ctx.base, tenant = ctx.tenant, fetch](net::BodyWriter& out) {
    for (std::int64_t next = 0;;) {
      auto tx = base.database.tenant(tenant);
      auto pieces = fetch(tx, next);
      tx.commit();
      if (pieces.empty()) return;
      for (const auto& text : pieces)
        if (!out.write(text)) return;
    }
  };
  return response;
}

}  // namespace

namespace {

constexpr auto kExportKept = std::chrono::hours(72);
constexpr auto kUploadKept = std::chrono::hours(7 * 24);
constexpr auto kRejectsKept = std::chrono::hours(30 * 24);
constexpr db::Sql kTenants{"transfer.tenants", "SELECT tenant_id FROM tenant"};

// Takes files back: nobody can read them any more, in no backup either.
void take_back(Ctx& ctx, const std::vector<Uuid>& exports, const std::string& why) {
  if (exports.empty()) return;
  ctx.tx().later(kVoidExports, exports, ExportState::expired, why);
  ctx.tx().later(kClearExports, exports);
  trust::destroy_keys(ctx, exports);
}

Result<jobs::Outcome> sweep_files(trust::Base& base) {
  std::vector<Uuid> tenants;
  {
    auto tx = base.database.system();
    tenants = tx.all<Uuid>(kTenants);
  }
  for (const auto& tenant : tenants) {
    Ctx ctx(base, tenant, {});
    take_back(ctx, ctx.tx().all<Uuid>(kOldExports, now() - kExportKept),
              "The file was kept for three days. Make it anew.");
    auto imports = ctx.tx().all<Uuid>(kOldImports, now() - kUploadKept, now() - kRejectsKept);
    if (!imports.empty()) {
      ctx.tx().later(kClearImports, imports);
      trust::destroy_keys(ctx, imports);
    }
    ctx.commit();
  }
  return jobs::Outcome::done();
}

}  // namespace

void add_transfer_hooks(trust::Base& base) {
  trust::add_names(base, kImportNames);
  trust::count_quota(base, trust::Quota::file_bytes, kFileBytes);
  base.extensions.add(EraseHook{[](Ctx& ctx, const std::vector<Uuid>& ids) {
    take_back(ctx, ctx.tx().all<Uuid>(kExportsOf, ids),
              "Somebody who was in the file has been erased. Make it anew.");
  }});
}

void add_transfer_routes(trust::Api& api) {
  auto access = [](Right right) { return static_cast<int>(right); };

  api.add({"POST", "/api/v1/imports", "uploadImport", "Uploads a CSV file; nothing is imported yet",
           access(Right::persons_write)},
          [](Ctx& ctx, const web::Query<UploadQuery>& query,
             const web::RawBody& body) -> Result<web::Created<Import>> {
            return upload(ctx, query->filename.value, *body.request);
          });
  api.add({"GET", "/api/v1/imports", "listImports", "Imports, newest first",
           access(Right::persons_read)},
          [](Ctx& ctx) -> Result<web::Page<Import>> {
            web::Page<Import> page;
            for (auto& record : ctx.tx().all<ImportRecord>(kImports))
              if (record.state != ImportState::uploading)
                page.items.push_back(view(ctx, record, false));
            return page;
          });
  api.add({"GET", "/api/v1/imports/{id}", "getImport", "One import and how far it is",
           access(Right::persons_read)},
          [](Ctx& ctx, const web::Path<web::IdPath>& path) -> Result<Import> {
            VARDE_TRY(auto record, find_import(ctx, path->id));
            return view(ctx, record, true);
          });
  api.add(
      {"GET", "/api/v1/imports/{id}/preview", "previewImport",
       "The first rows under given settings, with what would be wrong",
       access(Right::persons_read)},
      [](Ctx& ctx, const web::Path<web::IdPath>& path,
         const web::Query<PreviewQuery>& query) -> Result<ImportPreview> {
        VARDE_TRY(auto record, find_import(ctx, path->id));
        ImportPreview out;
        out.encoding = query->encoding && !query->encoding->value.empty() ? query->encoding->value
                                                                          : record.encoding;
        out.delimiter = query->delimiter && query->delimiter->size() == 1 ? *query->delimiter
                                                                          : record.delimiter;
        out.header = query->header.value_or(record.header);
        auto converter = csv::Utf8Converter::create(out.encoding);
        if (!converter)
          return bad_input("query/encoding", "is not an encoding that is known here.");
        auto rows = head_rows(first_piece(ctx, path->id), out.encoding, out.delimiter[0], 200);
        out.columns = columns_of(ctx, rows, out.header);
        std::vector<std::string> targets;
        if (query->mapping) {
          for (auto part : split(*query->mapping, ',')) targets.emplace_back(part);
        } else {
          for (const auto& column : out.columns)
            targets.push_back(column.suggestion.value_or("ignore"));
        }
        RowReader reader(ctx, targets, {});
        auto most = static_cast<std::size_t>(std::clamp(query->rows.value_or(20), 1, 100));
        for (std::size_t i = out.header ? 1 : 0; i < rows.size() && out.rows.size() < most; ++i) {
          auto& row = rows[i];
          std::vector<std::string_view> cells(row.cells.begin(), row.cells.end());
          PersonChange change;
          std::vector<std::string> tags;
          if (row.problems.empty())
            if (auto problem = reader.read(cells, change, tags)) {
              auto at = std::ranges::find(targets, problem->pointer);
              row.problems.push_back(
                  {at == targets.end() ? 0 : static_cast<int>(at - targets.begin()),
                   problem->message});
            }
          out.rows.push_back(std::move(row));
        }
        return out;
      });
  api.add({"POST", "/api/v1/imports/{id}/start", "startImport",
           "Starts the import in the background", access(Right::persons_write)},
          [](Ctx& ctx, const web::Path<web::IdPath>& path,
             const web::Body<ImportStart>& in) -> Result<Import> {
            VARDE_TRY(auto record, find_import(ctx, path->id, true));
            if (record.state != ImportState::uploaded)
              return conflict("This import was started already.", "import-started");
            if (!csv::Utf8Converter::create(in->encoding.value))
              return bad_input("/encoding", "is not an encoding that is known here.");
            if (in->delimiter.size() != 1 || static_cast<unsigned char>(in->delimiter[0]) >= 0x80 ||
                std::string_view("\"\r\n\0", 4).find(in->delimiter[0]) != std::string_view::npos)
              return bad_input("/delimiter",
                               "must be one character: a comma, a semicolon, a tab, a bar.");
            auto known = attributes(ctx);
            static const std::set<std::string> kTargets = {"email",     "phone",    "first_name",
                                                           "last_name", "language", "time_zone",
                                                           "tags",      "ignore"};
            std::set<std::string> used;
            bool identifies = false;
            for (std::size_t i = 0; i < in->mapping.size(); ++i) {
              const auto& entry = in->mapping[i];
              const auto& target = entry.target.value;
              auto at = fmt::format("/mapping/{}", i);
              if (entry.column < 0 || entry.column > 999)
                return bad_input(at + "/column", "is not a column of the file.");
              bool attribute = target.starts_with("attribute:") &&
                               std::ranges::any_of(known, [&](const Attribute& a) {
                                 return a.key == target.substr(10);
                               });
              if (!kTargets.contains(target) && !attribute)
                return bad_input(at + "/target", "is not a field of a person.");
              if (target != "ignore" && target != "tags" && !used.insert(target).second)
                return bad_input(at + "/target", "is mapped from two columns.");
              identifies = identifies || target == "email" || target == "phone" ||
                           target == "first_name" || target == "last_name";
            }
            if (!identifies)
              return bad_input("/mapping", "Map at least one column to e-mail, phone or a name.");
            if (in->options.list_id && !find_list(ctx, *in->options.list_id))
              return bad_input("/options/list_id", "This list does not exist any more.");
            if (in->options.purpose_id && !in->options.consent_source)
              return bad_input(
                  "/options/consent_source",
                  "Say where these consents were given, for example: paper form, spring 2026.");
            ImportSettings settings{in->mapping, in->options, ctx.actor.id};
            ctx.tx().later(kStart, path->id, in->encoding.value, in->delimiter, in->header,
                           db::Json{json::serialize(web::write(settings))}, ImportState::queued);
            jobs::enqueue(ctx.tx(),
                          {.kind = "people.import",
                           .tenant_id = ctx.tenant,
                           .payload = json::serialize(json::object{{"import_id", path->id.str()}}),
                           .unique_key = "import:" + path->id.str()});
            trust::record(ctx, trust::AuditEntry{"import.start", "import", path->id});
            VARDE_TRY(record, find_import(ctx, path->id));
            return view(ctx, record, false);
          });
  api.add({"POST", "/api/v1/imports/{id}/cancel", "cancelImport",
           "Stops the import; rows that were imported stay", access(Right::persons_write)},
          [](Ctx& ctx, const web::Path<web::IdPath>& path) -> Result<Import> {
            VARDE_TRY(auto record, find_import(ctx, path->id, true));
            if (record.state == ImportState::done || record.state == ImportState::failed)
              return conflict("This import has ended already.", "import-ended");
            ctx.tx().later(kFinish, path->id, ImportState::cancelled, std::string(), now());
            ctx.tx().later(kDeletePieces, path->id, 1);
            if (record.rejected == 0) trust::destroy_keys(ctx, {path->id});
            trust::record(ctx, trust::AuditEntry{"import.cancel", "import", path->id});
            VARDE_TRY(record, find_import(ctx, path->id));
            return view(ctx, record, false);
          });
  api.add({"GET", "/api/v1/imports/{id}/rejects", "downloadImportRejects",
           "The rows that were not imported, with line and reason, as CSV",
           access(Right::persons_write)},
          [](Ctx& ctx, const web::Path<web::IdPath>& path) -> Result<net::Response> {
            VARDE_TRY(auto record, find_import(ctx, path->id));
            auto key = ctx.base.keys.key(ctx.tenant, path->id);
            if (record.rejected == 0 || !key)
              return not_found("No row of this import was rejected.");
            auto delimiter = record.delimiter.empty() ? ',' : record.delimiter[0];
            return download(
                ctx, "text/csv; charset=utf-8", "rejected-" + path->id.str() + ".csv",
                [key = *key, id = path->id, delimiter](db::Tx& tx, std::int64_t& next) {
                  std::vector<std::string> out;
                  if (next == 0)
                    out.push_back(fmt::format("\xEF\xBB\xBFline{0}reason\r\n", delimiter));
                  for (auto& piece : tx.all<PieceRecord>(kPieces, id, 2, next)) {
                    out.push_back(
                        crypto::open(key, piece.sealed.data, piece_context(id, 2, piece.number))
                            .value_or(""));
                    next = piece.number + 1;
                  }
                  if (out.size() == 1 && next == 0) next = 1;
                  return out;
                });
          });

  api.add(
      web::fresh({"POST", "/api/v1/exports", "createExport",
                  "Writes persons into a file in the background", access(Right::persons_export)}),
      [](Ctx& ctx, const web::Body<ExportNew>& in) -> Result<web::Created<Export>> {
        VARDE_CHECK(ctx.base.room.demand(1));
        auto id = Uuid::make();
        ctx.base.keys.create_keys(ctx.tenant, {&id, 1});
        json::object settings;
        if (in->segment_id) settings["segment_id"] = in->segment_id->str();
        if (in->list_id) settings["list_id"] = in->list_id->str();
        ctx.tx().later(kInsertExport, ctx.tenant, id, in->format,
                       db::Json{json::serialize(settings)}, ctx.actor.id, now());
        jobs::enqueue(ctx.tx(),
                      {.kind = "people.export",
                       .tenant_id = ctx.tenant,
                       .payload = json::serialize(json::object{{"export_id", id.str()}})});
        trust::record(ctx, trust::AuditEntry{"persons.export", "export", id});
        return web::Created<Export>{{id, ExportState::queued, in->format, 0, now(), {}, {}},
                                    "/api/v1/exports/" + id.str()};
      });
  auto view_export = [](const ExportRecord& record) {
    return Export{record.export_id,
                  static_cast<ExportState>(record.state),
                  static_cast<ExportFormat>(record.format),
                  record.rows,
                  record.created_at,
                  record.finished_at,
                  record.error.empty() ? std::nullopt : std::optional(record.error)};
  };
  api.add({"GET", "/api/v1/exports", "listExports", "Exports, newest first",
           access(Right::persons_export)},
          [view_export](Ctx& ctx) -> Result<web::Page<Export>> {
            web::Page<Export> page;
            for (auto& record : ctx.tx().all<ExportRecord>(kExports))
              page.items.push_back(view_export(record));
            return page;
          });
  api.add({"GET", "/api/v1/exports/{id}", "getExport", "One export", access(Right::persons_export)},
          [view_export](Ctx& ctx, const web::Path<web::IdPath>& path) -> Result<Export> {
            auto record = ctx.tx().maybe<ExportRecord>(kExport, path->id);
            if (!record) return not_found("This export does not exist.");
            return view_export(*record);
          });
  api.add({"GET", "/api/v1/exports/{id}/file", "downloadExport", "The file",
           access(Right::persons_export)},
          [](Ctx& ctx, const web::Path<web::IdPath>& path) -> Result<net::Response> {
            auto record = ctx.tx().maybe<ExportRecord>(kExport, path->id);
            auto key = ctx.base.keys.key(ctx.tenant, path->id);
            if (!record || record->state != 3 || !key)
              return not_found("This export does not exist, or is not ready yet.");
            trust::record(ctx, trust::AuditEntry{"persons.download", "export", path->id});
            bool csv = record->format == 1;
            return download(
                ctx, csv ? "text/csv; charset=utf-8" : "application/json",
                fmt::format("persons-{}.{}", path->id.str(), csv ? "csv" : "json"),
                [key = *key, id = path->id](db::Tx& tx, std::int64_t& next) {
                  std::vector<std::string> out;
                  for (auto& piece : tx.all<ExportPieceRecord>(kExportPieces, id, next)) {
                    out.push_back(
                        crypto::open(key, piece.sealed.data, piece_context(id, 3, piece.number))
                            .value_or(""));
                    next = piece.number + 1;
                  }
                  return out;
                });
          });
}

namespace {
Uuid id_in(const jobs::Job& job, const char* name) {
  auto payload = json::parse(job.payload.text);
  return Uuid::parse(std::string_view(payload.at(name).as_string())).value_or(Uuid());
}
}  // namespace

void add_transfer_jobs(trust::Base& base, jobs::Workers& workers) {
  workers.handle("people.import", [&base](const jobs::Job& job) { return run_import(base, job); });
  workers.handle("people.export", [&base](const jobs::Job& job) { return run_export(base, job); });
  workers.when_given_up("people.import", [&base](const jobs::Job& job, const std::string&) {
    Ctx ctx(base, *job.tenant_id, {});
    auto id = id_in(job, "import_id");
    ctx.tx().later(kGiveUpImport, id, ImportState::failed, std::string(jobs::kGivenUp), now());
    ctx.commit();
  });
  workers.when_given_up("people.export", [&base](const jobs::Job& job, const std::string&) {
    Ctx ctx(base, *job.tenant_id, {});
    auto id = id_in(job, "export_id");
    ctx.tx().later(kExportState, id, ExportState::failed, std::int64_t{0},
                   std::string(jobs::kGivenUp), std::optional(now()));
    ctx.commit();
  });
  workers.handle("people.sweep_files", [&base](const jobs::Job&) { return sweep_files(base); });
  workers.schedule({"people.sweep_files", std::chrono::hours(6)});
}

}  // namespace varde::people
