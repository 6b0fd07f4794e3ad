-- name: journey.runs_of_person -> RunOfPerson
SELECT {*}
FROM journey_run
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND run_id > $2
ORDER BY run_id
LIMIT $3

-- name: journey.done_of_person -> DoneOfPerson
SELECT {*}
FROM journey_step_done
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND (run_id, step_id) > ($2, $3)
ORDER BY run_id, step_id
LIMIT $4

-- name: journey.calls_of_person -> CallOfPerson
SELECT {*}
FROM webhook_call
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND call_id > $2
ORDER BY call_id
LIMIT $3

-- name: journey.all -> JourneyRecord
SELECT {*}
FROM journey
WHERE tenant_id = {tenant} AND state <> {JourneyState.archived}
ORDER BY updated_at DESC
LIMIT 500

-- name: journey.one -> JourneyRecord
SELECT {*} FROM journey WHERE tenant_id = {tenant} AND journey_id = $1

-- name: journey.by_trigger -> JourneyRecord
SELECT {*}
FROM journey
WHERE tenant_id = {tenant}
  AND state = {JourneyState.running}
  AND trigger_kind = $1
  AND trigger_ref = ANY($2)

-- name: journey.of_kind -> JourneyRecord
SELECT {*}
FROM journey
WHERE tenant_id = {tenant}
  AND state = {JourneyState.running}
  AND trigger_kind = $1

-- name: journey.by_ids -> JourneyRecord
SELECT {*}
FROM journey
WHERE tenant_id = {tenant} AND journey_id = ANY($1)

-- name: journey.insert
INSERT INTO journey (
    tenant_id, journey_id, name, trigger, trigger_kind, trigger_ref, steps, start, reentry,
    created_at, updated_at)
VALUES ({tenant}, $1, $2, $3, $4, $5, $6, $7, $8, $9, $9)

-- name: journey.update
UPDATE journey
SET name = $3, trigger = $4, trigger_kind = $5, trigger_ref = $6, steps = $7, start = $8,
  reentry = $9, updated_at = $10, version = version + 1
WHERE tenant_id = {tenant}
  AND journey_id = $1
  AND version = $2

-- name: journey.state
UPDATE journey
SET state = $2, updated_at = $3, checked_at = NULL, version = version + 1
WHERE tenant_id = {tenant} AND journey_id = $1

-- name: journey.checked
UPDATE journey
SET checked_at = $2
WHERE tenant_id = {tenant} AND journey_id = $1

-- name: journey.delete
DELETE FROM journey WHERE tenant_id = {tenant} AND journey_id = $1

-- name: journey.count_runs
SELECT journey_id, state, count(*) AS count
FROM journey_run
WHERE tenant_id = {tenant} AND journey_id = ANY($1)
GROUP BY journey_id, state

-- name: journey.step_active
SELECT step_id, state, count(*) AS count
FROM journey_run
WHERE tenant_id = {tenant} AND journey_id = $1
GROUP BY step_id, state

-- name: journey.step_done
SELECT step_id, count(*) AS count
FROM journey_step_done
WHERE tenant_id = {tenant} AND journey_id = $1
GROUP BY step_id

-- name: journey.due_runs -> RunRecord
SELECT {r.*}
FROM journey_run r
JOIN journey j ON j.tenant_id = {tenant}
    AND j.journey_id = r.journey_id
    AND j.state = {JourneyState.running}
WHERE r.tenant_id = {tenant}
  AND r.state = {RunState.active}
  AND r.wakes_at <= $1
ORDER BY r.wakes_at
LIMIT $2
FOR UPDATE OF r SKIP LOCKED

-- name: journey.next_wake -> std::optional<Timestamp>
SELECT min(r.wakes_at)
FROM journey_run r
JOIN journey j ON j.tenant_id = {tenant}
    AND j.journey_id = r.journey_id
    AND j.state = {JourneyState.running}
WHERE r.tenant_id = {tenant} AND r.state = {RunState.active}

-- name: journey.move_runs
UPDATE journey_run
SET step_id = $2, wakes_at = $3, state = $4, attempts = 0, error = ''
WHERE tenant_id = {tenant} AND run_id = ANY($1)

-- name: journey.fail_runs
UPDATE journey_run
SET state = {RunState.failed}, error = $2
WHERE tenant_id = {tenant} AND run_id = ANY($1)

-- name: journey.runs -> RunRecord
SELECT {*}
FROM journey_run
WHERE tenant_id = {tenant}
  AND journey_id = $1
  AND ($2::text IS NULL OR step_id = $2)
  AND ($3::bigint IS NULL OR state = $3)
  AND run_id < $4
ORDER BY run_id DESC
LIMIT $5

-- name: journey.names
SELECT journey_id, name
FROM journey
WHERE tenant_id = {tenant} AND journey_id = ANY($1)

-- name: journey.uses -> std::string
SELECT name
FROM journey
WHERE tenant_id = {tenant}
  AND state IN ({JourneyState.draft}, {JourneyState.running}, {JourneyState.paused})
  AND (trigger_ref = $1 OR position($1::uuid::text IN trigger::text || steps::text) > 0)
ORDER BY name
LIMIT 10

-- name: journey.live -> trust::LiveUpdate
-- Who entered since: the key finds them, and nobody counts.
SELECT 'journey.counts' AS type, journey_id AS id,
  (extract(epoch FROM max(entered_at)) * 1000000)::bigint AS mark
FROM journey_run
WHERE tenant_id = {tenant} AND run_id > $1
GROUP BY journey_id

-- name: webhook.due -> CallRecord
SELECT {*}
FROM webhook_call
WHERE tenant_id = {tenant}
  AND state = {CallState.waiting}
  AND due_at <= $1
ORDER BY due_at
LIMIT 20

-- name: webhook.done
UPDATE webhook_call
SET state = $2, attempts = $3, code = $4, due_at = $5
WHERE tenant_id = {tenant} AND call_id = $1

-- name: webhook.next -> std::optional<Timestamp>
SELECT min(due_at)
FROM webhook_call
WHERE tenant_id = {tenant} AND state = {CallState.waiting}

-- name: journey.take_back
DELETE FROM journey_run r
USING journey j
WHERE r.tenant_id = {tenant}
  AND j.tenant_id = {tenant}
  AND j.journey_id = r.journey_id
  AND j.trigger_ref = $1
  AND j.trigger_kind = $2
  AND r.person_id = $3
  AND r.entered_at >= $4
  AND r.state = {RunState.active}

-- name: journey.tenants -> Uuid
-- across tenants: each organisation in turn
SELECT tenant_id FROM tenant WHERE state = {TenantState.active}

-- name: journey.failing -> std::int64_t
SELECT count(DISTINCT r.journey_id)
FROM journey_run r
JOIN journey j ON j.tenant_id = r.tenant_id AND j.journey_id = r.journey_id
WHERE r.tenant_id = {tenant}
  AND r.state = {RunState.failed}
  AND j.state = {JourneyState.running}
