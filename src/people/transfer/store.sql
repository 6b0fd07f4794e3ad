-- name: transfer.file_bytes -> std::int64_t
SELECT (
    SELECT coalesce(sum(octet_length(sealed)), 0)
    FROM import_piece
    WHERE tenant_id = {tenant}
  )::bigint + (
    SELECT coalesce(sum(octet_length(sealed)), 0)
    FROM export_piece
    WHERE tenant_id = {tenant}
  )::bigint

-- name: import.names
SELECT import_id, filename
FROM import
WHERE tenant_id = {tenant} AND import_id = ANY($1)

-- name: import.all -> ImportRecord
SELECT {*}
FROM import
WHERE tenant_id = {tenant}
ORDER BY import_id DESC
LIMIT 200

-- name: import.one -> ImportRecord
SELECT {*} FROM import WHERE tenant_id = {tenant} AND import_id = $1

-- name: import.locked -> ImportRecord
SELECT {*}
FROM import
WHERE tenant_id = {tenant} AND import_id = $1
FOR UPDATE

-- name: import.insert
INSERT INTO import (tenant_id, import_id, filename, state, created_by, created_at)
VALUES ({tenant}, $1, $2, $3, $4, $5)

-- name: import.uploaded
UPDATE import
SET bytes = $2, encoding = $3, delimiter = $4, header = $5, state = $6, sheets = $7, sheet = $8,
  content_bytes = $9, title_lines = $10
WHERE tenant_id = {tenant} AND import_id = $1

-- name: import.past_settings -> db::Json
-- The mappings of the last imports, by which columns of the same names are known again.
SELECT settings
FROM import
WHERE tenant_id = {tenant}
  AND state IN ({ImportState.queued}, {ImportState.running}, {ImportState.done})
  AND settings <> '{}'
ORDER BY import_id DESC
LIMIT 30

-- name: import.start
UPDATE import
SET encoding = $2, delimiter = $3, header = $4, settings = $5, state = $6, title_lines = $7
WHERE tenant_id = {tenant} AND import_id = $1

-- name: import.progress
UPDATE import
SET state = $2, position = $3, line = $4, read = $5, created = $6, updated = $7, unchanged = $8,
  rejected = $9, warned = $10, reasons = $11
WHERE tenant_id = {tenant}
  AND import_id = $1
  AND state IN ({ImportState.queued}, {ImportState.running})

-- name: import.finish
UPDATE import
SET state = $2, error = $3, finished_at = $4
WHERE tenant_id = {tenant} AND import_id = $1

-- name: import.pieces -> PieceRecord
SELECT {*}
FROM import_piece
WHERE tenant_id = {tenant}
  AND import_id = $1
  AND kind = $2
  AND number >= $3
ORDER BY number
LIMIT 4

-- name: import.piece -> PieceRecord
SELECT {*}
FROM import_piece
WHERE tenant_id = {tenant}
  AND import_id = $1
  AND kind = $2
  AND number = $3

-- name: import.piece_bytes -> std::int64_t
SELECT coalesce(sum(octet_length(sealed)), 0)::bigint
FROM import_piece
WHERE tenant_id = {tenant}
  AND import_id = $1
  AND kind = $2

-- name: import.delete_pieces
DELETE FROM import_piece
WHERE tenant_id = {tenant}
  AND import_id = $1
  AND kind = $2

-- name: import.take_staged
-- Rows that were staged from a number on become those of the import.
INSERT INTO import_piece (tenant_id, import_id, kind, number, sealed)
SELECT tenant_id, import_id, 1, number - $2::bigint, sealed
FROM import_piece
WHERE tenant_id = {tenant}
  AND import_id = $1
  AND kind = {PieceKind.staged}
  AND number >= $2::bigint
  AND number < $2::bigint + 1048576

-- name: import.drop_staged
DELETE FROM import_piece
WHERE tenant_id = {tenant}
  AND import_id = $1
  AND kind = {PieceKind.staged}
  AND number >= $2::bigint
  AND number < $2::bigint + 1048576

