-- name: campaign.all -> CampaignRecord
SELECT {*}
FROM campaign
WHERE tenant_id = {tenant}
  AND campaign_id < $1
  AND ($3::smallint IS NULL OR state = $3)
  AND ($4::text IS NULL OR strpos(lower(name || ' ' || subject), lower($4)) > 0)
ORDER BY campaign_id DESC
LIMIT $2

-- name: campaign.recent -> CampaignRecord
SELECT {*}
FROM campaign
WHERE tenant_id = {tenant}
ORDER BY updated_at DESC
LIMIT $1

-- name: campaign.attention -> AttentionRecord
-- What runs or is paused, however old; what ended, while it is news.
SELECT {a.*}
FROM (
  SELECT c.campaign_id, c.name, c.state, c.updated_at,
    (
      SELECT coalesce(sum(k.failed), 0)::bigint
      FROM chunk k
      WHERE k.tenant_id = {tenant} AND k.campaign_id = c.campaign_id
    ) AS failed
  FROM campaign c
  WHERE c.tenant_id = {tenant}
    AND (c.state IN ({CampaignState.sending}, {CampaignState.paused}) OR c.updated_at > $1)
) a
WHERE a.state IN ({CampaignState.paused}, {CampaignState.failed}) OR a.failed > 0
ORDER BY a.updated_at DESC
LIMIT 20

-- name: campaign.live -> trust::LiveUpdate
SELECT 'campaign.progress' AS type, c.campaign_id AS id,
  c.state * 1000000000::bigint + (
    SELECT coalesce(sum(k.accepted + k.deferred + k.failed + k.skipped), 0)::bigint
    FROM chunk k
    WHERE k.tenant_id = {tenant} AND k.campaign_id = c.campaign_id
  ) AS mark
FROM campaign c
WHERE c.tenant_id = {tenant}
  AND (c.updated_at > $1 OR c.state IN ({CampaignState.preparing}, {CampaignState.sending}))

-- name: campaign.one -> CampaignRecord
SELECT {*} FROM campaign WHERE tenant_id = {tenant} AND campaign_id = $1

-- name: campaign.lock -> CampaignRecord
SELECT {*}
FROM campaign
WHERE tenant_id = {tenant} AND campaign_id = $1
FOR UPDATE

-- name: campaign.insert
INSERT INTO campaign (
    tenant_id, campaign_id, name, subject, preheader, from_name, from_email, reply_to, document,
    audience, purpose_id, provider_id, time_mode, track_opens, track_clicks, created_by, created_at,
    updated_at, channel, text, service_reason)
VALUES
  ({tenant}, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16, $17, $18, $19)

-- name: campaign.update
UPDATE campaign
SET name = $2, subject = $3, preheader = $4, from_name = $5, from_email = $6, reply_to = $7,
  document = $8, audience = $9, purpose_id = $10, provider_id = $11, time_mode = $12,
  track_opens = $13, track_clicks = $14, updated_at = $15, text = $16, service_reason = $17,
  version = version + 1
WHERE tenant_id = {tenant} AND campaign_id = $1

-- name: campaign.set_state
UPDATE campaign
SET state = $2, updated_at = $3, version = version + 1,
  finished_at = CASE WHEN state = {CampaignState.failed} THEN NULL ELSE finished_at END,
  error = CASE WHEN state = {CampaignState.failed} THEN '' ELSE error END
WHERE tenant_id = {tenant} AND campaign_id = $1

-- name: campaign.schedule
UPDATE campaign
SET state = $2, scheduled_at = $3, updated_at = $4, version = version + 1
WHERE tenant_id = {tenant} AND campaign_id = $1

-- name: campaign.start
UPDATE campaign
SET state = {CampaignState.preparing}, started_at = coalesce(started_at, $2), error = '',
  updated_at = $2, version = version + 1
WHERE tenant_id = {tenant} AND campaign_id = $1

-- name: campaign.end
UPDATE campaign
SET state = $2, finished_at = $3, error = $4, updated_at = $3, version = version + 1
WHERE tenant_id = {tenant} AND campaign_id = $1

-- name: campaign.trouble
UPDATE campaign
SET error = $2
WHERE tenant_id = {tenant}
  AND campaign_id = $1
  AND error <> $2

-- name: campaign.prepared
UPDATE campaign
SET prepared_to = $2, recipients = recipients + $3, prepared = $4, updated_at = $5,
  state = CASE WHEN $4 AND state = {CampaignState.preparing} THEN {CampaignState.sending} ELSE state END
WHERE tenant_id = {tenant} AND campaign_id = $1

-- name: campaign.opens_counted
UPDATE campaign
SET opens_counted = $2
WHERE tenant_id = {tenant} AND campaign_id = $1

-- name: campaign.skips
UPDATE campaign
SET skipped_suppressed = skipped_suppressed + $2, skipped_no_consent = skipped_no_consent + $3,
  skipped_no_address = skipped_no_address + $4
WHERE tenant_id = {tenant} AND campaign_id = $1

-- name: campaign.delete
DELETE FROM campaign WHERE tenant_id = {tenant} AND campaign_id = $1

