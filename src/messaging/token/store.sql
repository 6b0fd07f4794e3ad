-- name: token.find_ref -> std::int64_t
SELECT ref
FROM source_ref
WHERE tenant_id = $1
  AND source_kind = $2
  AND source_id = $3

-- name: token.insert_ref
INSERT INTO source_ref (tenant_id, source_kind, source_id)
VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING

-- name: token.find_source -> Source
SELECT {*} FROM source_ref WHERE ref = $1
