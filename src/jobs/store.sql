-- name: jobs.enqueue
-- A job of the same key that waits is enough; one that runs already may have looked past what this
-- one is about, and so runs again when it ends.
INSERT INTO job (job_id, kind, tenant_id, payload, unique_key, run_at, created_at, set_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (unique_key) DO UPDATE SET again = true, run_at = LEAST(job.run_at, EXCLUDED.run_at)

-- name: jobs.notify
SELECT pg_notify('varde_jobs', '')

-- name: jobs.candidates -> Uuid
-- Work is due by varde::now(), but leases are measured by the database's clock: one for all nodes,
-- and a corrected clock on one of them takes no other's work.
-- Who waits (organisation and kind, found by hops over an index, however much each has waiting),
-- and of each what is due first, as far as its share goes. Whoever holds fewest slots comes first.
--
-- $2: how many; $3: what runs here already, for a machine that slept past a lease has not yet
-- extended it; $4 to $6: how many slots each organisation holds of each kind; $7, $8: the most
-- slots of an organisation, and of one kind of its work.
WITH RECURSIVE waits AS (
  (
    SELECT coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'::uuid) AS tenant, kind
    FROM job
    WHERE failed_at IS NULL
    ORDER BY 1, 2
    LIMIT 1
  )
  UNION ALL
  SELECT n.tenant, n.kind
  FROM waits w
  CROSS JOIN LATERAL (
    SELECT coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'::uuid) AS tenant, kind
    FROM job
    WHERE failed_at IS NULL
      AND (coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'::uuid), kind) >
          (w.tenant, w.kind)
    ORDER BY 1, 2
    LIMIT 1
  ) n
),
held AS (
  SELECT tenant, kind, slots
  FROM unnest($4::uuid[], $5::text[], $6::bigint[]) h (tenant, kind, slots)
),
first AS (
  SELECT w.tenant, j.job_id, j.run_at,
    j.place + coalesce((SELECT slots FROM held h WHERE h.tenant = w.tenant AND h.kind = w.kind), 0)
        AS place
  FROM waits w
  CROSS JOIN LATERAL (
    SELECT job_id, run_at, row_number() OVER (ORDER BY run_at) AS place
    FROM (
      SELECT job_id, run_at
      FROM job
      WHERE coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'::uuid) = w.tenant
        AND kind = w.kind
        AND failed_at IS NULL
        AND run_at <= $1
        AND (lease_until IS NULL OR lease_until <= clock_timestamp())
        AND NOT EXISTS (
          SELECT 1
          FROM tenant_rest r
          WHERE r.tenant_id = job.tenant_id AND r.until > clock_timestamp()
        )
        AND job_id <> ALL($3)
      ORDER BY run_at
      LIMIT $8
    ) d
  ) j
),
fair AS (
  SELECT job_id, run_at,
    row_number() OVER (PARTITION BY tenant ORDER BY place, run_at) + coalesce(
        (SELECT sum(slots) FROM held h WHERE h.tenant = first.tenant), 0) AS place
  FROM first
  WHERE place <= $8
)
SELECT job_id
FROM fair
WHERE place <= $7
ORDER BY place, run_at
LIMIT $2

-- name: jobs.claim -> Job
SELECT {*}
FROM job
WHERE job_id = ANY($2)
  AND failed_at IS NULL
  AND run_at <= $1
  AND (lease_until IS NULL OR lease_until <= clock_timestamp())
  AND NOT EXISTS (
    SELECT 1
    FROM tenant_rest r
    WHERE r.tenant_id = job.tenant_id AND r.until > clock_timestamp()
  )
  AND job_id <> ALL($3)
ORDER BY run_at
FOR UPDATE SKIP LOCKED

-- name: jobs.lease
UPDATE job
SET lease_until = clock_timestamp() + make_interval(secs => $2), attempts = attempts + 1
WHERE job_id = ANY($1)

-- name: jobs.extend
-- $3: those that got somewhere since.
UPDATE job
SET lease_until = clock_timestamp() + make_interval(secs => $2),
  attempts = CASE WHEN job_id = ANY($3) THEN 1 ELSE attempts END
WHERE job_id = ANY($1)

-- name: jobs.pull_in
-- A schedule never rests longer than its rhythm, whatever the clock said when it was written down.
UPDATE job
SET run_at = $2
WHERE unique_key = $1
  AND run_at > $2
  AND lease_until IS NULL
  AND failed_at IS NULL

-- name: jobs.delete
DELETE FROM job WHERE job_id = $1 AND NOT again

-- name: jobs.set_back
UPDATE job
SET run_at = run_at - (set_at - $1), set_at = $1
WHERE set_at > $1::timestamptz + interval '1 minute'
  AND failed_at IS NULL
  AND lease_until IS NULL

-- name: jobs.forget
-- What was given up, and stands as failed where it belongs.
DELETE FROM job WHERE job_id = $1

-- name: jobs.run_again
UPDATE job
SET run_at = $2, lease_until = NULL, attempts = 0, outages = 0, again = false, set_at = $2
WHERE job_id = $1 AND again

-- name: jobs.again
UPDATE job
SET run_at = CASE WHEN again THEN $3::timestamptz ELSE $2 END, lease_until = NULL, attempts = 0, outages = 0,
  again = false, set_at = $3
WHERE job_id = $1

-- name: jobs.retry
UPDATE job
SET run_at = $2, lease_until = NULL, error = $3, set_at = $4
WHERE job_id = $1

-- name: jobs.outage
-- It was the database, not the job: the attempt does not count.
UPDATE job
SET run_at = $2, lease_until = NULL, attempts = greatest(attempts - 1, 0), outages = outages + 1,
  error = $3, set_at = $4
WHERE job_id = $1

-- name: jobs.give_up
UPDATE job
SET failed_at = $2, lease_until = NULL, unique_key = NULL, error = $3
WHERE job_id = $1

-- name: jobs.resting -> RestRow
SELECT tenant_id, extract(epoch FROM until - clock_timestamp())::double precision AS seconds
FROM tenant_rest
WHERE until > clock_timestamp()

-- name: jobs.failed -> FailedRow
SELECT tenant_id, count(*) AS jobs
FROM job
WHERE failed_at IS NOT NULL
GROUP BY tenant_id

-- name: jobs.void_leases
UPDATE job SET lease_until = NULL WHERE lease_until IS NOT NULL
