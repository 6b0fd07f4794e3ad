-- name: sms.claim -> SmsRecord
-- Takes what is due. The lease is measured by the database's clock; $4: there is no other node, and
-- so whoever held it is dead (one node runs a job once); $5: of one kind only.
UPDATE sms
SET runner = $1, runner_until = clock_timestamp() + make_interval(secs => $2)
WHERE tenant_id = {tenant}
  AND sms_id IN (
    SELECT sms_id
    FROM sms
    WHERE tenant_id = {tenant}
      AND state <= {SmsState.deferred}
      AND due_at <= $3
      AND (runner IS NULL OR runner_until < clock_timestamp() OR $4)
      AND ($5::smallint IS NULL OR kind = $5)
    ORDER BY urgent DESC, due_at
    LIMIT 500
    FOR UPDATE SKIP LOCKED
  )
RETURNING {*}

-- name: sms.next_due -> std::optional<Timestamp>
SELECT min(due_at)
FROM sms
WHERE tenant_id = {tenant}
  AND state <= {SmsState.deferred}
  AND ($1::smallint IS NULL OR kind = $1)

-- name: sms.end
UPDATE sms
SET state = $2, reason = $3, sealed = '', at = $4, runner = NULL
WHERE tenant_id = {tenant}
  AND sms_id = $1
  AND state <= {SmsState.deferred}

-- name: sms.put_off
UPDATE sms
SET due_at = $2, reason = $3, runner = NULL
WHERE tenant_id = {tenant} AND sms_id = ANY($1)

-- name: sms.outcomes
SELECT reference, state, reason, at
FROM sms
WHERE tenant_id = {tenant} AND reference = ANY($1)

-- name: sms.by_external -> ReportedRecord
SELECT {*}
FROM sms
WHERE tenant_id = {tenant}
  AND provider_id = $1
  AND external_id = $2
LIMIT 1

-- name: sms.by_reference -> ReportedRecord
SELECT {*} FROM sms WHERE tenant_id = {tenant} AND reference = $1

-- name: sms.reported
UPDATE sms
SET state = $2, reason = $3, at = $4, sealed = CASE WHEN captured THEN sealed ELSE '' END
WHERE tenant_id = {tenant}
  AND sms_id = $1
  AND state <= {SmsState.sent}

-- name: sms.bounced
UPDATE delivery
SET bounce = $3, bounced_at = $4, code = $5
WHERE tenant_id = {tenant}
  AND source_id = $1
  AND recipient_id = $2
  AND bounce = {Bounce.none}

-- name: sms.take_reply
INSERT INTO sms_reply (tenant_id, provider_id, external_id, at)
VALUES ({tenant}, $1, $2, $3)
ON CONFLICT (tenant_id, provider_id, external_id) DO NOTHING

-- name: sms.forget_replies
DELETE FROM sms_reply
WHERE tenant_id = {tenant}
  AND (provider_id, external_id) IN (
    SELECT provider_id, external_id
    FROM sms_reply
    WHERE tenant_id = {tenant} AND at < $1
    LIMIT $2
  )

-- name: sms.answering -> AnsweringRecord
-- By when each was handed over: reports come later, and in any order. One that is being handed over
-- may be answered before that is written down.
SELECT person_id, kind, ref_id, reference, due_at AS at
FROM sms
WHERE tenant_id = {tenant}
  AND person_id = ANY($1)
  AND (state IN ({SmsState.sent}, {SmsState.delivered})
      OR state = {SmsState.queued} AND runner IS NOT NULL)
ORDER BY due_at DESC, sms_id DESC
LIMIT 20

-- name: sms.captured -> SmsRecord
-- The built-in mailbox.
SELECT {*}
FROM sms
WHERE tenant_id = {tenant}
  AND captured
  AND sms_id < $1
ORDER BY sms_id DESC
LIMIT $2

-- name: sms.captured_one -> SmsRecord
SELECT {*}
FROM sms
WHERE tenant_id = {tenant}
  AND captured
  AND sms_id = $1

-- name: sms.clear
UPDATE sms
SET captured = false, sealed = ''
WHERE tenant_id = {tenant} AND captured

-- name: sms.newest -> trust::LiveUpdate
SELECT 'mailbox.message' AS type, sms_id AS id, 0::bigint AS mark
FROM sms
WHERE tenant_id = {tenant}
  AND captured
  AND sms_id > $1
ORDER BY sms_id DESC
LIMIT 1

-- name: sms.of_person -> SmsRecord
SELECT {*}
FROM sms
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND sms_id < $2
  AND kind <> {SmsKind.campaign}
  AND state >= {SmsState.deferred}
ORDER BY sms_id DESC
LIMIT $3

-- name: sms.all_of_person -> SmsRecord
SELECT {*}
FROM sms
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND sms_id < $2
ORDER BY sms_id DESC
LIMIT $3

-- name: retention.old_sms
SELECT count(*) AS rows, min(due_at) AS oldest
FROM sms
WHERE tenant_id = {tenant}
  AND due_at < $1
  AND state > {SmsState.deferred}

-- name: retention.drop_sms
DELETE FROM sms
WHERE tenant_id = {tenant}
  AND ctid IN (
    SELECT ctid
    FROM sms
    WHERE tenant_id = {tenant}
      AND due_at < $1
      AND state > {SmsState.deferred}
    ORDER BY due_at
    LIMIT $2
  )
RETURNING sms_id
