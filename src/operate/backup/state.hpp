// What the backups remember of themselves, beside the databases and not in them: a restore must not
// take it back. DATA/backup/state.json, written whole, by whoever holds the lock.
#pragma once

#include "operate/backup/plan.hpp"
#include "operate/backup/settings.hpp"

namespace varde::operate {

/// A piece of work that failed the last time it was tried.
struct Failure {
  std::string work;  ///< "backup of the main cluster"
  Timestamp at;
  std::string what;
};
BOOST_DESCRIBE_STRUCT(Failure, (), (work, at, what))
struct SizeAt {
  Timestamp at;
  std::int64_t bytes = 0;
};
BOOST_DESCRIBE_STRUCT(SizeAt, (), (at, bytes))
struct DrillResult {
  Timestamp at, point_at;
  bool passed = false;
  std::int64_t tenants = 0, tables = 0, rows = 0, entries = 0, seconds = 0;
  std::vector<std::string> findings;
  // Absent: of a drill before they were tried.
  std::optional<std::int64_t> contents;  ///< Rows whose contents were compared.
  std::optional<Timestamp> keys_at;      ///< What the keystore was restored to.
  std::optional<std::int64_t> keys;      ///< That were counted there.
  std::optional<std::int64_t> opened;    ///< Persons of the restored data that they opened.
};
BOOST_DESCRIBE_STRUCT(DrillResult, (),
                      (at, point_at, passed, tenants, tables, rows, entries, seconds, findings,
                       contents, keys_at, keys, opened))

struct State {
  bool main_made = false, keystore_made = false;  ///< Repositories.
  /// A restore was done: what follows stands on a backup of its own.
  bool full_due = false, keystore_due = false;
  std::vector<Fork> forks;
  std::vector<Failure> failures;
  std::vector<SizeAt> sizes;  ///< Of the repository on disk, one a day.
  std::optional<Timestamp> looked_at, recorded_at;
  std::optional<Timestamp> first_drill_from;  ///< Since when drills are waited for.
  std::optional<DrillResult> drill;
};
BOOST_DESCRIBE_STRUCT(State, (),
                      (main_made, keystore_made, full_due, keystore_due, forks, failures, sizes,
                       looked_at, recorded_at, first_drill_from, drill))

/// Where there is none: what a copy beside the backups knows of restores. Throws when that should
/// be there and cannot be read.
State read_state(const Installation& installation);
void keep_state(const Installation& installation, const State& state);
/// Writes the restores on the newest backup of the main cluster, if they do not stand there yet:
/// the copy of a repository in S3; nothing otherwise. Throws when the repository is not to be had.
void keep_lives(const Installation& installation, const State& state);

/// Held by whoever changes backups; one at a time. Locked: false means that another does.
class Lock {
 public:
  explicit Lock(const std::string& path);
  ~Lock();
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  bool held() const { return held_; }

 private:
  int file_ = -1;
  bool held_ = false;
};

}  // namespace varde::operate