-- name: import.running -> ProgressRecord
SELECT import_id, filename, position, coalesce(nullif(content_bytes, 0), bytes) AS bytes
FROM import
WHERE tenant_id = {tenant} AND state IN ({ImportState.queued}, {ImportState.running})
ORDER BY import_id DESC
LIMIT 5

-- name: import.rejected -> Uuid
SELECT import_id
FROM import
WHERE tenant_id = {tenant}
  AND state = {ImportState.done}
  AND rejected > 0
  AND finished_at > $1
ORDER BY import_id

-- name: import.live -> trust::LiveUpdate
SELECT 'import.progress' AS type, import_id AS id, state * 1000000000::bigint + read AS mark
FROM import
WHERE tenant_id = {tenant}
  AND (state IN ({ImportState.queued}, {ImportState.running}) OR finished_at > $1)

-- name: import.refresh_statistics
SELECT refresh_statistics()

-- name: import.delete
DELETE FROM import WHERE tenant_id = {tenant} AND import_id = $1

-- name: export.all -> ExportRecord
SELECT {*}
FROM export
WHERE tenant_id = {tenant}
ORDER BY export_id DESC
LIMIT 200

-- name: export.one -> ExportRecord
SELECT {*} FROM export WHERE tenant_id = {tenant} AND export_id = $1

-- name: export.insert
INSERT INTO export (tenant_id, export_id, format, state, settings, created_by, created_at)
VALUES ({tenant}, $1, $2, 1, $3, $4, $5)

-- name: import.give_up
UPDATE import
SET state = $2, error = $3, finished_at = $4
WHERE tenant_id = {tenant}
  AND import_id = $1
  AND state IN ({ImportState.queued}, {ImportState.running})

-- name: export.state
UPDATE export
SET state = $2, rows = $3, error = $4, finished_at = $5
WHERE tenant_id = {tenant} AND export_id = $1

-- name: export.goes_on
-- Unless it was taken back meanwhile.
UPDATE export
SET state = $2, rows = $3, finished_at = $4
WHERE tenant_id = {tenant}
  AND export_id = $1
  AND state IN ({ExportState.queued}, {ExportState.running})
RETURNING export_id

-- name: export.pieces -> ExportPieceRecord
SELECT {*}
FROM export_piece
WHERE tenant_id = {tenant}
  AND export_id = $1
  AND number >= $2
ORDER BY number
LIMIT 4

-- name: export.of -> Uuid
-- Files that hold one of these persons, and what was made of them so far; held, so that a run that
-- goes on notices.
SELECT e.export_id
FROM export e
WHERE e.tenant_id = {tenant}
  AND e.state IN ({ExportState.queued}, {ExportState.running}, {ExportState.done})
  AND EXISTS (
    SELECT
    FROM export_piece p
    WHERE p.tenant_id = {tenant}
      AND p.export_id = e.export_id
      AND p.persons && $1
  )
ORDER BY e.export_id
FOR UPDATE

-- name: export.void
UPDATE export
SET state = $2, error = $3
WHERE tenant_id = {tenant} AND export_id = ANY($1)

-- name: export.clear_many
DELETE FROM export_piece
WHERE tenant_id = {tenant} AND export_id = ANY($1)

-- name: export.old -> Uuid
SELECT export_id
FROM export
WHERE tenant_id = {tenant}
  AND state = {ExportState.done}
  AND finished_at < $1
FOR UPDATE

-- name: import.old -> Uuid
-- Files that nobody started to import, and rows that were not taken.
UPDATE import
SET cleared = true
WHERE tenant_id = {tenant}
  AND NOT cleared
  AND (state <= {ImportState.uploaded} AND created_at < $1
      OR state >= {ImportState.done} AND finished_at < $2)
RETURNING import_id

-- name: import.clear
DELETE FROM import_piece
WHERE tenant_id = {tenant} AND import_id = ANY($1)

-- name: export.clear
DELETE FROM export_piece WHERE tenant_id = {tenant} AND export_id = $1

