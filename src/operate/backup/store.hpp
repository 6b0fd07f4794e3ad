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
// Tables of organisations; what the counting itself writes is left out.
inline constexpr db::Sql kTables{
    "backup.tables",
    "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND "
    "a.attname = 'tenant_id' WHERE c.relkind = 'r' AND c.relforcerowsecurity AND c.relnamespace = "
    "'public'::regnamespace AND c.relname <> 'restore_point_state' ORDER BY 1"};
struct CountRow {
  Uuid tenant_id;
  std::int64_t rows = 0, fresh = 0;
};
BOOST_DESCRIBE_STRUCT(CountRow, (), (tenant_id, rows, fresh))
/// Rows of each organisation, and how many of them were written since transaction $1. `table` comes
/// from kTables, quoted.
inline std::string count_text(const std::string& table) {
  return "SELECT tenant_id, count(*) AS rows, count(*) FILTER (WHERE age(xmin) <= "
         "age((($1::bigint) % 4294967296)::text::xid)) AS fresh FROM " +
         table + " GROUP BY tenant_id";
}

// ---- as the system

inline constexpr db::Sql kTenants{"backup.tenants", "SELECT tenant_id FROM tenant ORDER BY 1"};
struct RestorePoint {
  Uuid point_id;
  std::string name;
  Timestamp at;
  std::string lsn;
  std::int64_t timeline = 0;
};
BOOST_DESCRIBE_STRUCT(RestorePoint, (), (point_id, name, at, lsn, timeline))
inline constexpr db::Sql kPoints{
    "backup.points",
    "SELECT point_id, name, at, lsn, timeline FROM restore_point WHERE at >= $1 ORDER BY at"};
struct StateRow {
  Uuid tenant_id, point_id;
  std::int64_t head_size = 0;
  std::string head_note;
  std::vector<std::string> tables;
  std::vector<std::int64_t> least, most;
};
BOOST_DESCRIBE_STRUCT(StateRow, (),
                      (tenant_id, point_id, head_size, head_note, tables, least, most))
inline constexpr db::Sql kStates{
    "backup.states",
    "SELECT tenant_id, point_id, head_size, head_note, tables, least, most FROM "
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
};
BOOST_DESCRIBE_STRUCT(DrillRow, (), (drill_id, started_at, ended_at, point_at, passed, findings))
// Who was signed in at the restored moment is not signed in now.
inline constexpr db::Sql kEndSessions{"backup.end_sessions", "DELETE FROM session"};
inline constexpr db::Sql kEndResets{"backup.end_resets", "DELETE FROM password_reset"};

}  // namespace varde::operate::backup_store
