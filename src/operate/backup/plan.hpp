// What pgBackRest's own report says, and what follows from it: which backup a restore begins with,
// what is due, what has had its time. No clock, no process, no database: decided from values, so
// that every rule is tested as a table.
//
// A restore gives the cluster a new timeline, and leaves what came after the restored moment on the
// old one. Any second stays reachable, also those that a restore took back: Fork remembers from
// when on which timeline was lived. A backup serves a moment only if it lies on the way to it.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace varde::operate {

enum class Kind { full = 1, differential = 2, incremental = 3 };

struct Backup {
  std::string label;
  Kind kind = Kind::full;
  int repository = 1;
  Timestamp start, stop;  ///< Whole seconds.
  std::uint64_t stop_lsn = 0;
  std::string first_wal, last_wal;
  std::int64_t timeline = 1;
  std::int64_t database_bytes = 0, repository_bytes = 0;  ///< The latter: what it added.
  std::string full;                                       ///< Label of the full one it stands on.
  bool damaged = false;
  std::string lives;  ///< What was written on it of restores (state.hpp); empty: nothing.
};

/// A restore: from `at` on, `timeline` was lived, which left `parent` at `lsn`.
struct Fork {
  std::string cluster;
  std::int64_t timeline = 0, parent = 0;
  std::string lsn;  ///< "0/3000148"
  Timestamp to, at;
};
BOOST_DESCRIBE_STRUCT(Fork, (), (cluster, timeline, parent, lsn, to, at))

/// State of a repository, by pgBackRest's codes.
struct RepositoryState {
  int code = 0;  ///< 0 in order, 1 nothing there, 2 no backup yet, 3 damaged, 99 not to be read.
  std::string message;
};
struct Info {
  std::vector<Backup> backups;  ///< Oldest first.
  std::vector<RepositoryState> repositories;
  std::string system_id;  ///< Of the cluster, as the repository knows it.
};
/// The annotation of a backup that `lives` is.
inline constexpr const char* kLives = "varde-lives";
/// Reads the answer of `pgbackrest info --output=json` about one stanza. Throws when it is none.
Info read_info(std::string_view json, std::string_view stanza);

/// Parses "16/B374D848"; 0 when it is not one.
std::uint64_t parse_lsn(std::string_view text);

/// The timeline that was lived at `at`; nullopt when there was never more than one.
std::optional<std::int64_t> timeline_at(const std::vector<Fork>& forks, Timestamp at);
/// The newest backup of repository `repository` that leads to `at`, or nullptr.
const Backup* backup_for(const Info& info, const std::vector<Fork>& forks, int repository,
                         Timestamp at);
/// The newest that leads to a place in the log.
const Backup* backup_for_lsn(const Info& info, const std::vector<Fork>& forks, int repository,
                             std::int64_t timeline, std::uint64_t lsn);
/// The first second of which repository 1 has everything; nullopt without a backup.
std::optional<Timestamp> oldest_moment(const Info& info);

/// Labels of full backups of a repository that have had their time: with `strict` nothing older
/// than `keep` stays; otherwise the newest that is older stays, for it leads to all of `keep`.
std::vector<std::string> outlived(const Info& info, int repository, Timestamp now,
                                  std::int64_t keep, bool strict);
std::int64_t count_full(const Info& info, int repository);
/// The newest of a kind (or any, without one) in a repository, or nullptr; damaged ones do not
/// count.
const Backup* newest(const Info& info, int repository, std::optional<Kind> kind);

/// Names of pieces of the log that are missing between the first that is needed and the last of
/// each timeline: "000000010000000000000003" or "… to …". `names`: files of the archive, in any
/// order; at most 20 gaps are named.
std::vector<std::string> gaps(const std::vector<std::string>& names, std::string_view first_needed);

}  // namespace varde::operate
