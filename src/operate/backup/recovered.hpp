// The main cluster as it was at a moment, recovered into a scratch folder beside the running
// program: what an organisation or a person is brought back from.
//
// It is brought to today's schema, and erased in again: nobody who was erased since is in it.
#pragma once

#include "operate/backup/scratch.hpp"
#include "operate/backup/target.hpp"

namespace varde::operate {

struct TenantWanted {
  std::string slug;             ///< The organisation's short name.
  std::optional<Timestamp> to;  ///< Nothing: now.
};

class Recovered {
 public:
  /// Throws a sentence. `for_what` says in one that there is too little room, what for.
  Recovered(const Installation& installation, const TenantWanted& wanted, const char* for_what);
  /// Stops it, and removes its folder.
  ~Recovered() { end(); }
  Recovered(const Recovered&) = delete;
  Recovered& operator=(const Recovered&) = delete;

  /// The backups are read; others may work on them again.
  void release() { work_.reset(); }
  /// libpq's, of the recovered cluster, the live one and its keystore.
  std::string address() const { return cluster_->conninfo(); }
  std::string live() const { return db::Cluster(installation_.main).conninfo(); }
  std::string keystore() const { return db::Cluster(installation_.keystore).conninfo(); }

  Uuid tenant;
  Timestamp to;
  std::string folder;
  std::int64_t erased = 0;  ///< Persons of the organisation who were there and are erased since.

 private:
  void take_turn();
  void find(const TenantWanted& wanted);
  void recover(const Target& target);
  std::int64_t persons() const;
  void end();

  const Installation& installation_;
  std::unique_ptr<Lock> work_;
  int lock_ = -1;
  std::unique_ptr<db::Cluster> cluster_;
};

}  // namespace varde::operate
