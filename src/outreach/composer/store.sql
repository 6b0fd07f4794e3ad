-- name: template.all -> TemplateRecord
SELECT {*}
FROM template
WHERE tenant_id = {tenant}
ORDER BY name
LIMIT 500

-- name: template.one -> TemplateRecord
SELECT {*} FROM template WHERE tenant_id = {tenant} AND template_id = $1

-- name: template.insert
INSERT INTO template (tenant_id, template_id, name, document, updated_at)
VALUES ({tenant}, $1, $2, $3, $4)
ON CONFLICT (tenant_id, name) DO NOTHING

-- name: template.update
UPDATE template
SET name = $3, document = $4, updated_at = $5, version = version + 1
WHERE tenant_id = {tenant}
  AND template_id = $1
  AND version = $2

-- name: template.names
SELECT template_id, name
FROM template
WHERE tenant_id = {tenant} AND template_id = ANY($1)

-- name: template.delete
DELETE FROM template WHERE tenant_id = {tenant} AND template_id = $1

-- name: image.insert
INSERT INTO image (tenant_id, image_id, type, width, height, bytes, created_at)
VALUES ({tenant}, $1, $2, $3, $4, $5, $6)

-- name: image.bytes -> std::int64_t
SELECT coalesce(sum(octet_length(bytes)), 0)::bigint
FROM image
WHERE tenant_id = {tenant}

-- name: image.one -> ImageRecord
SELECT {*} FROM image WHERE tenant_id = {tenant} AND image_id = $1
