// What goes over the wire of imports and exports; only for this folder.
#pragma once

#include "people/transfer/internal.hpp"
#include "people/transfer/transfer.hpp"
#include "web/resource.hpp"

namespace varde::people {

struct ImportColumn {
  int index = 0;
  std::string name;
  std::vector<std::string> sample;
  std::optional<std::string> suggestion;
};
BOOST_DESCRIBE_STRUCT(ImportColumn, (), (index, name, sample, suggestion))
struct ImportCounts {
  std::int64_t read = 0, created = 0, updated = 0, unchanged = 0, rejected = 0;
  std::int64_t warned = 0;  ///< Of those that were taken: a cell was left out.
};
BOOST_DESCRIBE_STRUCT(ImportCounts, (), (read, created, updated, unchanged, rejected, warned))
struct Import {
  Uuid id;
  std::string filename;
  ImportState state = ImportState::uploaded;
  std::int64_t bytes = 0;
  std::string encoding, delimiter;
  bool header = true;
  std::vector<std::string> sheets;   ///< Of a workbook, those that can be seen.
  std::optional<std::string> sheet;  ///< The one whose rows these are.
  std::int64_t title_lines = 0;      ///< Lines above the header, which are left out.
  std::vector<ImportColumn> columns;
  std::optional<std::vector<ImportMapping>> mapping;
  std::optional<ImportOptions> options;
  ImportCounts counts;
  std::vector<ImportReason> reasons;
  double progress = 0;
  Timestamp created_at;
  std::optional<Timestamp> finished_at;
  std::optional<std::string> error;
};
BOOST_DESCRIBE_STRUCT(Import, (),
                      (id, filename, state, bytes, encoding, delimiter, header, sheets, sheet,
                       title_lines, columns, mapping, options, counts, reasons, progress,
                       created_at, finished_at, error))

struct UploadQuery {
  web::Text<200, 1> filename;
};
BOOST_DESCRIBE_STRUCT(UploadQuery, (), (filename))
struct PreviewQuery {
  std::optional<int> rows;
  std::optional<web::Text<40>> encoding;
  std::optional<std::string> delimiter;
  std::optional<bool> header;
  std::optional<int> title_lines;      // above the header; found out when it is not said
  std::optional<std::string> mapping;  // "email,first_name,ignore": to show problems under it
  std::optional<Uuid> purpose_id;      // what all of them consented to: more is a problem then
};
BOOST_DESCRIBE_STRUCT(PreviewQuery, (),
                      (rows, encoding, delimiter, header, title_lines, mapping, purpose_id))
struct SheetChoice {
  web::Text<100, 1> sheet;
};
BOOST_DESCRIBE_STRUCT(SheetChoice, (), (sheet))
struct CellProblem {
  int column = 0;  ///< -1: it is about the whole row.
  std::string message;
  bool warning = false;  ///< The row is taken without this cell; otherwise it is rejected.
};
BOOST_DESCRIBE_STRUCT(CellProblem, (), (column, message, warning))
struct PreviewRow {
  std::int64_t line = 0;
  std::vector<std::string> cells;
  std::vector<CellProblem> problems;
};
BOOST_DESCRIBE_STRUCT(PreviewRow, (), (line, cells, problems))
struct ImportPreview {
  std::string encoding, delimiter;
  bool header = true;
  std::int64_t title_lines = 0;
  std::vector<ImportColumn> columns;
  std::vector<PreviewRow> rows;
};
BOOST_DESCRIBE_STRUCT(ImportPreview, (), (encoding, delimiter, header, title_lines, columns, rows))
struct ImportStart {
  web::Text<40, 1> encoding;
  std::string delimiter;  // one character, which may be a tab: kept as it comes
  bool header = true;
  std::optional<int> title_lines;
  std::vector<ImportMapping> mapping;
  ImportOptions options;
};
BOOST_DESCRIBE_STRUCT(ImportStart, (), (encoding, delimiter, header, title_lines, mapping, options))
enum class ExportFormat { csv = 1, json = 2 };
BOOST_DESCRIBE_ENUM(ExportFormat, csv, json)
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

constexpr int kMostTitleLines = 1000;

/// An import that was uploaded. Errors: not_found.
Result<store::ImportRecord> find_import(trust::Ctx& ctx, const Uuid& id, bool lock = false);

// The operations, as routes.cpp lists them.
Result<web::Created<Import>> upload_import(trust::Ctx& ctx, const web::Query<UploadQuery>& query,
                                           const web::RawBody& body);
Result<web::Page<Import>> list_imports(trust::Ctx& ctx);
Result<Import> get_import(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<ImportPreview> preview_import(trust::Ctx& ctx, const web::Path<web::IdPath>& path,
                                     const web::Query<PreviewQuery>& query);
Result<Import> choose_import_sheet(trust::Ctx& ctx, const web::Path<web::IdPath>& path,
                                   const web::Body<SheetChoice>& in);
Result<Import> start_import(trust::Ctx& ctx, const web::Path<web::IdPath>& path,
                            const web::Body<ImportStart>& in);
Result<Import> cancel_import(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<net::Response> download_import_rejects(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<net::Response> download_import_warnings(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<web::Created<Export>> create_export(trust::Ctx& ctx, const web::Body<ExportNew>& in);
Result<net::Response> download_export(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<web::Page<Export>> list_exports(trust::Ctx& ctx);
Result<Export> get_export(trust::Ctx& ctx, const web::Path<web::IdPath>& path);

}  // namespace varde::people
