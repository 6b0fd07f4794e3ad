#include "base/canonical.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "people/csv/csv_reader.hpp"
#include "people/csv/sniff.hpp"
#include "people/transfer/api.hpp"
#include "people/transfer/internal.hpp"
#include "people/transfer/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/erasure.hpp"
#include "trust/names.hpp"
#include "trust/tenant/tenant.hpp"
#include "web/resource.hpp"

namespace varde::people {

using namespace store;
using trust::Ctx;
using trust::Right;
namespace json = boost::json;

Result<ImportRecord> find_import(Ctx& ctx, const Uuid& id, bool lock) {
  auto record = ctx.tx().maybe<ImportRecord>(lock ? kImportLocked : kImportOne, id);
  if (!record || record->state == ImportState::uploading)
    return not_found("This import does not exist.");
  return *record;
}

namespace {

// How often a file that does not shrink when it is packed is stored while it is there: the table,
// the log, its archive, a backup.
constexpr double kCost = 4;

// How a file is read: as it was found out, or as somebody says.
struct Reading {
  std::string encoding;
  char delimiter = ',';
  bool header = true;
  std::int64_t title_lines = 0;
};

// The first piece of a file, decrypted; empty when it is gone.
std::string first_piece(Ctx& ctx, const Uuid& id) {
  auto key = ctx.base.keys.key(ctx.tenant, id);
  auto pieces = ctx.tx().all<PieceRecord>(kImportPieces, id, PieceKind::rows, std::int64_t{0});
  if (!key || pieces.empty()) return "";
  return open_piece(*key, id, 0, pieces.front().sealed.data).value_or("");
}

// The beginning of a file, as rows from the header on. The last one may be cut off where the piece
// ends and is left out.
struct Head {
  std::vector<PreviewRow> rows;
  std::vector<const char*> problems;  // of each row, as the reader says; null when it is good
};
constexpr std::size_t kHeadBytes = 256 * 1024;

std::string head_text(const std::string& piece, const std::string& encoding) {
  std::string text;
  if (auto converter = csv::Utf8Converter::create(encoding))
    converter->convert(std::string_view(piece).substr(0, kHeadBytes), false, text);
  return text;
}

Head head_rows(const std::string& text, bool complete, const Reading& reading, std::size_t most) {
  Head out;
  csv::Reader reader(reading.delimiter, [&](const csv::Row& row) {
    if (out.rows.size() >= most || row.line <= static_cast<std::uint64_t>(reading.title_lines) ||
        csv::is_blank(row))
      return;
    PreviewRow line{static_cast<std::int64_t>(row.line), {}, {}};
    for (auto field : row.fields) line.cells.push_back(with_breaks(field));
    out.rows.push_back(std::move(line));
    out.problems.push_back(row.problem);
  });
  reader.push(text);
  if (complete) reader.finish();
  return out;
}

std::vector<ImportColumn> columns_of(Ctx& ctx, const std::vector<PreviewRow>& rows, bool header) {
  std::vector<ImportColumn> out;
  auto known = attributes(ctx);
  auto agreed = purposes(ctx);
  auto past = remembered_targets(ctx);
  auto exists = [&](const std::string& target) {
    if (auto purpose = consent_target(target))
      return std::ranges::find(agreed, *purpose, &Purpose::id) != agreed.end();
    return !target.starts_with("attribute:") ||
           std::ranges::find(known, target.substr(10), &Attribute::key) != known.end();
  };
  std::set<std::string> taken;
  std::size_t width = 0;
  for (const auto& row : rows) width = std::max(width, row.cells.size());
  for (std::size_t i = 0; i < width; ++i) {
    ImportColumn column{static_cast<int>(i), "", {}, {}};
    bool named =
        header && !rows.empty() && i < rows[0].cells.size() && !trim(rows[0].cells[i]).empty();
    column.name = named ? std::string(utf8_prefix(trim(rows[0].cells[i]), 200))
                        : fmt::format("Column {}", i + 1);
    for (std::size_t r = header ? 1 : 0; r < rows.size() && column.sample.size() < 3; ++r)
      if (i < rows[r].cells.size() && !rows[r].cells[i].empty())
        column.sample.emplace_back(utf8_prefix(rows[r].cells[i], 200));
    auto target = named ? remembered_target(past, column.name) : "";
    if (target.empty() || !exists(target)) target = named ? suggest_target(column.name, known) : "";
    if (target.empty() && !column.sample.empty() &&
        std::ranges::all_of(column.sample,
                            [](const auto& text) { return normalise_email(text).has_value(); }))
      target = "email";
    // One field has one column; tags may come from several.
    if (!target.empty() && (target == "tags" || taken.insert(target).second))
      column.suggestion = target;
    out.push_back(std::move(column));
  }
  return out;
}

// Somebody's word goes before what was found out; a workbook's rows were written here.
Reading reading_of(const ImportRecord& record, const std::string& piece,
                   const std::optional<std::string>& encoding,
                   const std::optional<std::string>& delimiter, std::optional<bool> header,
                   std::optional<int> title_lines) {
  Reading out{record.encoding, record.separator(), header.value_or(record.header),
              record.title_lines};
  bool other = false;
  if (!record.is_workbook()) {
    if (encoding && !encoding->empty()) {
      other |= out.encoding != *encoding;
      out.encoding = *encoding;
    }
    if (delimiter && delimiter->size() == 1) {
      other |= out.delimiter != (*delimiter)[0];
      out.delimiter = (*delimiter)[0];
    }
  }
  if (other)
    out.title_lines = static_cast<std::int64_t>(
        csv::sniff_layout(head_text(piece, out.encoding), out.delimiter, piece.size() < kHeadBytes)
            .title_lines);
  if (!out.header) out.title_lines = 0;
  if (title_lines) out.title_lines = std::clamp(*title_lines, 0, kMostTitleLines);
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
  out.counts = {record.read,      record.created,  record.updated,
                record.unchanged, record.rejected, record.warned};
  out.sheets = record.sheets;
  if (record.is_workbook()) out.sheet = record.sheet;
  out.title_lines = record.title_lines;
  out.reasons = read_reasons(record);
  auto bytes = record.content_bytes > 0 ? record.content_bytes : record.bytes;
  out.progress =
      record.state == ImportState::done ? 1.0
      : bytes > 0 ? std::min(1.0, static_cast<double>(record.position) / static_cast<double>(bytes))
                  : 0.0;
  out.created_at = record.created_at;
  out.finished_at = record.finished_at;
  if (!record.error.empty()) out.error = record.error;
  if (auto settings = read_settings(record)) {
    out.mapping = settings->mapping;
    out.options = settings->options;
  }
  if (with_columns && record.state == ImportState::uploaded) {
    auto piece = first_piece(ctx, record.import_id);
    auto reading = reading_of(record, piece, {}, {}, {}, {});
    out.columns = columns_of(
        ctx,
        head_rows(head_text(piece, reading.encoding), piece.size() < kHeadBytes, reading, 20).rows,
        record.header);
  }
  return out;
}

// Keeps what the columns are called, so that they are known again next time.
void name_columns(std::vector<ImportMapping>& mapping, const std::string& piece,
                  const Reading& reading) {
  for (auto& entry : mapping) entry.name.reset();
  if (!reading.header) return;
  auto head = head_rows(head_text(piece, reading.encoding), piece.size() < kHeadBytes, reading, 1);
  if (head.rows.empty()) return;
  for (auto& entry : mapping) {
    auto at = static_cast<std::size_t>(entry.column);
    if (at >= head.rows[0].cells.size()) continue;
    if (auto name = name_to_keep(head.rows[0].cells[at]))
      entry.name = web::Text<80>{std::move(*name)};
  }
}

void keep_reading(Ctx& ctx, const Uuid& id, const ReceivedFile& file) {
  ctx.tx().later(
      kImportUploaded, id, static_cast<std::int64_t>(file.bytes), file.encoding, file.delimiter,
      file.header, ImportState::uploaded, file.sheets, file.sheet,
      static_cast<std::int64_t>(file.content_bytes),
      static_cast<std::int32_t>(std::min<std::uint64_t>(file.title_lines, kMostTitleLines)));
}

Result<web::Created<Import>> upload(Ctx& ctx, const std::string& filename, net::Request& request) {
  if (request.body->declared_size().value_or(0) > kMaxFile) return too_large();
  // Said before anything is sent, where the length is.
  auto declared = static_cast<std::int64_t>(request.body->declared_size().value_or(1));
  VARDE_CHECK(ctx.base.room.demand(declared, kCost));
  auto& quotas = ctx.base.quotas;
  if (quotas.room(ctx, trust::Quota::file_bytes, declared) < declared)
    return conflict(quotas.sentence(ctx, trust::Quota::file_bytes), "quota-used-up");
  auto id = Uuid::make();
  auto key = ctx.base.keys.create_keys(ctx.tenant, {&id, 1}).front();
  ctx.tx().later(kImportInsert, id, filename, ImportState::uploading, ctx.actor.id, now());
  ctx.commit();
  auto received = receive_file(ctx, id, key, *request.body);
  if (!received) {
    ctx.rollback();
    ctx.tx().later(kImportDelete, id);
    ctx.commit();
    ctx.base.keys.destroy_keys(ctx.tenant, {&id, 1});
    return received.error();
  }
  keep_reading(ctx, id, *received);
  trust::record(ctx, trust::AuditEntry{"import.upload", "import", id});
  VARDE_TRY(auto record, find_import(ctx, id));
  return web::Created<Import>{view(ctx, record, true), "/api/v1/imports/" + id.str()};
}

// Another sheet takes the place of the one that was read, in one transaction: whatever happens
// while it is read, the import is as it was.
Result<void> read_and_take_sheet(Ctx& ctx, const ImportRecord& record, const crypto::Key& key,
                                 const std::string& sheet) {
  auto id = record.import_id;
  std::uint32_t random = 0;
  fill_random({reinterpret_cast<std::uint8_t*>(&random), sizeof random});
  auto at = static_cast<std::int64_t>(random) * kStagedRange;
  auto taken = [&]() -> Result<void> {
    ctx.rollback();  // a reading takes as long as it takes
    auto read = read_other_sheet(ctx, id, key, sheet, static_cast<std::uint64_t>(record.bytes), at);
    ctx.rollback();
    if (!read) return read.error();
    VARDE_TRY(auto still, find_import(ctx, id, true));
    if (still.state != ImportState::uploaded)
      return conflict("This import was started already.", "import-started");
    ctx.tx().later(kImportDeletePieces, id, PieceKind::rows);
    ctx.tx().later(kImportTakeStaged, id, at);
    ctx.tx().later(kImportDropStaged, id, at);
    keep_reading(ctx, id, *read);
    trust::record(ctx, trust::AuditEntry{"import.upload", "import", id});
    return {};
  };
  auto drop = [&] {
    ctx.rollback();
    ctx.tx().later(kImportDropStaged, id, at);
    ctx.commit();
  };
  try {
    auto done = taken();
    if (!done) drop();
    return done;
  } catch (...) {
    drop();
    auto still = find_import(ctx, id);
    if (!still || still->state != ImportState::uploaded)
      return conflict("This import was started already.", "import-started");
    throw;
  }
}

}  // namespace

Result<web::Created<Import>> upload_import(Ctx& ctx, const web::Query<UploadQuery>& query,
                                           const web::RawBody& body) {
  return upload(ctx, query->filename.value, *body.request);
}

Result<web::Page<Import>> list_imports(Ctx& ctx) {
  web::Page<Import> page;
  for (auto& record : ctx.tx().all<ImportRecord>(kImportAll))
    if (record.state != ImportState::uploading) page.items.push_back(view(ctx, record, false));
  return page;
}

Result<Import> get_import(Ctx& ctx, const web::Path<web::IdPath>& path) {
  VARDE_TRY(auto record, find_import(ctx, path->id));
  return view(ctx, record, true);
}

Result<ImportPreview> preview_import(Ctx& ctx, const web::Path<web::IdPath>& path,
                                     const web::Query<PreviewQuery>& query) {
  VARDE_TRY(auto record, find_import(ctx, path->id));
  auto piece = first_piece(ctx, path->id);
  auto reading = reading_of(record, piece,
                            query->encoding ? std::optional(query->encoding->value) : std::nullopt,
                            query->delimiter, query->header, query->title_lines);
  ImportPreview out;
  out.encoding = reading.encoding;
  out.delimiter = std::string(1, reading.delimiter);
  out.header = reading.header;
  out.title_lines = reading.title_lines;
  if (!csv::Utf8Converter::create(out.encoding))
    return bad_input("query/encoding", "is not an encoding that is known here.");
  auto head =
      head_rows(head_text(piece, reading.encoding), piece.size() < kHeadBytes, reading, 200);
  out.columns = columns_of(ctx, head.rows, out.header);
  std::vector<std::string> targets;
  if (query->mapping) {
    for (auto part : split(*query->mapping, ',')) targets.emplace_back(part);
  } else {
    for (const auto& column : out.columns) targets.push_back(column.suggestion.value_or("ignore"));
  }
  ImportOptions options;
  options.purpose_id = query->purpose_id;
  RowReader reader(ctx, targets, options);
  if (!head.rows.empty()) reader.set_width(head.rows[0].cells.size(), out.header);
  auto most = static_cast<std::size_t>(std::clamp(query->rows.value_or(20), 1, 100));
  for (std::size_t i = out.header ? 1 : 0; i < head.rows.size() && out.rows.size() < most; ++i) {
    auto& row = head.rows[i];
    std::vector<std::string_view> cells(row.cells.begin(), row.cells.end());
    PersonChange change;
    std::vector<std::string> tags;
    std::vector<RowNote> warnings;
    auto say = [&](const RowNote& note, bool warning) {
      row.problems.push_back({note.column, text_of(note), warning});
    };
    if (head.problems[i] != nullptr) {
      say({RowNote::kWholeRow, head.problems[i], {}}, false);
    } else if (auto problem = reader.read(cells, change, tags, warnings)) {
      say(*problem, false);
    } else {
      for (const auto& warning : warnings) say(warning, true);
    }
    for (auto& cell : row.cells) cell = std::string(utf8_prefix(cell, 200));
    out.rows.push_back(std::move(row));
  }
  return out;
}

Result<Import> choose_import_sheet(Ctx& ctx, const web::Path<web::IdPath>& path,
                                   const web::Body<SheetChoice>& in) {
  VARDE_TRY(auto record, find_import(ctx, path->id, true));
  auto key = ctx.base.keys.key(ctx.tenant, path->id);
  if (record.state != ImportState::uploaded || !key)
    return conflict("This import was started already.", "import-started");
  // A name comes without the spaces that may stand around it in the workbook.
  auto wanted = std::ranges::find_if(record.sheets, [&](const auto& name) {
    return canonical_prose(name).value_or(name) == in->sheet.value;
  });
  if (wanted == record.sheets.end()) return bad_input("/sheet", "is not a sheet of this workbook.");
  if (record.sheets.size() > 1 && record.sheet != *wanted)
    VARDE_CHECK(read_and_take_sheet(ctx, record, *key, *wanted));
  VARDE_TRY(record, find_import(ctx, path->id));
  return view(ctx, record, true);
}

Result<Import> start_import(Ctx& ctx, const web::Path<web::IdPath>& path,
                            const web::Body<ImportStart>& in) {
  VARDE_TRY(auto record, find_import(ctx, path->id, true));
  if (record.state != ImportState::uploaded)
    return conflict("This import was started already.", "import-started");
  if (!csv::Utf8Converter::create(in->encoding.value))
    return bad_input("/encoding", "is not an encoding that is known here.");
  if (in->delimiter.size() != 1 || static_cast<unsigned char>(in->delimiter[0]) >= 0x80 ||
      std::string_view("\"\r\n\0", 4).find(in->delimiter[0]) != std::string_view::npos)
    return bad_input("/delimiter", "must be one character: a comma, a semicolon, a tab, a bar.");
  auto known = attributes(ctx);
  static const std::set<std::string> kTargets = {"email",    "phone",     "first_name", "last_name",
                                                 "language", "time_zone", "tags",       "ignore"};
  std::set<std::string> used;
  bool identifies = false, consents = false;
  auto agreed = purposes(ctx);
  for (std::size_t i = 0; i < in->mapping.size(); ++i) {
    const auto& entry = in->mapping[i];
    const auto& target = entry.target.value;
    auto at = fmt::format("/mapping/{}", i);
    if (entry.column < 0 || entry.column > 999)
      return bad_input(at + "/column", "is not a column of the file.");
    bool attribute =
        target.starts_with("attribute:") &&
        std::ranges::any_of(known, [&](const Attribute& a) { return a.key == target.substr(10); });
    if (auto purpose = consent_target(target)) {
      if (std::ranges::find(agreed, *purpose, &Purpose::id) == agreed.end())
        return bad_input(at + "/target", "is a purpose that does not exist any more.");
      if (in->options.purpose_id == purpose)
        return bad_input("/options/purpose_id",
                         "A column of the file says who consented to this. Leave one of "
                         "the two out.");
      consents = true;
    } else if (!kTargets.contains(target) && !attribute) {
      return bad_input(at + "/target", "is not a field of a person.");
    }
    if (target != "ignore" && target != "tags" && !used.insert(target).second)
      return bad_input(at + "/target", "is mapped from two columns.");
    identifies = identifies || target == "email" || target == "phone" || target == "first_name" ||
                 target == "last_name";
  }
  if (!identifies)
    return bad_input("/mapping", "Map at least one column to e-mail, phone or a name.");
  if (in->options.list_id && !find_list(ctx, *in->options.list_id))
    return bad_input("/options/list_id", "This list does not exist any more.");
  if ((in->options.purpose_id || consents) &&
      (!in->options.consent_source || in->options.consent_source->value.empty()))
    return bad_input("/options/consent_source",
                     "Say where these consents were given, for example: paper form, spring 2026.");
  ImportSettings settings{in->mapping, in->options, ctx.actor.id};
  auto piece = first_piece(ctx, path->id);
  auto reading =
      reading_of(record, piece, in->encoding.value, in->delimiter, in->header, in->title_lines);
  name_columns(settings.mapping, piece, reading);
  ctx.tx().later(kImportStart, path->id, reading.encoding, std::string(1, reading.delimiter),
                 reading.header, db::Json{json::serialize(web::write(settings))},
                 ImportState::queued, static_cast<std::int32_t>(reading.title_lines));
  ctx.tx().later(kImportDeletePieces, path->id, PieceKind::workbook);
  ctx.tx().later(kImportDeletePieces, path->id, PieceKind::staged);
  jobs::enqueue(ctx.tx(), {.kind = "people.import",
                           .tenant_id = ctx.tenant,
                           .payload = json::serialize(json::object{{"import_id", path->id.str()}}),
                           .unique_key = "import:" + path->id.str()});
  trust::record(ctx, trust::AuditEntry{"import.start", "import", path->id});
  VARDE_TRY(record, find_import(ctx, path->id));
  return view(ctx, record, false);
}

Result<Import> cancel_import(Ctx& ctx, const web::Path<web::IdPath>& path) {
  VARDE_TRY(auto record, find_import(ctx, path->id, true));
  if (record.state == ImportState::done || record.state == ImportState::failed)
    return conflict("This import has ended already.", "import-ended");
  ctx.tx().later(kImportFinish, path->id, ImportState::cancelled, std::string(), now());
  ctx.tx().later(kImportDeletePieces, path->id, PieceKind::rows);
  ctx.tx().later(kImportDeletePieces, path->id, PieceKind::workbook);
  if (record.rejected == 0 && record.warned == 0) trust::destroy_keys(ctx, {path->id});
  trust::record(ctx, trust::AuditEntry{"import.cancel", "import", path->id});
  VARDE_TRY(record, find_import(ctx, path->id));
  return view(ctx, record, false);
}

}  // namespace varde::people
