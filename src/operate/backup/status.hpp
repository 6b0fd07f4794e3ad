// How it stands with the backups, in words that say what to do. `look` asks pgBackRest and the
// clusters; what it found is kept for the program, whose answers must not wait for a repository.
#pragma once

#include "operate/backup/state.hpp"

namespace varde::operate {

struct BackupView {
  Timestamp at;
  std::int64_t bytes = 0;             ///< Of the cluster.
  std::int64_t repository_bytes = 0;  ///< That it added to the repository.
};
BOOST_DESCRIBE_STRUCT(BackupView, (), (at, bytes, repository_bytes))
struct ClusterView {
  std::string name;
  std::optional<BackupView> newest_full, newest_differential;
  std::int64_t backups = 0;
  std::optional<Timestamp> restorable_from, restorable_until;
  std::vector<std::string> gaps;  ///< Pieces of the log that are missing.
  std::optional<std::string> last_archived;
  std::optional<Timestamp> last_archived_at, last_failed_at;
  std::int64_t failed = 0;
};
BOOST_DESCRIBE_STRUCT(ClusterView, (),
                      (name, newest_full, newest_differential, backups, restorable_from,
                       restorable_until, gaps, last_archived, last_archived_at, last_failed_at,
                       failed))
struct Problem {
  std::string what, mend;
  std::string detail;  ///< For the operator alone: may name places on this machine.
};
BOOST_DESCRIBE_STRUCT(Problem, (), (what, mend, detail))
struct RepositoryView {
  std::string place;
  bool same_disk = false;
  std::optional<std::int64_t> bytes, free_bytes;
  std::optional<std::int64_t> bytes_a_day;  ///< Growth; known after some days.
  std::optional<std::int64_t> days_left;    ///< Until it is full, at this growth.
};
BOOST_DESCRIBE_STRUCT(RepositoryView, (),
                      (place, same_disk, bytes, free_bytes, bytes_a_day, days_left))
struct Status {
  bool ok = false;
  Timestamp at;
  RepositoryView repository;
  std::vector<ClusterView> clusters;
  std::vector<BackupView> monthly;
  std::optional<DrillResult> drill;
  std::optional<Fork> last_restore;
  std::vector<Problem> problems;  ///< Until one is mended, a restore may fail.
  std::vector<std::string> hints;
};
BOOST_DESCRIBE_STRUCT(Status, (),
                      (ok, at, repository, clusters, monthly, drill, last_restore, problems, hints))

Status look(const Installation& installation);
std::string as_text(const Status& status);
/// "keys of 2026-03-01T12:00:00Z: 12 counted, 3 persons opened".
std::string keys_words(const DrillResult& drill);

void keep_status(const Installation& installation, const Status& status);
/// What was kept, with a problem more when nobody has looked for long; nullopt when nothing was.
std::optional<Status> kept_status(const std::string& data_directory, std::int64_t look_every);

}  // namespace varde::operate
