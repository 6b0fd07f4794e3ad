-- name: retention.rules -> RuleRow
SELECT {*} FROM retention_rule WHERE tenant_id = {tenant}

-- name: retention.set
INSERT INTO retention_rule (tenant_id, category, months, changed_at)
VALUES ({tenant}, $1, $2, $3)
ON CONFLICT (tenant_id, category) DO UPDATE SET months = EXCLUDED.months, changed_at =
    EXCLUDED.changed_at

-- name: retention.drop
DELETE FROM retention_rule WHERE tenant_id = {tenant} AND category = $1

-- name: retention.last_runs -> RunRow
SELECT DISTINCT ON (category) tenant_id, run_id, category, older, removed, at
FROM retention_run
WHERE tenant_id = {tenant}
ORDER BY category, run_id DESC

-- name: retention.older -> Timestamp
-- The calendar's months, not thirty days each.
SELECT
  ($1::timestamptz AT TIME ZONE 'UTC' - make_interval(months => $2::integer)) AT TIME ZONE 'UTC'

-- name: retention.tenants -> Uuid
-- across tenants: each organisation in turn
SELECT DISTINCT tenant_id FROM tenant WHERE state <> {TenantState.ended}
