-- name: backup.archiver -> ArchiverRow
SELECT
  a.archived_count, a.failed_count, a.last_archived_wal, a.last_failed_wal, a.last_archived_time,
  a.last_failed_time, s.system_identifier::text AS system_id
FROM pg_stat_archiver a, pg_control_system() s

-- name: backup.mark
-- A number of its own makes sure that there is something to switch, and a commit to recover to.
SELECT pg_current_xact_id()::text

-- name: backup.switch -> std::string
SELECT pg_walfile_name(pg_switch_wal())

-- name: backup.point -> PointRow
SELECT pg_create_restore_point($1)::text AS lsn,
  ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint AS timeline

-- name: backup.snapshot_start
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint

-- name: backup.snapshot_end
SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint

-- name: backup.hold
-- One snapshot for all that follows in the transaction.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ

-- name: backup.snapshot -> SnapshotRow
SELECT pg_current_xact_id()::text::bigint AS own,
  pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS first,
  pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS after, pg_export_snapshot() AS name

-- name: backup.number -> std::int64_t
SELECT pg_current_xact_id()::text::bigint

-- part: tenant_tables
SELECT c.oid::regclass::text AS name,
  (
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname)
    FROM pg_attribute a
    WHERE a.attrelid = c.oid
      AND a.attnum > 0
      AND NOT a.attisdropped
  ) AS columns
FROM pg_class c
JOIN pg_attribute t ON t.attrelid = c.oid AND t.attname = 'tenant_id'

-- name: backup.tables
-- Tables of organisations; what the counting itself writes is left out.
{tenant_tables}
WHERE c.relkind = 'r'
  AND c.relnamespace = 'public'::regnamespace
  AND c.relforcerowsecurity
  AND c.relname <> 'restore_point_state'
ORDER BY 1

-- name: backup.keystore_tables
{tenant_tables}
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
ORDER BY 1

-- name: backup.alone
-- A process of one core for a while, not of all of them.
SET LOCAL max_parallel_workers_per_gather = 0

-- name: backup.root -> db::Bytes
-- database: keystore
SELECT root FROM installation_key WHERE purpose = {InstallationPurpose.kDerive}

-- name: backup.some_persons -> Uuid
SELECT person_id
FROM person
WHERE tenant_id = $1
ORDER BY random()
LIMIT $2

-- name: backup.points -> RestorePoint
SELECT {*}
FROM restore_point
WHERE at >= $1
ORDER BY at

-- name: backup.last_digests -> LastDigest
SELECT t AS name, max(at) AS at
FROM restore_point, unnest(digested) AS t
GROUP BY t

-- name: backup.states -> StateRow
-- across tenants: a drill compares all organisations at once
SELECT {*}
FROM restore_point_state
WHERE point_id = $1
ORDER BY tenant_id

-- name: backup.forget_states
-- across tenants: a moment of all organisations goes
DELETE FROM restore_point_state
WHERE point_id IN (SELECT point_id FROM restore_point WHERE at < $1)

-- name: backup.forget_points
DELETE FROM restore_point WHERE at < $1

-- name: backup.end_sessions
-- Who was signed in at the restored moment is not signed in now.
DELETE FROM session

-- name: backup.end_resets
DELETE FROM password_reset

-- name: backup.last_drill -> std::vector<std::string>
SELECT fields
FROM audit_entry
WHERE tenant_id = {tenant} AND action = 'system.drill'
ORDER BY entry_id DESC
LIMIT 1

-- name: restore_person.key -> std::string
SELECT a.attname::text
FROM pg_index i
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
WHERE i.indrelid = to_regclass($1) AND i.indisprimary

-- name: restore_person.prefixes -> std::int64_t
SELECT hash FROM person_prefix WHERE tenant_id = $1 AND person_id = $2

-- name: restore_person.drop_prefixes
DELETE FROM person_prefix WHERE tenant_id = $1 AND person_id = $2

-- name: restore_person.put_prefixes
INSERT INTO person_prefix (tenant_id, hash, person_id)
SELECT $1, unnest($3::bigint[]), $2

-- name: restore_person.put_index
UPDATE person
SET email_hash = $3, phone_hash = $4, version = version + 1, updated_at = $5
WHERE tenant_id = $1 AND person_id = $2
