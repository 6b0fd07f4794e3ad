// One organisation brought back to an earlier moment while the others work.
//
// The main cluster is restored to the moment into a scratch folder beside the running program,
// brought to today's schema, and erased in again; then the organisation's rows are exchanged in the
// live database (exchange.hpp), or shown where they are, alone and read-only. The scratch folder
// goes afterwards, or at the next start when this process was killed.
#pragma once

#include <memory>

#include "operate/backup/recovered.hpp"

namespace varde::operate {

/// Exchanges the organisation's rows and returns what was done, for the operator. The program must
/// run. Throws a sentence; then nothing has changed.
std::string restore_tenant(const Installation& installation, const TenantWanted& wanted);

/// A cluster with the rows of one organisation alone, as they were.
class TenantCopy {
 public:
  /// Throws a sentence.
  TenantCopy(const Installation& installation, const TenantWanted& wanted);
  /// Stops it, and removes it.
  ~TenantCopy();
  TenantCopy(const TenantCopy&) = delete;
  TenantCopy& operator=(const TenantCopy&) = delete;
  /// libpq's, of the copy and of the live keystore.
  std::string database() const;
  std::string keystore() const;
  /// A folder for the program that shows it.
  std::string folder() const;
  Timestamp to() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace varde::operate
