-- name: document.of_person -> Paper
SELECT d.document_id AS id, d.kind_id, k.name AS kind, d.valid_from, d.valid_until, d.seen_at,
  d.media_type, d.bytes, d.version, d.created_at
FROM person_document d
JOIN document_kind k USING (tenant_id, kind_id)
WHERE d.tenant_id = {tenant} AND d.person_id = $1
ORDER BY k.name, d.document_id

-- name: document.one -> Paper
SELECT d.document_id AS id, d.kind_id, k.name AS kind, d.valid_from, d.valid_until, d.seen_at,
  d.media_type, d.bytes, d.version, d.created_at
FROM person_document d
JOIN document_kind k USING (tenant_id, kind_id)
WHERE d.tenant_id = {tenant}
  AND d.person_id = $1
  AND d.document_id = $2

-- name: document.is_substitute
SELECT person_id
FROM substitute
WHERE tenant_id = {tenant} AND person_id = $1

-- name: document.insert
INSERT INTO person_document (
    tenant_id, document_id, person_id, kind_id, valid_from, valid_until, seen_at, seen_by,
    created_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
WHERE EXISTS (SELECT 1 FROM document_kind WHERE tenant_id = {tenant} AND kind_id = $4)
  AND EXISTS (SELECT 1 FROM substitute WHERE tenant_id = {tenant} AND person_id = $3)

-- name: document.update
UPDATE person_document
SET valid_from = $4, valid_until = $5, seen_at = $6,
  seen_by = coalesce($7, CASE WHEN $6::timestamptz IS NOT NULL THEN seen_by END),
  version = version + 1
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND document_id = $2
  AND version = $3

-- name: document.delete
DELETE FROM person_document
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND document_id = $2

-- name: document.count -> std::int64_t
SELECT count(*)
FROM person_document
WHERE tenant_id = {tenant} AND person_id = $1

-- name: document.put_file
-- A new file has not been seen yet.
UPDATE person_document
SET sealed = $3, media_type = $4, bytes = $5, seen_at = NULL, seen_by = NULL, version = version + 1
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND document_id = $2

-- name: document.file -> FileRecord
SELECT {*}
FROM person_document
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND document_id = $2

-- name: document.file_bytes -> std::int64_t
SELECT (
    SELECT coalesce(sum(bytes), 0)
    FROM person_document
    WHERE tenant_id = {tenant}
  )::bigint + (
    SELECT coalesce(sum(octet_length(sealed)), 0)
    FROM person_picture
    WHERE tenant_id = {tenant}
  )::bigint

-- name: picture.one -> db::Bytes
SELECT sealed
FROM person_picture
WHERE tenant_id = {tenant} AND person_id = $1

-- name: picture.times -> PictureTime
SELECT {*}
FROM person_picture
WHERE tenant_id = {tenant} AND person_id = ANY($1)

-- name: picture.put
INSERT INTO person_picture (tenant_id, person_id, sealed, updated_at)
SELECT $1, $2, $3, $4
WHERE EXISTS (SELECT 1 FROM substitute WHERE tenant_id = {tenant} AND person_id = $2)
ON CONFLICT (tenant_id, person_id) DO UPDATE SET sealed = $3, updated_at = $4

-- name: picture.delete
DELETE FROM person_picture WHERE tenant_id = {tenant} AND person_id = $1
