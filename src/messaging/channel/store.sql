-- name: provider.all -> ProviderRecord
SELECT {*}
FROM provider
WHERE tenant_id = {tenant}
ORDER BY created_at
LIMIT 100

-- name: provider.one -> ProviderRecord
SELECT {*} FROM provider WHERE tenant_id = {tenant} AND provider_id = $1

-- name: provider.default -> ProviderRecord
SELECT {*}
FROM provider
WHERE tenant_id = {tenant} AND channel = $1
ORDER BY is_default DESC, created_at
LIMIT 1

-- name: provider.tenant -> Uuid
-- across tenants: whose gateway calls, before the organisation is known
SELECT tenant_id
FROM provider
WHERE provider_id = $1 AND channel = {Channel.sms}

-- name: provider.insert
INSERT INTO provider (
    tenant_id, provider_id, name, kind, host, port, security, username, password, connections,
    per_second, window_seconds, per_window, region, is_default, created_at, channel, sms,
    callback_secret)
VALUES ({tenant}, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)

-- name: provider.update
UPDATE provider
SET name = $3, host = $4, port = $5, security = $6, username = $7, password = $8, connections = $9,
  per_second = $10, window_seconds = $11, per_window = $12, region = $13, is_default = $14,
  sms = $15, callback_secret = $16, version = version + 1
WHERE tenant_id = {tenant}
  AND provider_id = $1
  AND version = $2

-- name: provider.no_default
UPDATE provider
SET is_default = false
WHERE tenant_id = {tenant}
  AND provider_id <> $1
  AND channel = $2
  AND is_default

-- name: provider.delete
DELETE FROM provider WHERE tenant_id = {tenant} AND provider_id = $1

-- name: provider.error
UPDATE provider
SET last_error = $2
WHERE tenant_id = {tenant}
  AND provider_id = $1
  AND last_error <> $2

-- name: domain.all -> DomainRecord
SELECT {*}
FROM sending_domain
WHERE tenant_id = {tenant}
ORDER BY created_at
LIMIT 100

-- name: domain.one -> DomainRecord
SELECT {*}
FROM sending_domain
WHERE tenant_id = {tenant} AND domain_id = $1

-- name: domain.by_name -> DomainRecord
SELECT {*}
FROM sending_domain
WHERE tenant_id = {tenant} AND domain = $1

-- name: domain.insert
INSERT INTO sending_domain (
    tenant_id, domain_id, domain, rsa_selector, rsa_key, rsa_record, ed_selector, ed_key, ed_record,
    created_at)
