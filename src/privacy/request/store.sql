-- name: request.one -> RequestRecord
SELECT {*}
FROM subject_request
WHERE tenant_id = {tenant} AND request_id = $1

-- name: request.lock -> RequestRecord
SELECT {*}
FROM subject_request
WHERE tenant_id = {tenant} AND request_id = $1
FOR UPDATE

-- name: request.open -> RequestRecord
-- Open ones by their deadline, others by when they came.
SELECT {*}
FROM subject_request
WHERE tenant_id = {tenant}
  AND state IN ({RequestState.confirmed}, {RequestState.working})
  AND ($1::smallint IS NULL OR kind = $1)
  AND (due_at, request_id) > ($2, $3)
ORDER BY due_at, request_id
LIMIT $4

-- name: request.others -> RequestRecord
SELECT {*}
FROM subject_request
WHERE tenant_id = {tenant}
  AND state = ANY($1)
  AND ($2::smallint IS NULL OR kind = $2)
  AND (received_at, request_id) < ($3, $4)
ORDER BY received_at DESC, request_id DESC
LIMIT $5

-- name: request.counts -> StateCount
SELECT state, count(*) AS count, count(*) FILTER (WHERE due_at < $1) AS overdue,
  min(due_at) AS first_due
FROM subject_request
WHERE tenant_id = {tenant}
GROUP BY state

-- name: request.figures -> RequestFigures
SELECT kind, count(*) AS received, count(*) FILTER (WHERE state = {RequestState.done}) AS done,
  count(*) FILTER (WHERE state = {RequestState.refused}) AS refused,
  count(*) FILTER (WHERE state IN ({RequestState.confirmed}, {RequestState.working})) AS open,
  count(*) FILTER (WHERE extended_at IS NOT NULL) AS extended,
  count(*) FILTER (WHERE state IN ({RequestState.done}, {RequestState.refused})
      AND ended_at <= due_at) AS ended_in_time,
  count(*) FILTER (WHERE state IN ({RequestState.done}, {RequestState.refused})
      AND ended_at > due_at) AS ended_late,
  count(*) FILTER (WHERE state IN ({RequestState.confirmed}, {RequestState.working})
      AND due_at < $3) AS open_overdue
FROM subject_request
WHERE tenant_id = {tenant}
  AND confirmed_at >= $1
  AND confirmed_at < $2
GROUP BY kind
ORDER BY kind

-- name: request.of_persons -> Uuid
SELECT request_id
FROM subject_request
WHERE tenant_id = {tenant} AND person_id = ANY($1)
FOR UPDATE

-- name: request.about_person -> RequestRecord
SELECT {*}
FROM subject_request
WHERE tenant_id = {tenant} AND person_id = $1
ORDER BY request_id

-- name: request.next_number -> std::int64_t
SELECT coalesce(max(number), 0) + 1
FROM subject_request
WHERE tenant_id = {tenant}

-- name: request.confirm
UPDATE subject_request
SET state = {RequestState.confirmed}, number = $2, confirmed_at = $3, due_at = $4, person_id = $5,
  code_hash = NULL, code_expires_at = NULL, version = version + 1
WHERE tenant_id = {tenant}
  AND request_id = $1
  AND state = {RequestState.unconfirmed}

-- name: request.set_state
UPDATE subject_request
SET state = $2, ended_at = $3, version = version + 1
WHERE tenant_id = {tenant} AND request_id = $1

-- name: request.set_person
UPDATE subject_request
SET person_id = $2, version = version + 1
WHERE tenant_id = {tenant} AND request_id = $1

-- name: request.extend
UPDATE subject_request
SET due_at = $2, extended_at = $3, version = version + 1
WHERE tenant_id = {tenant} AND request_id = $1

-- name: request.set_code
UPDATE subject_request
SET code_hash = $2, code_tries = 0, code_expires_at = $3
WHERE tenant_id = {tenant} AND request_id = $1

-- name: request.try_code -> RequestRecord
UPDATE subject_request
SET code_tries = code_tries + 1
WHERE tenant_id = {tenant}
  AND request_id = $1
  AND code_expires_at > $2
  AND code_tries < $3
  AND code_hash IS NOT NULL
