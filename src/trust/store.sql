-- name: egress.tenant_state -> int
SELECT state FROM tenant WHERE tenant_id = {tenant}

-- name: notification.page -> NotificationRecord
SELECT {*}
FROM notification
WHERE tenant_id = {tenant}
  AND account_id = $1
  AND notification_id < $2
ORDER BY notification_id DESC
LIMIT $3

-- name: notification.unread -> std::int64_t
SELECT count(*)
FROM notification
WHERE tenant_id = {tenant}
  AND account_id = $1
  AND read_at IS NULL

-- name: notification.read
UPDATE notification
SET read_at = coalesce(read_at, $3)
WHERE tenant_id = {tenant}
  AND account_id = $1
  AND notification_id = $2

-- name: notification.to_mail -> Addressed
SELECT {n.*}
FROM notification n
JOIN membership m USING (tenant_id, account_id)
WHERE n.tenant_id = {tenant}
  AND n.notification_id = $1
  AND NOT m.suspended
