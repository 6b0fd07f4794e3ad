// Files that are handed out: rows of an import with what is wrong with them, and exports.
#include "base/text.hpp"
#include "people/transfer/api.hpp"
#include "people/transfer/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/erasure.hpp"
#include "web/resource.hpp"

namespace varde::people {

using namespace store;
using trust::Ctx;
namespace json = boost::json;

namespace {

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

// Rows with a warning that can still be read: whoever was erased meanwhile took theirs along.
std::string readable_rows(trust::Base& base, const Uuid& tenant, const Uuid& id,
                          std::string_view piece) {
  auto rows = unpack_rows(piece);
  std::vector<Uuid> persons;
  for (const auto& row : rows) persons.push_back(row.person);
  auto keys = base.keys.keys(tenant, persons, false);
  std::string out;
  for (const auto& row : rows) {
    if (row.person.is_nil()) {
      out += row.sealed;
    } else if (auto key = keys.find(row.person); key != keys.end()) {
      out += crypto::open(key->second, row.sealed, warned_row_context(id, row.person)).value_or("");
    }
  }
  return out;
}

// Rejected rows, or those with a warning: each behind its line and the reason.
Result<net::Response> rows_with_reasons(Ctx& ctx, const Uuid& id, PieceKind kind) {
  VARDE_TRY(auto record, find_import(ctx, id));
  auto key = ctx.base.keys.key(ctx.tenant, id);
  bool rejects = kind == PieceKind::rejects;
  if ((rejects ? record.rejected : record.warned) == 0 || !key)
    return not_found(rejects ? "No row of this import was rejected."
                             : "Nothing was left out of a row of this import.");
  return download(
      ctx, "text/csv; charset=utf-8", (rejects ? "rejected-" : "warnings-") + id.str() + ".csv",
      [&base = ctx.base, tenant = ctx.tenant, key = *key, id, kind, rejects,
       delimiter = record.separator()](db::Tx& tx, std::int64_t& next) {
        auto opened = [&](const PieceRecord& piece) {
          return crypto::open(key, piece.sealed.data, piece_context(id, piece.kind, piece.number))
              .value_or("");
        };
        std::vector<std::string> out;
        if (next == 0) {
          auto head = tx.maybe<PieceRecord>(kImportPiece, id, PieceKind::head, std::int64_t{0});
          out.push_back("\xEF\xBB\xBF" +
                        (head ? opened(*head) : fmt::format("line{}reason\r\n", delimiter)));
        }
        for (auto& piece : tx.all<PieceRecord>(kImportPieces, id, kind, next)) {
          out.push_back(rejects ? opened(piece) : readable_rows(base, tenant, id, opened(piece)));
          next = piece.number + 1;
        }
        if (out.size() == 1 && next == 0) next = 1;
        return out;
      });
}

Export view_export(const ExportRecord& record) {
  return {record.export_id,
          static_cast<ExportState>(record.state),
          static_cast<ExportFormat>(record.format),
          record.rows,
          record.created_at,
          record.finished_at,
          record.error.empty() ? std::nullopt : std::optional(record.error)};
}

}  // namespace

Result<net::Response> download_import_rejects(Ctx& ctx, const web::Path<web::IdPath>& path) {
  return rows_with_reasons(ctx, path->id, PieceKind::rejects);
}

Result<net::Response> download_import_warnings(Ctx& ctx, const web::Path<web::IdPath>& path) {
  return rows_with_reasons(ctx, path->id, PieceKind::warnings);
}

Result<web::Created<Export>> create_export(Ctx& ctx, const web::Body<ExportNew>& in) {
  VARDE_CHECK(ctx.base.room.demand(1));
  auto id = Uuid::make();
  ctx.base.keys.create_keys(ctx.tenant, {&id, 1});
  json::object settings;
  if (in->segment_id) settings["segment_id"] = in->segment_id->str();
  if (in->list_id) settings["list_id"] = in->list_id->str();
  ctx.tx().later(kExportInsert, id, in->format, db::Json{json::serialize(settings)}, ctx.actor.id,
                 now());
  jobs::enqueue(ctx.tx(), {.kind = "people.export",
                           .tenant_id = ctx.tenant,
                           .payload = json::serialize(json::object{{"export_id", id.str()}})});
  trust::record(ctx, trust::AuditEntry{"persons.export", "export", id});
  return web::Created<Export>{{id, ExportState::queued, in->format, 0, now(), {}, {}},
                              "/api/v1/exports/" + id.str()};
}

Result<net::Response> download_export(Ctx& ctx, const web::Path<web::IdPath>& path) {
  auto record = ctx.tx().maybe<ExportRecord>(kExportOne, path->id);
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
          out.push_back(crypto::open(key, piece.sealed.data, piece_context(id, 3, piece.number))
                            .value_or(""));
          next = piece.number + 1;
        }
        return out;
      });
}

Result<web::Page<Export>> list_exports(Ctx& ctx) {
  web::Page<Export> page;
  for (auto& record : ctx.tx().all<ExportRecord>(kExportAll))
    page.items.push_back(view_export(record));
  return page;
}

Result<Export> get_export(Ctx& ctx, const web::Path<web::IdPath>& path) {
  auto record = ctx.tx().maybe<ExportRecord>(kExportOne, path->id);
  if (!record) return not_found("This export does not exist.");
  return view_export(*record);
}

}  // namespace varde::people
