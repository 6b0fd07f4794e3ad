-- name: health.alive
SELECT 1

-- name: tenants.list -> TenantRow
-- across tenants: the operator's list of organisations
SELECT {*} FROM tenant ORDER BY slug
