// What import.cpp, export.cpp and routes.cpp share.
#pragma once

#include <span>

#include "crypto/aead.hpp"
#include "people/transfer/store.hpp"

namespace varde::people {

struct ImportMapping {
  int column = 0;
  web::Text<80> target;
};
BOOST_DESCRIBE_STRUCT(ImportMapping, (), (column, target))
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
/// A piece of an uploaded file (kind 1), packed and sealed; and back: nullopt when it is damaged.
std::string seal_piece(const crypto::Key& key, const Uuid& id, std::int64_t number,
                       std::string_view plain);
std::optional<std::string> open_piece(const crypto::Key& key, const Uuid& id, std::int64_t number,
                                      std::string_view sealed);
Result<ImportSettings> read_settings(const store::ImportRecord& record);
Result<jobs::Outcome> run_import(trust::Base& base, const jobs::Job& job);
Result<jobs::Outcome> run_export(trust::Base& base, const jobs::Job& job);

/// Reads rows into changes by a mapping; also for the preview.
class RowReader {
 public:
  RowReader(trust::Ctx& ctx, std::vector<std::string> targets, const ImportOptions& options);
  /// The first problem of the row, with the target as pointer.
  std::optional<FieldError> read(std::span<const std::string_view> fields, PersonChange& change,
                                 std::vector<std::string>& tags) const;

 private:
  std::vector<std::string> targets_;
  ImportOptions options_;
  std::string region_;
  std::map<std::string, Attribute> catalogue_;
  std::vector<std::string> fixed_tags_;
  bool double_opt_in_ = false;
};

}  // namespace varde::people
