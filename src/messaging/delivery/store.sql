-- name: outbox.some -> OutboxRow
SELECT {*}
FROM outbox
WHERE tenant_id = {tenant}
  AND message_id = ANY($1)
  AND state = {OutboxState.queued}
ORDER BY due_at, message_id

-- name: outbox.done
-- What was sent keeps its row (who, from what, when) and loses its content.
UPDATE outbox
SET state = $2, attempts = $3, payload = ''
WHERE tenant_id = {tenant} AND message_id = $1

-- name: outbox.of_person -> OutboxOf
SELECT {*}
FROM outbox
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND message_id > $2
ORDER BY message_id
LIMIT $3

-- name: outbox.later
UPDATE outbox
SET attempts = $2, due_at = $3
WHERE tenant_id = {tenant} AND message_id = $1

-- name: outbox.insert_link
INSERT INTO link (tenant_id, source_id, number, url, label)
VALUES ({tenant}, $1, $2, $3, $4)
ON CONFLICT (tenant_id, source_id, number) DO UPDATE SET url = EXCLUDED.url, label = EXCLUDED.label

-- name: delivery.any
SELECT recipient_id
FROM delivery
WHERE tenant_id = {tenant} AND state = {DeliveryState.sent}
LIMIT 1

-- name: delivery.gone
UPDATE delivery
SET bounce = {Bounce.hard}, bounced_at = $3
WHERE tenant_id = {tenant}
  AND source_id = $1
  AND recipient_id = ANY($2)
  AND bounce <> {Bounce.complaint}

-- name: delivery.recorded
SELECT recipient_id
FROM delivery
WHERE tenant_id = {tenant}
  AND source_id = $1
  AND recipient_id = $2
  AND attempts = $3
  AND at = $4

-- name: delivery.of_subject -> DeliveryOf
SELECT d.source_id, d.recipient_id, c.subject, d.state, d.attempts, d.at, d.code, d.bounce,
  d.bounced_at
FROM delivery d
LEFT JOIN campaign c ON c.tenant_id = d.tenant_id AND c.campaign_id = d.source_id
WHERE d.tenant_id = {tenant}
  AND d.person_id = $1
  AND (d.source_id, d.recipient_id) > ($2, $3)
ORDER BY d.source_id, d.recipient_id
LIMIT $4

-- name: response.of_subject -> ResponseOf
SELECT r.source_id, r.kind, r.number, r.flags, l.url, r.first_at, r.last_at, r.times
FROM response r
LEFT JOIN link l ON l.tenant_id = r.tenant_id AND l.source_id = r.source_id AND l.number = r.number
WHERE r.tenant_id = {tenant}
  AND r.person_id = $1
  AND (r.source_id, r.kind, r.number, r.flags) > ($2, $3, $4, $5)
ORDER BY r.source_id, r.kind, r.number, r.flags
LIMIT $6

-- name: retention.old_delivery
SELECT count(*) AS rows, min(at) AS oldest
FROM delivery
WHERE tenant_id = {tenant}
  AND at < $1
  AND state <> {DeliveryState.deferred}

-- name: retention.drop_delivery
DELETE FROM delivery
WHERE tenant_id = {tenant}
  AND ctid IN (
    SELECT ctid
    FROM delivery
    WHERE tenant_id = {tenant}
      AND at < $1
      AND state <> {DeliveryState.deferred}
    ORDER BY at
    LIMIT $2
  )
RETURNING person_id
