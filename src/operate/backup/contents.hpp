// What the tables of a cluster hold of each organisation: how many rows, and a digest of what
// stands in them. Recorded at a moment, and compared with what a restore to it gives back.
//
// A digest is the sum, over an organisation's rows of a table, of 64 bits of SHA-256 of each row's
// bytes: whatever the order in which they lie on the disk, a row more, less or another makes it
// another. The bytes are the columns in binary (record_send), so neither a setting nor a change of
// how numbers or times are printed is a difference. Rejected: hash_record_extended, a third of the
// cost, because it knows no json and takes 1.0 and 1.00 for the same; md5, because turning its text
// into a number costs more than SHA-256 does. It finds what was damaged or mixed up; who changes
// rows on purpose is found by the trail.
#pragma once

#include <map>
#include <set>

#include "operate/backup/databases.hpp"
#include "operate/backup/store.hpp"

namespace varde::operate {

/// How the tables of the keystore are called among those of a moment: "keystore.person_key".
inline constexpr std::string_view kKeystorePrefix = "keystore.";

struct Count {
  std::int64_t rows = 0, fresh = 0;
  std::string digest;  ///< Empty: none was taken.
};
/// Of each organisation, of each table.
using Counts = std::map<Uuid, std::map<std::string, Count>>;

/// Tables with a column tenant_id, and their columns: names for statements, from the catalogue.
std::vector<backup_store::TableRow> tables_of(db::Pool& super, Cluster cluster);
/// Rows, and those written since transaction `since`, as the transaction sees them.
Counts count_rows(db::Tx& tx, const std::vector<backup_store::TableRow>& tables,
                  std::int64_t since);
/// Rows with digests, of the tables whose names `wanted` says yes to; of the others rows alone.
/// Asked before each table: it may depend on the time that went by.
Counts read_contents(db::Tx& tx, const std::vector<backup_store::TableRow>& tables,
                     const db::Bytes& salt, const std::function<bool(const std::string&)>& wanted);

/// How a number of rows differs from the recorded, or their contents; nullopt when neither does.
std::optional<std::string> difference(const std::string& table, const Count& restored,
                                      std::int64_t least, std::int64_t most,
                                      const std::string& digest);

}  // namespace varde::operate
