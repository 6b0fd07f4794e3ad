-- database: restore

-- name: restore.settings
-- What the settings screen changes. Whose row it is, its short name, its state, who needs a second factor: as it is now.
UPDATE tenant t
SET name = s.name, colour = s.colour, time_zone = s.time_zone, locale = s.locale, postal_address = s.postal_address,
  open_tracking = s.open_tracking, click_tracking = s.click_tracking, quiet_from = s.quiet_from, quiet_to = s.quiet_to,
  version = t.version + 1
FROM stage_tenant s
WHERE t.tenant_id = {tenant}

-- name: restore.end_sessions
DELETE FROM session WHERE tenant_id = {tenant}

-- name: restore.end_jobs
DELETE FROM job WHERE tenant_id = {tenant} AND kind ~ $1

-- part: jobs_of
gen_random_uuid(), {tenant}::uuid, jsonb_build_object('ids', jsonb_agg(id)), clock_timestamp(), clock_timestamp()

-- name: restore.destroy_keys
INSERT INTO job (kind, job_id, tenant_id, payload, run_at, created_at)
SELECT 'keys.destroy', {jobs_of}
FROM (SELECT id, row_number() OVER () / 500 AS n FROM doomed) d
GROUP BY n

-- name: restore.forget
-- Whoever was made since is erased, in the ledger too: what the trail holds sealed of them is never opened again.
INSERT INTO job (kind, job_id, tenant_id, payload, run_at, created_at)
SELECT 'person.forget', {jobs_of}
FROM (SELECT person_id AS id, row_number() OVER () / 500 AS n FROM vanished) v
GROUP BY n

-- name: restore.wake
SELECT pg_notify('varde_jobs', ''), pg_notify('varde_sessions', '')

-- name: restore.entry
INSERT INTO audit_entry (tenant_id, entry_id, at, actor_kind, network, action, object_kind, object_id, fields)
VALUES ({tenant}, $1, $2, {ActorKind.operations}, $3, 'tenant.restore', 'tenant', {tenant}, string_to_array($4, E'\n'))

-- part: new_id
-- Of version 7, as all ids are: their order is the time's.
(lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7' || substr(r, 1, 3) || '8' ||
  substr(r, 4, 15))::uuid

-- name: restore.erased
INSERT INTO audit_entry (tenant_id, entry_id, at, actor_kind, network, action, object_kind, object_id, person_id)
SELECT {tenant}, {new_id}, date_trunc('milliseconds', clock_timestamp()), {ActorKind.operations}, $1, 'person.erase', 'person',
  person_id, person_id
FROM (SELECT person_id, replace(gen_random_uuid()::text, '-', '') AS r FROM vanished) v

-- name: restore.tell
INSERT INTO notification (tenant_id, notification_id, account_id, at, text, href)
SELECT {tenant}, {new_id}, account_id, $1, $2, '/campaigns'
FROM (
  SELECT account_id, replace(gen_random_uuid()::text, '-', '') AS r
  FROM membership
  WHERE tenant_id = {tenant} AND role = {Role.administrator} AND NOT suspended
  LIMIT 100
) a
