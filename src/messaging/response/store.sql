-- name: response.add -> int
INSERT INTO response (tenant_id, source_id, kind, number, flags, person_id, first_at, last_at)
VALUES ({tenant}, $1, $2, $3, $4, $5, $6, $6)
ON CONFLICT (tenant_id, source_id, kind, number, flags, person_id) DO UPDATE SET last_at =
    EXCLUDED.last_at, times = response.times + 1
RETURNING times

-- name: retention.old_response
SELECT count(*) AS rows, min(last_at) AS oldest
FROM response
WHERE tenant_id = {tenant} AND last_at < $1

-- name: retention.drop_response
DELETE FROM response
WHERE tenant_id = {tenant}
  AND ctid IN (
    SELECT ctid
    FROM response
    WHERE tenant_id = {tenant} AND last_at < $1
    ORDER BY last_at
    LIMIT $2
  )
RETURNING person_id
