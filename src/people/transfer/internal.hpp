// What import.cpp, export.cpp and routes.cpp share.
#pragma once

#include <span>

#include "crypto/aead.hpp"
#include "people/transfer/store.hpp"

namespace varde::people {

/// Of a table, in bytes.
inline constexpr std::uint64_t kMaxFile = 2ULL << 30;
/// That it has more.
Error too_large();

struct ImportMapping {
  int column = 0;
  web::Text<80> target;
  std::optional<web::Text<80>> name;  ///< Of the column, by which it is known again next time.
};
BOOST_DESCRIBE_STRUCT(ImportMapping, (), (column, target, name))
struct ImportOptions {
  std::optional<Uuid> list_id, purpose_id;
  std::optional<std::vector<web::Text<60, 1>>> tags;
  std::optional<web::Text<120>> consent_source;
  std::optional<bool> update_existing;
};
BOOST_DESCRIBE_STRUCT(ImportOptions, (),
                      (list_id, purpose_id, tags, consent_source, update_existing))
/// What import.settings holds.
struct ImportSettings {
  std::vector<ImportMapping> mapping;
  ImportOptions options;
  Uuid started_by;
};
BOOST_DESCRIBE_STRUCT(ImportSettings, (), (mapping, options, started_by))

std::string piece_context(const Uuid& id, int kind, std::int64_t number);
std::string piece_context(const Uuid& id, store::PieceKind kind, std::int64_t number);
/// A piece of the rows of a file, packed and sealed; and back: nullopt when it is damaged.
std::string seal_piece(const crypto::Key& key, const Uuid& id, std::int64_t number,
                       std::string_view plain);
std::optional<std::string> open_piece(const crypto::Key& key, const Uuid& id, std::int64_t number,
                                      std::string_view sealed);
/// What is kept of a file, and how it was understood.
struct ReceivedFile {
  std::uint64_t bytes = 0, content_bytes = 0;
  std::string encoding, delimiter;
  bool header = true;
  std::uint64_t title_lines = 0;
  std::vector<std::string> sheets;
  std::string sheet;
};
/// Takes an uploaded file as it comes, a megabyte at a time; nothing of it is ever stored readable.
/// `ctx` has no transaction open. Errors: too_large, unsupported (no table), conflict (a quota).
Result<ReceivedFile> receive_file(trust::Ctx& ctx, const Uuid& id, const crypto::Key& key,
                                  net::BodyReader& body);
/// Reads another sheet of a workbook that was uploaded into pieces that are `staged`, from the
/// number `at` on; what was read before stays.
Result<ReceivedFile> read_other_sheet(trust::Ctx& ctx, const Uuid& id, const crypto::Key& key,
                                      const std::string& sheet, std::uint64_t bytes,
                                      std::int64_t at);
Result<ImportSettings> read_settings(const store::ImportRecord& record);
Result<jobs::Outcome> run_import(trust::Base& base, const jobs::Job& job);
Result<jobs::Outcome> run_export(trust::Base& base, const jobs::Job& job);

/// Why rows were rejected, or cells left out of rows that were taken.
struct ImportReason {
  std::string column;   ///< Its name in the file; empty when it is about the row.
  std::string message;  ///< To be read behind the name, or a sentence where there is none.
  bool rejected = false;
  std::int64_t rows = 0;
};
BOOST_DESCRIBE_STRUCT(ImportReason, (), (column, message, rejected, rows))
std::vector<ImportReason> read_reasons(const store::ImportRecord& record);

/// A row with a warning, as it is kept: sealed under the key of the person that was made of it, so
/// that it goes with her. Nil: a sentence about no person, which is not sealed.
struct WarnedRow {
  Uuid person;
  std::string sealed;
};
std::string pack_rows(const std::vector<WarnedRow>& rows);
std::vector<WarnedRow> unpack_rows(std::string_view packed);
std::string warned_row_context(const Uuid& import_id, const Uuid& person);

/// What columns of these names went to in the last imports, by the name's words joined.
std::map<std::string, std::string> remembered_targets(trust::Ctx& ctx);
std::string remembered_target(const std::map<std::string, std::string>& past,
                              std::string_view column);

/// A cell with line breaks where its workbook had them (see sheet::Workbook::to_csv).
std::string with_breaks(std::string_view text);

/// Something about a cell or a row, to be read behind the column's name: "is not a day.".
struct RowNote {
  static constexpr int kWholeRow = -1;
  int column = kWholeRow;
  std::string message;
  std::string detail;  ///< What is of this row alone; not counted, and never logged.
};

/// A note's message and its detail, no longer than a sentence.
std::string text_of(const RowNote& note);
std::string brief(std::string_view message);
/// What a column is called, if it can be kept readable: a row of values may have been taken for the
/// header, and nothing of a person's stays. Names have no digits and no addresses.
std::optional<std::string> name_to_keep(std::string_view cell);

/// Reads rows into changes by a mapping; also for the preview.
///
/// A cell that cannot be read costs no person: it is left out, and a note says so. But never where
/// that could make somebody else of them, or put words in their mouth: an e-mail address that is
/// none, a consent that is neither yes nor no, a row by which nobody can be known again, and text
/// in a wrong encoding (with which the whole file is wrong) reject the row. So does, where consents
/// are taken, a row with more cells than the header: a text may have been cut in two at a separator
/// in it, and its second half stand where the consent is looked for.
class RowReader {
 public:
  RowReader(trust::Ctx& ctx, std::vector<std::string> targets, const ImportOptions& options);
  /// How many cells the header has, or the first row where there is none.
  void set_width(std::size_t cells, bool of_header);
  /// Why the row is rejected; nullopt when it is taken, with what was left out of it in `warnings`.
  std::optional<RowNote> read(std::span<const std::string_view> fields, PersonChange& change,
                              std::vector<std::string>& tags, std::vector<RowNote>& warnings) const;
  /// The column that goes to a field that save() complains of.
  int column_of(const std::string& field) const;
  /// Whether anything of a column is imported.
  bool takes(std::size_t column) const;

 private:
  std::optional<RowNote> beyond(std::span<const std::string_view> fields) const;
  std::optional<RowNote> consent(int column, const Uuid& purpose, std::string_view text,
                                 PersonChange& change) const;
  std::optional<RowNote> read_tags(int column, std::string_view text,
                                   std::vector<std::string>& tags) const;
  Result<boost::json::value> value_of(const Attribute& attribute, std::string_view text,
                                      RowNote& note) const;

  std::vector<std::string> targets_;
  ImportOptions options_;
  std::string region_;
  std::map<std::string, Attribute> catalogue_;
  std::vector<std::string> fixed_tags_;
  bool double_opt_in_ = false, takes_consents_ = false, has_header_ = false;
  std::optional<std::size_t> width_;
};

/// "consent:<purpose>": whose consent a column has; nullopt for other targets.
std::optional<Uuid> consent_target(std::string_view target);

}  // namespace varde::people