-- name: campaign.state -> int
SELECT state
FROM campaign
WHERE tenant_id = {tenant} AND campaign_id = $1

-- name: campaign.claim_run
-- Only one run sends a campaign at a time, on whatever node; the lease is measured by the
-- database's clock. $4: there is no other node, and so whoever held it is dead (one node runs a job
-- once).
UPDATE campaign
SET runner = $2, runner_until = clock_timestamp() + make_interval(secs => $3)
WHERE tenant_id = {tenant}
  AND campaign_id = $1
  AND state = {CampaignState.sending}
  AND (runner IS NULL OR runner = $2 OR runner_until < clock_timestamp() OR $4)

-- name: campaign.leave_run
UPDATE campaign
SET runner = NULL
WHERE tenant_id = {tenant}
  AND campaign_id = $1
  AND runner = $2

-- name: chunk.max -> std::int64_t
SELECT coalesce(max(number), 0)::bigint
FROM chunk
WHERE tenant_id = {tenant} AND campaign_id = $1

-- name: chunk.next -> NextChunk
SELECT number, person_ids, accepted + deferred + failed + skipped > 0 AS begun
FROM chunk
WHERE tenant_id = {tenant}
  AND campaign_id = $1
  AND number > $2
  AND NOT done
  AND due_at <= $3
ORDER BY number
LIMIT 1

-- name: chunk.next_due -> std::optional<Timestamp>
SELECT min(due_at)
FROM chunk
WHERE tenant_id = {tenant}
  AND campaign_id = $1
  AND NOT done

-- name: chunk.delivered_of -> Uuid
SELECT d.recipient_id
FROM unnest($2::uuid[]) AS wanted (id)
JOIN delivery d ON d.tenant_id = {tenant} AND d.source_id = $1 AND d.recipient_id = wanted.id

-- name: chunk.done
UPDATE chunk
SET done = true, person_ids = '{}'
WHERE tenant_id = {tenant}
  AND campaign_id = $1
  AND number = $2

-- name: chunk.counts
UPDATE chunk
SET accepted = accepted + $3, deferred = deferred + $4, failed = failed + $5, skipped = skipped + $6
WHERE tenant_id = {tenant}
  AND campaign_id = $1
  AND number = $2

-- name: campaign.retries -> RetryRecord
SELECT {*}
FROM delivery
WHERE tenant_id = {tenant}
  AND source_id = $1
  AND state = {DeliveryState.deferred}
  AND retry_at <= $2
ORDER BY retry_at
LIMIT 500

-- name: campaign.next_retry -> std::optional<Timestamp>
SELECT min(retry_at)
FROM delivery
WHERE tenant_id = {tenant}
  AND source_id = $1
  AND state = {DeliveryState.deferred}

-- name: campaign.revive_failed
UPDATE delivery
SET state = {DeliveryState.deferred}, attempts = 1, retry_at = $2
WHERE tenant_id = {tenant}
  AND source_id = $1
  AND state = {DeliveryState.failed}
  AND bounce = {Bounce.none}

-- name: campaign.revive_chunks
UPDATE chunk
SET deferred = deferred + failed, failed = 0
WHERE tenant_id = {tenant} AND campaign_id = $1

-- name: campaign.sums -> SumRecord
SELECT campaign_id, sum(accepted)::bigint AS accepted, sum(deferred)::bigint AS deferred,
  sum(failed)::bigint AS failed, sum(skipped)::bigint AS skipped
FROM chunk
WHERE tenant_id = {tenant} AND campaign_id = ANY($1)
GROUP BY campaign_id

