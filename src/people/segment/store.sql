-- name: segment.all -> SegmentRecord
SELECT {*}
FROM segment
WHERE tenant_id = {tenant}
ORDER BY name
LIMIT 1000

-- name: segment.one -> SegmentRecord
SELECT {*} FROM segment WHERE tenant_id = {tenant} AND segment_id = $1

-- name: segment.names
SELECT segment_id, name
FROM segment
WHERE tenant_id = {tenant} AND segment_id = ANY($1)

-- name: segment.insert
INSERT INTO segment (
    tenant_id, segment_id, name, conditions, persons, counted_at, created_at, updated_at)
VALUES ({tenant}, $1, $2, $3, $4, $5, $5, $5)
ON CONFLICT (tenant_id, name) DO NOTHING

-- name: segment.update
UPDATE segment
SET name = $3, conditions = $4, persons = $5, counted_at = $6, updated_at = $6,
  version = version + 1
WHERE tenant_id = {tenant}
  AND segment_id = $1
  AND version = $2

-- name: segment.loops
SELECT set_config('enable_nestloop', $1, true)

-- name: segment.delete
DELETE FROM segment WHERE tenant_id = {tenant} AND segment_id = $1

-- name: segment.values -> std::string
-- The first values of an attribute that begin so, each spelling once: a step of the index for each,
-- however many have it.
WITH RECURSIVE known (key) AS (
  (
    SELECT x.text_key
    FROM person_attribute x
    WHERE x.tenant_id = {tenant}
      AND x.attribute_id = $1
      AND x.text_key >= folded_text($2)
    ORDER BY x.text_key
    LIMIT 1
  )
  UNION ALL
  SELECT (
      SELECT x.text_key
      FROM person_attribute x
      WHERE x.tenant_id = {tenant}
        AND x.attribute_id = $1
        AND x.text_key > known.key
      ORDER BY x.text_key
      LIMIT 1
    )
  FROM known
  WHERE starts_with(known.key, folded_text($2))
)
SELECT (
    SELECT x.text_value
    FROM person_attribute x
    WHERE x.tenant_id = {tenant}
      AND x.attribute_id = $1
      AND x.text_key = known.key
    LIMIT 1
  )
FROM known
WHERE starts_with(known.key, folded_text($2))
LIMIT $3

-- name: segment.uses -> std::string
SELECT name
FROM segment
WHERE tenant_id = {tenant} AND position($1::uuid::text IN conditions::text) > 0
ORDER BY name
LIMIT 10
