// Migrations: the files db/migrations/NNNN_name.sql, applied in order, each in one transaction,
// each once. An applied file must never change; its checksum is compared at every start.
#pragma once

#include <string>
#include <string_view>

namespace varde::db {

/// Brings the database up to the program's schema, as role varde_owner. `folder` is "main" or
/// "keystore". Takes an advisory lock, so that several nodes may start at once. Throws
/// std::runtime_error with a sentence that says what to do when the database is newer than the
/// program or an applied migration differs. Blocking. Returns how many were applied.
int migrate(const std::string& conninfo, std::string_view folder);

}  // namespace varde::db