RETURNING {*}

-- name: request.use_code
-- Of two who send the right one at once, one finds it there.
UPDATE subject_request
SET code_hash = NULL, code_expires_at = NULL
WHERE tenant_id = {tenant}
  AND request_id = $1
  AND code_hash = $2

-- name: request.events -> EventRecord
SELECT {*}
FROM subject_request_event
WHERE tenant_id = {tenant} AND request_id = $1
ORDER BY event_id
LIMIT 1000

-- name: request.package_state
UPDATE subject_request
SET package_state = $2, package_at = $3, package_bytes = 0, package_rows = 0, package_files = 0,
  package_hash = NULL, package_sent_at = NULL, package_until = NULL, package_fetched_at = NULL,
  version = version + 1
WHERE tenant_id = {tenant} AND request_id = $1

-- name: request.package_ready
UPDATE subject_request
SET package_state = {PackageState.ready}, package_at = $2, package_bytes = $3, package_rows = $4,
  package_files = $5, package_hash = $6, package_until = $7, version = version + 1
WHERE tenant_id = {tenant}
  AND request_id = $1
  AND package_state = {PackageState.gathering}

-- name: request.package_sent
UPDATE subject_request
SET package_sent_at = $2, package_until = $3, version = version + 1
WHERE tenant_id = {tenant} AND request_id = $1

-- name: request.package_fetched
UPDATE subject_request
SET package_fetched_at = coalesce(package_fetched_at, $2)
WHERE tenant_id = {tenant} AND request_id = $1

-- name: request.clear_pieces
DELETE FROM subject_package_piece
WHERE tenant_id = {tenant} AND request_id = $1

-- name: request.piece -> PieceRecord
SELECT {*}
FROM subject_package_piece
WHERE tenant_id = {tenant}
  AND request_id = $1
  AND number = $2

-- name: request.strip
-- kind, dates and outcome are left.
UPDATE subject_request
SET sealed = '', person_id = NULL, code_hash = NULL, code_expires_at = NULL,
  package_state = CASE WHEN package_state = {PackageState.none} THEN {PackageState.none}
    ELSE {PackageState.gone} END,
  version = version + 1
WHERE tenant_id = {tenant} AND request_id = ANY($1)

-- name: request.strip_events
UPDATE subject_request_event
SET sealed = NULL
WHERE tenant_id = {tenant} AND request_id = ANY($1)

-- name: request.strip_pieces
DELETE FROM subject_package_piece
WHERE tenant_id = {tenant} AND request_id = ANY($1)

-- name: request.unconfirmed_before -> Uuid
SELECT request_id
FROM subject_request
WHERE tenant_id = {tenant}
  AND state = {RequestState.unconfirmed}
  AND received_at < $1
LIMIT 1000
FOR UPDATE SKIP LOCKED

-- name: request.ended_before -> Uuid
SELECT request_id
FROM subject_request
WHERE tenant_id = {tenant}
  AND state IN ({RequestState.done}, {RequestState.refused})
  AND ended_at < $1
  AND sealed <> ''
LIMIT 1000
FOR UPDATE SKIP LOCKED

-- name: request.packages_before -> Uuid
SELECT request_id
FROM subject_request
WHERE tenant_id = {tenant}
  AND package_state = {PackageState.ready}
  AND package_until < $1
LIMIT 1000
FOR UPDATE SKIP LOCKED

-- name: request.packages_gone
UPDATE subject_request
SET package_state = {PackageState.gone}, version = version + 1
WHERE tenant_id = {tenant} AND request_id = ANY($1)

-- name: request.delete
DELETE FROM subject_request
WHERE tenant_id = {tenant} AND request_id = ANY($1)

-- name: request.keep_months -> int
SELECT keep_months FROM request_settings WHERE tenant_id = {tenant}

-- name: request.set_keep_months
INSERT INTO request_settings (tenant_id, keep_months)
VALUES ({tenant}, $1)
ON CONFLICT (tenant_id) DO UPDATE SET keep_months = EXCLUDED.keep_months