VALUES ({tenant}, $1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (tenant_id, domain) DO NOTHING

-- name: domain.checked
UPDATE sending_domain
SET checked_at = $2, findings = $3, verified_at = $4
WHERE tenant_id = {tenant} AND domain_id = $1

-- name: domain.delete
DELETE FROM sending_domain WHERE tenant_id = {tenant} AND domain_id = $1

-- name: channel.names
SELECT provider_id, name
FROM provider
WHERE tenant_id = {tenant} AND provider_id = ANY($1)
UNION ALL
SELECT domain_id, domain
FROM sending_domain
WHERE tenant_id = {tenant} AND domain_id = ANY($1)

-- name: suppression.find -> Suppression
SELECT {*}
FROM suppression
WHERE tenant_id = {tenant} AND address_hash = $1

-- name: suppression.find_many -> HeldRecord
SELECT {*}
FROM suppression
WHERE tenant_id = {tenant} AND address_hash = ANY($1)

-- name: suppression.add
-- What holds an address: the first that is more than its owner's wish. The wish is kept beside it.
INSERT INTO suppression (tenant_id, address_hash, reason, at, channel)
VALUES ({tenant}, $1, $2, $3, $4)
ON CONFLICT (tenant_id, address_hash) DO UPDATE SET reason = EXCLUDED.reason, at = EXCLUDED.at WHERE
    suppression.reason = {SuppressionReason.unsubscribe}

-- name: suppression.wants_nothing
INSERT INTO suppression (tenant_id, address_hash, reason, at, channel, unsubscribed_at, stopped)
VALUES ({tenant}, $1, 3, $2, $3, $2, $4)
ON CONFLICT (tenant_id, address_hash) DO UPDATE SET unsubscribed_at = coalesce(
    suppression.unsubscribed_at, EXCLUDED.unsubscribed_at), stopped = suppression.stopped OR
    EXCLUDED.stopped

-- name: suppression.remove -> int
-- Both answer 2 when messages go to the address again, 1 when something else holds it still, 0 when
-- there was nothing to take away.
WITH wish AS (
  UPDATE suppression
  SET reason = {SuppressionReason.unsubscribe}, at = unsubscribed_at
  WHERE tenant_id = {tenant}
    AND address_hash = $1
    AND reason <> {SuppressionReason.unsubscribe}
    AND unsubscribed_at IS NOT NULL
  RETURNING 1
),
gone AS (
  DELETE FROM suppression
  WHERE tenant_id = {tenant}
    AND address_hash = $1
    AND (reason = {SuppressionReason.unsubscribe} OR unsubscribed_at IS NULL)
  RETURNING 1
)
SELECT CASE WHEN EXISTS (SELECT FROM gone) THEN {TakenBack.free}
  WHEN EXISTS (SELECT FROM wish) THEN {TakenBack.held_still} ELSE {TakenBack.nothing} END

-- name: suppression.wants_again -> int
WITH held AS (
  UPDATE suppression
  SET unsubscribed_at = NULL, stopped = false
  WHERE tenant_id = {tenant}
    AND address_hash = $1
    AND reason <> {SuppressionReason.unsubscribe}
    AND unsubscribed_at IS NOT NULL
  RETURNING 1
),
gone AS (
  DELETE FROM suppression
  WHERE tenant_id = {tenant}
    AND address_hash = $1
    AND reason = {SuppressionReason.unsubscribe}
  RETURNING 1
)
SELECT CASE WHEN EXISTS (SELECT FROM gone) THEN {TakenBack.free}
  WHEN EXISTS (SELECT FROM held) THEN {TakenBack.held_still} ELSE {TakenBack.nothing} END

-- name: channel.facts -> ChannelFacts
SELECT EXISTS (
    SELECT
    FROM sending_domain
    WHERE tenant_id = {tenant} AND verified_at IS NOT NULL
  ) AS domain, EXISTS (SELECT FROM provider WHERE tenant_id = {tenant} AND kind = {ProviderKind.smtp}) AS provider

-- part: captured
SELECT message_id, at, person_id,
  (
    SELECT campaign_id
    FROM campaign
    WHERE tenant_id = {tenant} AND campaign_id = source_id
  ) AS source_id, size, sealed_head
FROM captured_message

-- name: captured.page -> CapturedRow
{captured}
WHERE tenant_id = {tenant} AND message_id < $1
ORDER BY message_id DESC
LIMIT $2

-- name: captured.bytes -> std::int64_t
SELECT coalesce(sum(size), 0)::bigint
FROM captured_message
WHERE tenant_id = {tenant}

-- name: captured.newest -> trust::LiveUpdate
SELECT 'mailbox.message' AS type, message_id AS id, 0::bigint AS mark
FROM captured_message
WHERE tenant_id = {tenant} AND message_id > $1
ORDER BY message_id DESC
LIMIT 1

-- name: captured.one -> CapturedRow
{captured}
WHERE tenant_id = {tenant} AND message_id = $1

-- name: captured.body -> CapturedBody
SELECT {*}
FROM captured_message
WHERE tenant_id = {tenant} AND message_id = $1

-- name: captured.of_person -> CapturedRow
SELECT {*}
FROM captured_message
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND message_id > $2
ORDER BY message_id
LIMIT $3

-- name: captured.clear
DELETE FROM captured_message WHERE tenant_id = {tenant}

-- name: suppression.page -> SuppressionRow
SELECT {*}
FROM suppression
WHERE tenant_id = {tenant} AND address_hash > $1
ORDER BY address_hash
LIMIT $2

-- name: suppression.count -> std::int64_t
SELECT count(*)::bigint FROM suppression WHERE tenant_id = {tenant}

-- name: retention.old_captured_message
SELECT count(*) AS rows, min(at) AS oldest
FROM captured_message
WHERE tenant_id = {tenant} AND at < $1

-- name: retention.drop_captured_message
DELETE FROM captured_message
WHERE tenant_id = {tenant}
  AND ctid IN (
    SELECT ctid
    FROM captured_message
    WHERE tenant_id = {tenant} AND at < $1
    ORDER BY at
    LIMIT $2
  )
RETURNING message_id
