// The statements of imports and exports; only for this folder.
#pragma once

#include "people/transfer/transfer.hpp"

namespace varde::people::store {

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

struct ProgressRecord {
  Uuid import_id;
  std::string filename;
  std::int64_t position = 0, bytes = 0;
};
BOOST_DESCRIBE_STRUCT(ProgressRecord, (), (import_id, filename, position, bytes))

}  // namespace varde::people::store
