-- name: quota.own -> std::int64_t
SELECT most FROM tenant_quota WHERE tenant_id = {tenant} AND quota = $1

-- name: quota.set
INSERT INTO tenant_quota (tenant_id, quota, most)
VALUES ($1, $2, $3)
ON CONFLICT (tenant_id, quota) DO UPDATE SET most = EXCLUDED.most

-- name: quota.clear
DELETE FROM tenant_quota WHERE tenant_id = $1 AND quota = $2

-- name: quota.add -> SentRow
-- Adds $4 to what was sent on a day.
INSERT INTO message_count (tenant_id, quota, day, sent)
VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, quota, day) DO UPDATE SET sent = message_count.sent + EXCLUDED.sent
RETURNING sent,
  (SELECT most FROM tenant_quota q WHERE q.tenant_id = {tenant} AND q.quota = $2) AS most

-- name: quota.sent -> std::int64_t
SELECT sent
FROM message_count
WHERE tenant_id = {tenant}
  AND quota = $1
  AND day = $2

-- name: quota.invited -> std::int64_t
SELECT count(*) FROM invitation WHERE tenant_id = $1

-- name: quota.forget
DELETE FROM message_count WHERE tenant_id = {tenant} AND day < $1