-- name: campaign.bounces -> BounceRecord
-- Named one by one: of "<> 0" a planner without statistics (a campaign's first seconds) believes
-- that nearly every row fits, and reads the table instead of the index.
SELECT source_id, bounce, count(*) AS persons,
  count(*) FILTER (WHERE state = {DeliveryState.sent}) AS sent
FROM delivery
WHERE tenant_id = {tenant}
  AND source_id = ANY($1)
  AND bounce IN ({Bounce.hard}, {Bounce.soft}, {Bounce.blocked}, {Bounce.complaint})
GROUP BY source_id, bounce

-- name: campaign.responses -> GroupRecord
-- A form's answer (22) and a reply (26) are both answers; who gave both is one person.
SELECT source_id, CASE kind WHEN {ActivityKind.replied} THEN {ActivityKind.submitted} ELSE kind END AS kind, flags & 2 AS flags,
  count(DISTINCT person_id) AS persons
FROM response
WHERE tenant_id = {tenant} AND source_id = ANY($1)
GROUP BY 1, 2, 3

-- name: campaign.people_by_state -> BehindRecord
-- Person ids ascend: a page begins behind the last one of the page before ($2).
SELECT person_id, at, code AS detail, 0 AS flags
FROM delivery
WHERE tenant_id = {tenant}
  AND source_id = $1
  AND state = $4
  AND recipient_id > $2
ORDER BY recipient_id
LIMIT $3

-- name: campaign.people_delivered -> BehindRecord
SELECT person_id, at, code AS detail, 0 AS flags
FROM delivery
WHERE tenant_id = {tenant}
  AND source_id = $1
  AND state = {DeliveryState.sent}
  AND bounce IN ({Bounce.none}, {Bounce.complaint})
  AND recipient_id > $2
ORDER BY recipient_id
LIMIT $3

-- name: campaign.people_by_skip -> BehindRecord
SELECT person_id, at, code AS detail, 0 AS flags
FROM delivery
WHERE tenant_id = {tenant}
  AND source_id = $1
  AND state = {DeliveryState.skipped}
  AND code = $4
  AND recipient_id > $2
ORDER BY recipient_id
LIMIT $3

-- name: campaign.people_by_bounce -> BehindRecord
-- The delivery says how it bounced; whether that was simulated stands with the last report of it.
SELECT person_id, bounced_at AS at, code AS detail,
  coalesce(
      (
        SELECT r.flags
        FROM response r
        WHERE r.tenant_id = {tenant}
          AND r.source_id = d.source_id
          AND r.person_id = d.person_id
          AND r.kind = CASE d.bounce WHEN {Bounce.complaint} THEN {ActivityKind.complained}
            ELSE {ActivityKind.bounced} END
          AND r.number = 0
          AND r.flags IN (0, 1)
        ORDER BY r.last_at DESC
        LIMIT 1
      ), 0) AS flags
FROM delivery d
WHERE d.tenant_id = {tenant}
  AND source_id = $1
  AND bounce = ANY($4)
  AND recipient_id > $2
ORDER BY recipient_id
LIMIT $3

-- name: campaign.people_by_response -> BehindRecord
SELECT person_id, min(first_at) AS at, '' AS detail, max(flags)::bigint AS flags
FROM response
WHERE tenant_id = {tenant}
  AND source_id = $1
  AND person_id > $2
  AND kind = ANY($4)
  AND (flags & 2) = $5
  AND ($6::bigint IS NULL OR number = $6)
GROUP BY person_id
ORDER BY person_id
LIMIT $3

-- part: queued
-- Who waits is in the chunks until each has an outcome.
SELECT w.id AS person_id, c.due_at AS at, '' AS detail, 0 AS flags
FROM chunk c
CROSS JOIN unnest(c.person_ids) AS w (id)
WHERE c.tenant_id = {tenant}
  AND c.campaign_id = $1
  AND NOT c.done
  AND w.id > $2
  AND NOT EXISTS (
    SELECT
    FROM delivery d
    WHERE d.tenant_id = {tenant}
      AND d.source_id = $1
      AND d.recipient_id = w.id
  )

-- name: campaign.people_queued -> BehindRecord
{queued}
ORDER BY person_id
LIMIT $3

-- name: campaign.people_recipients
(
  SELECT person_id, at, code AS detail, 0 AS flags
  FROM delivery
  WHERE tenant_id = {tenant}
    AND source_id = $1
    AND (state <> {DeliveryState.skipped} OR chunk > 0)
    AND recipient_id > $2
  ORDER BY recipient_id
  LIMIT $3
)
UNION ALL (
  {queued}
  ORDER BY person_id
  LIMIT $3
)
ORDER BY person_id
LIMIT $3

-- name: campaign.sent_to -> SentRecord
SELECT {*}
FROM delivery
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND at <= $2
ORDER BY at DESC
LIMIT $3

-- name: report.links -> ReportLink
SELECT l.number AS no, l.url, l.label, coalesce(sum(r.times), 0)::bigint AS clicks,
  count(r.person_id) AS people
FROM link l
LEFT JOIN response r ON r.tenant_id = l.tenant_id
    AND r.source_id = l.source_id
    AND r.kind = {ActivityKind.clicked}
    AND r.number = l.number
    AND r.flags < 2
WHERE l.tenant_id = {tenant} AND l.source_id = $1
GROUP BY l.number, l.url, l.label
ORDER BY l.number

-- name: report.hours -> ReportHour
SELECT date_trunc('hour', first_at, 'UTC') AS at,
  count(*) FILTER (WHERE kind = {ActivityKind.opened}) AS opened,
  count(*) FILTER (WHERE kind = {ActivityKind.clicked}) AS clicked
FROM response
WHERE tenant_id = {tenant}
  AND source_id = $1
  AND kind IN ({ActivityKind.opened}, {ActivityKind.clicked})
  AND flags < 2
GROUP BY 1
ORDER BY 1
LIMIT 1000

-- name: campaign.names
SELECT campaign_id, name
FROM campaign
WHERE tenant_id = {tenant} AND campaign_id = ANY($1)

-- name: campaign.uses -> std::string
-- Of those that are still to be sent, or may go on.
SELECT name
FROM campaign
WHERE tenant_id = {tenant}
  AND state NOT IN ({CampaignState.sent}, {CampaignState.cancelled})
  AND position($1::uuid::text IN audience::text) > 0
ORDER BY name
LIMIT 10

-- name: chunk.of_subject -> ChunkOf
SELECT {*}
FROM chunk
WHERE tenant_id = {tenant}
  AND NOT done
  AND $1 = ANY(person_ids)
ORDER BY due_at
