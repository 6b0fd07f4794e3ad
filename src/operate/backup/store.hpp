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
inline constexpr db::Sql kArchiver{
    "backup.archiver",
    "SELECT a.archived_count, a.failed_count, a.last_archived_wal, a.last_failed_wal, "
    "a.last_archived_time, a.last_failed_time, s.system_identifier::text AS system_id "
    "FROM pg_stat_archiver a, pg_control_system() s"};
// A number of its own makes sure that there is something to switch, and a commit to recover to.
inline constexpr db::Sql kMark{"backup.mark", "SELECT pg_current_xact_id()::text"};
inline constexpr db::Sql kSwitch{"backup.switch", "SELECT pg_walfile_name(pg_switch_wal())"};
struct PointRow {
  std::string lsn;
  std::int64_t timeline = 0;
};
BOOST_DESCRIBE_STRUCT(PointRow, (), (lsn, timeline))
inline constexpr db::Sql kPoint{
    "backup.point",
    "SELECT pg_create_restore_point($1)::text AS lsn, "
    "('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint AS timeline"};
// Of what is written now; the control file is behind after a recovery.
inline constexpr db::Sql kTimeline{
    "backup.timeline",
    "SELECT ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint"};
inline constexpr db::Sql kSnapshotStart{
    "backup.snapshot_start", "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"};
inline constexpr db::Sql kSnapshotEnd{
    "backup.snapshot_end", "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"};
// One snapshot for all that follows in the transaction.
inline constexpr db::Sql kHold{"backup.hold", "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"};
struct SnapshotRow {
  std::int64_t own = 0, first = 0, after = 0;
  std::string name;  // by which another transaction sees the same
};
BOOST_DESCRIBE_STRUCT(SnapshotRow, (), (own, first, after, name))
inline constexpr db::Sql kSnapshot{
    "backup.snapshot",
    "SELECT pg_current_xact_id()::text::bigint AS own, "
    "pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS first, "
    "pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS after, pg_export_snapshot() AS name"};
inline constexpr db::Sql kNumber{"backup.number", "SELECT pg_current_xact_id()::text::bigint"};
struct TableRow {
  std::string name, columns;
};
BOOST_DESCRIBE_STRUCT(TableRow, (), (name, columns))
#define VARDE_TABLES                                                                             \
  "SELECT c.oid::regclass::text AS name, (SELECT string_agg(quote_ident(a.attname), ', ' ORDER " \
  "BY a.attname) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT "         \
  "a.attisdropped) AS columns FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid AND "    \
  "t.attname = 'tenant_id' WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace "
// Tables of organisations; what the counting itself writes is left out.
inline constexpr db::Sql kTables{
    "backup.tables",
    VARDE_TABLES "AND c.relforcerowsecurity AND c.relname <> 'restore_point_state' ORDER BY 1"};
inline constexpr db::Sql kKeystoreTables{"backup.keystore_tables", VARDE_TABLES "ORDER BY 1"};
#undef VARDE_TABLES
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
// A process of one core for a while, not of all of them.
inline constexpr db::Sql kAlone{"backup.alone", "SET LOCAL max_parallel_workers_per_gather = 0"};
inline constexpr db::Sql kRoot{"backup.root",
                               "SELECT root FROM installation_key WHERE purpose = 1"};
inline constexpr db::Sql kSomePersons{
    "backup.some_persons",
    "SELECT person_id FROM person WHERE tenant_id = $1 ORDER BY random() LIMIT $2"};

// ---- as the system

inline constexpr db::Sql kTenants{"backup.tenants", "SELECT tenant_id FROM tenant ORDER BY 1"};
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
inline constexpr db::Sql kPoints{
    "backup.points",
    "SELECT point_id, name, at, lsn, timeline, tables, columns, digested, salt, keys_name, "
    "keys_at, keys_lsn, keys_timeline, keys_root FROM restore_point WHERE at >= $1 ORDER BY at"};
struct LastDigest {
  std::string name;
  Timestamp at;
};
BOOST_DESCRIBE_STRUCT(LastDigest, (), (name, at))
inline constexpr db::Sql kLastDigests{
    "backup.last_digests",
    "SELECT t AS name, max(at) AS at FROM restore_point, unnest(digested) AS t GROUP BY t"};
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
inline constexpr db::Sql kStates{
    "backup.states",
    "SELECT tenant_id, point_id, head_size, head_note, tables, least, most, digests FROM "
    "restore_point_state WHERE point_id = $1 ORDER BY tenant_id"};
inline constexpr db::Sql kForgetStates{
    "backup.forget_states",
    "DELETE FROM restore_point_state WHERE point_id IN (SELECT point_id FROM restore_point WHERE "
    "at < $1)"};
inline constexpr db::Sql kForgetPoints{"backup.forget_points",
                                       "DELETE FROM restore_point WHERE at < $1"};
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
// Who was signed in at the restored moment is not signed in now.
inline constexpr db::Sql kEndSessions{"backup.end_sessions", "DELETE FROM session"};
inline constexpr db::Sql kEndResets{"backup.end_resets", "DELETE FROM password_reset"};

}  // namespace varde::operate::backup_store
