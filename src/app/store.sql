-- name: health.alive
SELECT 1

-- name: keys.tenants -> Uuid
-- across tenants: each organisation's keys in turn
SELECT tenant_id FROM tenant ORDER BY tenant_id

-- name: tenants.list -> TenantRow
-- across tenants: the operator's list of organisations
SELECT {*} FROM tenant ORDER BY slug
