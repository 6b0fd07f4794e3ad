// The statements of imports and exports; only for this folder.
#pragma once

#include "people/transfer/transfer.hpp"

namespace varde::people::store {

inline constexpr db::Sql kFileBytes{
    "transfer.file_bytes",
    "SELECT (SELECT coalesce(sum(octet_length(sealed)), 0) FROM import_piece)::bigint + (SELECT "
    "coalesce(sum(octet_length(sealed)), 0) FROM export_piece)::bigint"};

struct ImportRecord {
  Uuid import_id;
  std::string filename;
  ImportState state = ImportState::uploaded;
  std::int64_t bytes = 0;
  std::string encoding, delimiter;
  bool header = true;
  db::Json settings;
  std::int64_t position = 0, line = 0, read = 0, created = 0, updated = 0, unchanged = 0,
               rejected = 0;
  std::string error;
  Timestamp created_at;
  std::optional<Timestamp> finished_at;
  std::vector<std::string> sheets;  ///< Of a workbook, those that can be seen.
  std::string sheet;                ///< The one that is imported; empty: the file is text.
  std::int64_t content_bytes = 0;   ///< Of the text that was made of a workbook.
  std::int32_t title_lines = 0;
  std::int64_t warned = 0;
  db::Json reasons;

  char separator() const { return delimiter.empty() ? ',' : delimiter[0]; }
  bool is_workbook() const { return !sheet.empty(); }
};
BOOST_DESCRIBE_STRUCT(ImportRecord, (),
                      (import_id, filename, state, bytes, encoding, delimiter, header, settings,
                       position, line, read, created, updated, unchanged, rejected, error,
                       created_at, finished_at, sheets, sheet, content_bytes, title_lines, warned,
                       reasons))

// `staged`: rows of another sheet while it is read. Each reading has numbers of its own, so that
// two of them do not meet.
enum class PieceKind { rows = 1, rejects = 2, workbook = 3, warnings = 4, head = 5, staged = 6 };
BOOST_DESCRIBE_ENUM(PieceKind, rows, rejects, workbook, warnings, head, staged)
constexpr std::int64_t kStagedRange = 1 << 20;  // more pieces than a file ever has
struct PieceRecord {
  Uuid tenant_id, import_id;
  PieceKind kind = PieceKind::rows;
  std::int64_t number = 0;
  db::Bytes sealed;
};
BOOST_DESCRIBE_STRUCT(PieceRecord, (), (tenant_id, import_id, kind, number, sealed))

struct ExportRecord {
  Uuid export_id;
  int format = 1, state = 1;
  db::Json settings;
  std::int64_t rows = 0;
  std::string error;
  Timestamp created_at;
  std::optional<Timestamp> finished_at;
};
BOOST_DESCRIBE_STRUCT(ExportRecord, (),
                      (export_id, format, state, settings, rows, error, created_at, finished_at))

struct ExportPieceRecord {
  Uuid tenant_id, export_id;
  std::int64_t number = 0;
  db::Bytes sealed;
  std::vector<Uuid> persons;  ///< Who is in it.
};
BOOST_DESCRIBE_STRUCT(ExportPieceRecord, (), (tenant_id, export_id, number, sealed, persons))

#define VARDE_IMPORT_COLUMNS                                                                   \
  "import_id, filename, state, bytes, encoding, delimiter, header, settings, position, line, " \
  "read, created, updated, "                                                                   \
  "unchanged, rejected, error, created_at, finished_at, sheets, sheet, content_bytes, "        \
  "title_lines, warned, reasons"

inline constexpr db::Sql kImportNames{
    "import.names", "SELECT import_id, filename FROM import WHERE import_id = ANY($1)"};
inline constexpr db::Sql kImports{
    "import.all", "SELECT " VARDE_IMPORT_COLUMNS " FROM import ORDER BY import_id DESC LIMIT 200"};
inline constexpr db::Sql kImport{
    "import.one", "SELECT " VARDE_IMPORT_COLUMNS " FROM import WHERE import_id = $1"};
inline constexpr db::Sql kImportLocked{
    "import.locked", "SELECT " VARDE_IMPORT_COLUMNS " FROM import WHERE import_id = $1 FOR UPDATE"};
inline constexpr db::Sql kInsertImport{"import.insert",
                                       "INSERT INTO import (tenant_id, import_id, filename, state, "
                                       "created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6)"};
inline constexpr db::Sql kUploaded{"import.uploaded",
                                   "UPDATE import SET bytes = $2, encoding = $3, delimiter = $4, "
                                   "header = $5, state = $6, sheets = $7, sheet = $8, "
                                   "content_bytes = $9, title_lines = $10 WHERE import_id = $1"};
// The mappings of the last imports, by which columns of the same names are known again.
inline constexpr db::Sql kPastSettings{"import.past_settings",
                                       "SELECT settings FROM import WHERE state IN (2, 3, 4) AND "
                                       "settings <> '{}' ORDER BY import_id DESC LIMIT 30"};
inline constexpr db::Sql kStart{"import.start",
                                "UPDATE import SET encoding = $2, delimiter = $3, header = $4, "
                                "settings = $5, state = $6, title_lines = $7 WHERE import_id = $1"};
inline constexpr db::Sql kProgress{"import.progress",
                                   "UPDATE import SET state = $2, position = $3, line = $4, read = "
                                   "$5, created = $6, updated = $7, unchanged = $8, "
                                   "rejected = $9, warned = $10, reasons = $11 WHERE import_id = "
                                   "$1 AND state IN (2, 3)"};
inline constexpr db::Sql kFinish{
    "import.finish",
    "UPDATE import SET state = $2, error = $3, finished_at = $4 WHERE import_id = $1"};
inline constexpr db::Sql kPieces{
    "import.pieces",
    "SELECT tenant_id, import_id, kind, number, sealed FROM import_piece WHERE import_id = $1 AND "
    "kind = $2 AND number >= $3 ORDER BY number LIMIT 4"};
inline constexpr db::Sql kOnePiece{
    "import.piece",
    "SELECT tenant_id, import_id, kind, number, sealed FROM import_piece WHERE import_id = $1 AND "
    "kind = $2 AND number = $3"};
inline constexpr db::Sql kPieceBytes{
    "import.piece_bytes",
    "SELECT coalesce(sum(octet_length(sealed)), 0)::bigint FROM import_piece WHERE import_id = $1 "
    "AND kind = $2"};
inline constexpr db::Sql kDeletePieces{
    "import.delete_pieces", "DELETE FROM import_piece WHERE import_id = $1 AND kind = $2"};
// Rows that were staged from a number on become those of the import.
inline constexpr db::Sql kTakeStaged{
    "import.take_staged",
    "INSERT INTO import_piece (tenant_id, import_id, kind, number, sealed) SELECT tenant_id, "
    "import_id, 1, number - $2::bigint, sealed FROM import_piece WHERE import_id = $1 AND kind = 6 "
    "AND number >= $2::bigint AND number < $2::bigint + 1048576"};
inline constexpr db::Sql kDropStaged{
    "import.drop_staged",
    "DELETE FROM import_piece WHERE import_id = $1 AND kind = 6 AND number >= $2::bigint AND "
    "number < $2::bigint + 1048576"};
struct ProgressRecord {
  Uuid import_id;
  std::string filename;
  std::int64_t position = 0, bytes = 0;
};
BOOST_DESCRIBE_STRUCT(ProgressRecord, (), (import_id, filename, position, bytes))
inline constexpr db::Sql kRunningImports{
    "import.running",
    "SELECT import_id, filename, position, coalesce(nullif(content_bytes, 0), bytes) AS bytes "
    "FROM import WHERE state IN (2, 3) ORDER BY import_id DESC LIMIT 5"};
inline constexpr db::Sql kRejectedImports{
    "import.rejected",
    "SELECT import_id FROM import WHERE state = 4 AND rejected > 0 AND finished_at > $1 ORDER BY "
    "import_id"};
inline constexpr db::Sql kMovingImports{
    "import.moving",
    "SELECT 'import.progress' AS type, import_id AS id, state * 1000000000::bigint + read AS mark "
    "FROM import WHERE state IN (2, 3) OR finished_at > $1"};
inline constexpr db::Sql kRefreshStatistics{"import.refresh_statistics",
                                            "SELECT refresh_statistics()"};
inline constexpr db::Sql kDeleteImport{"import.delete", "DELETE FROM import WHERE import_id = $1"};

inline constexpr db::Sql kExports{
    "export.all",
    "SELECT export_id, format, state, settings, rows, error, created_at, finished_at FROM export "
    "ORDER BY export_id DESC LIMIT 200"};
inline constexpr db::Sql kExport{"export.one",
                                 "SELECT export_id, format, state, settings, rows, error, "
                                 "created_at, finished_at FROM export WHERE export_id = $1"};
inline constexpr db::Sql kInsertExport{
    "export.insert",
    "INSERT INTO export (tenant_id, export_id, format, state, settings, created_by, created_at) "
    "VALUES ($1, $2, $3, 1, $4, $5, $6)"};
inline constexpr db::Sql kGiveUpImport{
    "import.give_up",
    "UPDATE import SET state = $2, error = $3, finished_at = $4 WHERE import_id = $1 AND state IN "
    "(2, 3)"};
inline constexpr db::Sql kExportState{
    "export.state",
    "UPDATE export SET state = $2, rows = $3, error = $4, finished_at = $5 WHERE export_id = $1"};
// Unless it was taken back meanwhile.
inline constexpr db::Sql kExportGoesOn{
    "export.goes_on",
    "UPDATE export SET state = $2, rows = $3, finished_at = $4 WHERE export_id = $1 AND state IN "
    "(1, 2) RETURNING export_id"};
inline constexpr db::Sql kExportPieces{
    "export.pieces",
    "SELECT tenant_id, export_id, number, sealed, persons FROM export_piece WHERE export_id = $1 "
    "AND number >= $2 ORDER BY number LIMIT 4"};
// Files that hold one of these persons, and what was made of them so far; held, so that a run that
// goes on notices.
inline constexpr db::Sql kExportsOf{
    "export.of",
    "SELECT e.export_id FROM export e WHERE e.state IN (1, 2, 3) AND EXISTS (SELECT FROM "
    "export_piece p WHERE p.export_id = e.export_id AND p.persons && $1) ORDER BY e.export_id FOR "
    "UPDATE"};
inline constexpr db::Sql kVoidExports{
    "export.void", "UPDATE export SET state = $2, error = $3 WHERE export_id = ANY($1)"};
inline constexpr db::Sql kClearExports{"export.clear_many",
                                       "DELETE FROM export_piece WHERE export_id = ANY($1)"};
inline constexpr db::Sql kOldExports{
    "export.old", "SELECT export_id FROM export WHERE state = 3 AND finished_at < $1 FOR UPDATE"};
// Files that nobody started to import, and rows that were not taken.
inline constexpr db::Sql kOldImports{
    "import.old",
    "UPDATE import SET cleared = true WHERE NOT cleared AND (state <= 1 AND created_at < $1 OR "
    "state >= 4 AND finished_at < $2) RETURNING import_id"};
inline constexpr db::Sql kClearImports{"import.clear",
                                       "DELETE FROM import_piece WHERE import_id = ANY($1)"};
inline constexpr db::Sql kClearExport{"export.clear",
                                      "DELETE FROM export_piece WHERE export_id = $1"};

}  // namespace varde::people::store
