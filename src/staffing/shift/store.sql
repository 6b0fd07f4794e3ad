-- name: shift.one -> ShiftRecord
SELECT {*} FROM shift WHERE tenant_id = {tenant} AND shift_id = $1

-- name: shift.lock -> ShiftRecord
SELECT {*}
FROM shift
WHERE tenant_id = {tenant} AND shift_id = $1
FOR UPDATE

-- name: shift.of -> ShiftRecord
SELECT {*} FROM shift WHERE tenant_id = {tenant} AND shift_id = ANY($1)

-- name: shift.lock_many -> ShiftRecord
-- Always in one order: who locks several waits for nobody who waits for them.
SELECT {*}
FROM shift
WHERE tenant_id = {tenant} AND shift_id = ANY($1)
ORDER BY shift_id
FOR UPDATE

-- name: shift.board -> ShiftRecord
SELECT {*}
FROM shift
WHERE tenant_id = {tenant}
  AND starts_at >= $1
  AND starts_at < $2
  AND ($3::uuid IS NULL OR workplace_id = $3)
  AND ($4::uuid IS NULL OR requested_by = $4)
ORDER BY starts_at, shift_id
LIMIT 5001

-- name: shift.between -> ShiftRecord
-- Of workplaces; what was cancelled may be made again.
SELECT {*}
FROM shift
WHERE tenant_id = {tenant}
  AND starts_at >= $1
  AND starts_at <= $2
  AND workplace_id = ANY($3)
  AND state <> {ShiftState.cancelled}

-- name: shift.update
UPDATE shift
SET workplace_id = $3, starts_at = $4, ends_at = $5, break_minutes = $6, places = $7, skills = $8,
  note = $9, strategy = $10, pool_ids = $11, answer_by = $12, updated_at = $13,
  version = version + 1
WHERE tenant_id = {tenant}
  AND shift_id = $1
  AND version = $2
  AND taken <= $7

-- name: shift.delete
DELETE FROM shift
WHERE tenant_id = {tenant}
  AND shift_id = $1
  AND state = {ShiftState.draft}

-- name: shift.take -> PlacesTaken
-- The place is won here.
UPDATE shift s
SET
  taken = s.taken + l.count, state = CASE WHEN s.taken + l.count = s.places THEN {ShiftState.filled} ELSE s.state END,
  updated_at = $3, version = s.version + 1
FROM (
  SELECT f.shift_id, least(a.wanted, f.places - f.taken) AS count
  FROM unnest($1::uuid[], $2::int8[]) AS a (shift_id, wanted)
  JOIN shift f ON f.tenant_id = {tenant} AND f.shift_id = a.shift_id
  WHERE f.state IN ({ShiftState.open}, {ShiftState.unfilled}) AND f.taken < f.places
  ORDER BY f.shift_id
  FOR NO KEY UPDATE OF f
) l
WHERE s.tenant_id = {tenant} AND s.shift_id = l.shift_id
RETURNING s.shift_id, l.count::int8 AS count

-- name: shift.free
-- A shift that was full, or had nobody left to ask, is filled anew from its first step: those who
-- said no stay out, those who were told that it is taken do not.
UPDATE shift
SET taken = taken - $3,
  step = CASE WHEN state IN ({ShiftState.filled}, {ShiftState.unfilled}) THEN 0 ELSE step END,
  next_at = CASE WHEN state IN ({ShiftState.filled}, {ShiftState.unfilled}) THEN NULL ELSE next_at
      END,
  state = CASE WHEN state IN ({ShiftState.filled}, {ShiftState.unfilled}) THEN {ShiftState.open} ELSE state END,
  updated_at = $2, version = version + 1
WHERE tenant_id = {tenant}
  AND shift_id = $1
  AND taken >= $3

-- name: shift.reopen
UPDATE shift
SET state = {ShiftState.open}, step = 0, next_at = NULL, updated_at = $2, version = version + 1
WHERE tenant_id = {tenant}
  AND shift_id = $1
  AND state = {ShiftState.unfilled}

-- name: shift.step
UPDATE shift
SET step = $2, next_at = $3, updated_at = $4
WHERE tenant_id = {tenant} AND shift_id = $1

-- name: shift.set_state
UPDATE shift
SET state = $2, next_at = NULL, updated_at = $3, version = version + 1
WHERE tenant_id = {tenant} AND shift_id = $1

-- name: shift.request
UPDATE shift
SET state = {ShiftState.requested}, next_at = NULL, updated_at = $2, version = version + 1
WHERE tenant_id = {tenant} AND shift_id = ANY($1)

-- name: shift.publish
UPDATE shift
SET state = CASE WHEN taken = places THEN {ShiftState.filled} ELSE {ShiftState.open} END, published_at = coalesce(published_at, $2),
  approved_by = $3, step = 0, next_at = NULL, updated_at = $2, version = version + 1
WHERE tenant_id = {tenant} AND shift_id = ANY($1)

-- name: shift.set_series
UPDATE shift
SET series_id = $2, version = version + 1
WHERE tenant_id = {tenant} AND shift_id = $1

-- name: shift.askers -> std::optional<Uuid>
SELECT DISTINCT unnest(ARRAY[requested_by, approved_by])
FROM shift
WHERE tenant_id = {tenant} AND shift_id = $1

-- name: shift.attention -> AttentionCounts
SELECT count(*) FILTER (WHERE state IN ({ShiftState.open}, {ShiftState.unfilled}))::bigint AS open,
  count(*) FILTER (WHERE state = {ShiftState.requested})::bigint AS requested,
  min(starts_at) FILTER (WHERE state IN ({ShiftState.open}, {ShiftState.unfilled})) AS first_open,
  min(starts_at) FILTER (WHERE state = {ShiftState.requested}) AS first_requested
FROM shift
WHERE tenant_id = {tenant}
  AND state IN ({ShiftState.requested}, {ShiftState.open}, {ShiftState.unfilled})
  AND starts_at >= $1
  AND (state = {ShiftState.requested} OR starts_at < $2)

-- name: shift.live -> trust::LiveUpdate
SELECT 'shift.changed' AS type, shift_id AS id,
  (extract(epoch FROM updated_at) * 1000)::bigint AS mark
FROM shift
WHERE tenant_id = {tenant} AND updated_at > $1
ORDER BY updated_at DESC
LIMIT 200
