-- name: work.failed -> FailedJob
SELECT job_id AS id, kind, tenant_id, created_at, failed_at, error
FROM job
WHERE failed_at IS NOT NULL AND ($1::uuid IS NULL OR tenant_id = $1)
ORDER BY failed_at DESC
LIMIT $2

-- name: work.retry
UPDATE job
SET failed_at = NULL, attempts = 0, outages = 0, run_at = $3
WHERE job_id = $1
  AND ($2::uuid IS NULL OR tenant_id = $2)
  AND failed_at IS NOT NULL

-- name: work.drop
DELETE FROM job
WHERE job_id = $1
  AND ($2::uuid IS NULL OR tenant_id = $2)
  AND failed_at IS NOT NULL

-- name: work.notify
SELECT pg_notify('varde_jobs', '')

-- name: work.sees -> bool
-- across tenants: the operator's work is that of all organisations
SELECT operator OR (SELECT count(*) FROM tenant) = 1
FROM account
WHERE account_id = $1
