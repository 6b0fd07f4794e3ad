-- name: leave.letters -> std::int64_t
SELECT count(*)
FROM outbox
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND source_kind = {SourceKind.system}
  AND created_at > $2

-- name: response.trapped -> int
-- By person and message: a scanner's, because it followed the link that nobody sees.
SELECT 1
FROM response
WHERE tenant_id = {tenant}
  AND source_id = $1
  AND person_id = $2
  AND kind = {ActivityKind.clicked}
  AND number = 0
  AND flags & 2 = 2
  AND last_at >= $3

-- name: response.to_scanner
WITH theirs AS (
  DELETE FROM response
  WHERE tenant_id = {tenant}
    AND source_id = $1
    AND person_id = $2
    AND kind IN ({ActivityKind.opened}, {ActivityKind.clicked})
    AND flags & 2 = 0
    AND last_at >= $3
  RETURNING *
)
INSERT INTO response (
    tenant_id, source_id, kind, number, flags, person_id, first_at, last_at, times)
SELECT tenant_id, source_id, kind, number, flags | 2, person_id, first_at, last_at, times
FROM theirs
ON CONFLICT (tenant_id, source_id, kind, number, flags, person_id) DO UPDATE SET last_at =
    EXCLUDED.last_at, times = response.times + EXCLUDED.times

-- name: response.link -> std::string
SELECT url
FROM link
WHERE tenant_id = {tenant}
  AND source_id = $1
  AND number = $2

-- name: response.sent_at -> Timestamp
SELECT at
FROM delivery
WHERE tenant_id = {tenant}
  AND source_id = $1
  AND recipient_id = $2
  AND state = {DeliveryState.sent}

-- name: confirm.asked_today -> Uuid
-- Who was asked about a list often enough since $3.
SELECT person_id
FROM outbox
WHERE tenant_id = {tenant}
  AND person_id = ANY($1)
  AND source_kind = {SourceKind.list}
  AND source_id = $2
  AND created_at > $3
GROUP BY person_id
HAVING count(*) >= $4
