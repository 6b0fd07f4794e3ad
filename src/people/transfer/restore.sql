-- database: restore
-- Files are sealed under keys of their own, which go: exports that lay ready, and imports that are not there any more.

-- name: restore.doomed_exports
INSERT INTO doomed
SELECT export_id FROM export WHERE tenant_id = {tenant}
UNION
SELECT export_id FROM stage_export

-- name: restore.expire_exports
UPDATE stage_export
SET state = {ExportState.expired}, error = $1
WHERE state IN ({ExportState.queued}, {ExportState.running}, {ExportState.done})

-- name: restore.doomed_imports
INSERT INTO doomed
SELECT t.import_id
FROM import t
WHERE t.tenant_id = {tenant} AND NOT EXISTS (SELECT FROM stage_import s WHERE s.import_id = t.import_id)

-- name: restore.lose_pieces
DELETE FROM stage_import_piece s WHERE NOT EXISTS (SELECT FROM keyed k WHERE k.id = s.import_id)

-- name: restore.clear_imports
UPDATE stage_import s SET cleared = true WHERE NOT EXISTS (SELECT FROM keyed k WHERE k.id = s.import_id)

-- name: restore.stop_imports
UPDATE stage_import
SET state = {ImportState.failed}, finished_at = clock_timestamp(), error = $1
WHERE state IN ({ImportState.uploading}, {ImportState.queued}, {ImportState.running})
  OR state = {ImportState.uploaded} AND cleared
