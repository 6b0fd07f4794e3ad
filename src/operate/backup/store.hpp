// The statements of the backups. Those of a Super run as the clusters' superuser, which only this
// folder becomes: restore points, the archiver's figures and counts across all organisations are
// nobody else's.
#pragma once

#include "trust/ctx.hpp"

namespace varde::operate::backup_store {

// ---- as the superuser

struct ArchiverRow {
  std::int64_t archived_count = 0, failed_count = 0;
  std::optional<std::string> last_archived_wal, last_failed_wal;
  std::optional<Timestamp> last_archived_time, last_failed_time;
  std::string system_id;
};
BOOST_DESCRIBE_STRUCT(ArchiverRow, (),
                      (archived_count, failed_count, last_archived_wal, last_failed_wal,
                       last_archived_time, last_failed_time, system_id))
struct PointRow {
  std::string lsn;
  std::int64_t timeline = 0;
};
BOOST_DESCRIBE_STRUCT(PointRow, (), (lsn, timeline))
struct SnapshotRow {
  std::int64_t own = 0, first = 0, after = 0;
  std::string name;  // by which another transaction sees the same
};
BOOST_DESCRIBE_STRUCT(SnapshotRow, (), (own, first, after, name))
struct TableRow {
  std::string name, columns;
};
BOOST_DESCRIBE_STRUCT(TableRow, (), (name, columns))
struct CountRow {
  Uuid tenant_id;
  std::int64_t rows = 0, fresh = 0;
};
BOOST_DESCRIBE_STRUCT(CountRow, (), (tenant_id, rows, fresh))
/// Rows of each organisation, and how many of them were written since transaction $1. `table` comes
/// from the catalogue, quoted.
inline std::string count_text(const std::string& table) {
  return "SELECT tenant_id, count(*) AS rows, count(*) FILTER (WHERE age(xmin) <= "
         "age((($1::bigint) % 4294967296)::text::xid)) AS fresh FROM " +
         table + " GROUP BY tenant_id";
}
struct DigestRow {
  Uuid tenant_id;
  std::int64_t rows = 0;
  std::string digest;
};
BOOST_DESCRIBE_STRUCT(DigestRow, (), (tenant_id, rows, digest))
/// Rows of each organisation, and the sum of 64 bits of SHA-256($1, row) over them, whatever their
/// order. A row's bytes are its columns as PostgreSQL sends them in binary, which no setting
/// changes. Both names come from the catalogue, quoted.
inline std::string digest_text(const std::string& table, const std::string& columns) {
  return "SELECT tenant_id, count(*) AS rows, sum(('x' || encode(substr(sha256($1::bytea || "
         "record_send(ROW(" +
         columns + "))), 1, 8), 'hex'))::bit(64)::bigint)::text AS digest FROM " + table +
         " GROUP BY tenant_id";
}

// ---- as the system

struct RestorePoint {
  Uuid point_id;
  std::string name;
  Timestamp at;
  std::string lsn;
  std::int64_t timeline = 0;
  std::vector<std::string> tables, columns, digested;
  db::Bytes salt;
  // Of the keystore; nothing, for moments that were recorded without it.
  std::optional<std::string> keys_name;
  std::optional<Timestamp> keys_at;
  std::optional<std::string> keys_lsn;
  std::optional<std::int64_t> keys_timeline;
  std::optional<db::Bytes> keys_root;
};
BOOST_DESCRIBE_STRUCT(RestorePoint, (),
                      (point_id, name, at, lsn, timeline, tables, columns, digested, salt,
                       keys_name, keys_at, keys_lsn, keys_timeline, keys_root))
struct LastDigest {
  std::string name;
  Timestamp at;
};
BOOST_DESCRIBE_STRUCT(LastDigest, (), (name, at))
struct StateRow {
  Uuid tenant_id, point_id;
  std::int64_t head_size = 0;
  std::string head_note;
  std::vector<std::string> tables;
  std::vector<std::int64_t> least, most;
  std::vector<std::string> digests;  ///< Of moments from before there were any: none.
};
BOOST_DESCRIBE_STRUCT(StateRow, (),
                      (tenant_id, point_id, head_size, head_note, tables, least, most, digests))
struct DrillRow {
  Uuid drill_id;
  Timestamp started_at, ended_at, point_at;
  bool passed = false;
  std::vector<std::string> findings;
  std::int64_t contents = 0;
  std::optional<Timestamp> keys_at;
  std::int64_t keys = 0, opened = 0;
};
BOOST_DESCRIBE_STRUCT(DrillRow, (),
                      (drill_id, started_at, ended_at, point_at, passed, findings, contents,
                       keys_at, keys, opened))

}  // namespace varde::operate::backup_store
