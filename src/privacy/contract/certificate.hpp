// What proves that an organisation's data was removed: a signed note of sentences and data, like
// the receipt of an erasure (privacy/erasure/receipt.hpp).
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/note.hpp"

namespace varde::privacy {

struct RemovedRows {
  std::string table;
  std::int64_t rows = 0;
};
BOOST_DESCRIBE_STRUCT(RemovedRows, (), (table, rows))

struct Certificate {
  Uuid tenant;
  std::string name;
  Timestamp ended_at, removed_at;
  std::int64_t keys = 0;          ///< Of persons and of what else had one.
  std::vector<RemovedRows> rows;  ///< Tables that had any.
  std::string head;               ///< The last signed head of the trail that went.
  std::string exported_manifest;  ///< SHA-256 of what was taken along, hex; empty: nothing was.
  /// Backups of the keystore that were made before the removal are gone at the latest then; the
  /// rows in other backups open no more from that moment, and are gone themselves at the second.
  Timestamp keys_in_backups_until, rows_in_backups_until;
};
BOOST_DESCRIBE_STRUCT(Certificate, (),
                      (tenant, name, ended_at, removed_at, keys, rows, head, exported_manifest,
                       keys_in_backups_until, rows_in_backups_until))

std::string sign_certificate(const crypto::Signer& signer, const Certificate& certificate);
/// Errors: malformed, with what is wrong.
Result<Certificate> verify_certificate(std::string_view text, std::string_view verifier);

}  // namespace varde::privacy
