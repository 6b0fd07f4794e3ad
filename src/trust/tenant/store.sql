-- name: tenant.insert
INSERT INTO tenant (tenant_id, name, slug, demo, time_zone, postal_address, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: tenant.every -> Uuid
-- across tenants: each organisation in turn
SELECT tenant_id FROM tenant ORDER BY tenant_id

-- name: tenant.find -> Uuid
-- across tenants: an organisation by its name in addresses
SELECT tenant_id FROM tenant WHERE slug = $1

-- name: tenant.settings -> TenantSettings
SELECT name, slug, colour, time_zone, locale, postal_address, open_tracking, click_tracking, demo,
  totp_roles, version, quiet_from, quiet_to, state = {TenantState.ended} AS ended
FROM tenant
WHERE tenant_id = {tenant}

-- name: tenant.update
UPDATE tenant
SET name = $2, colour = $3, time_zone = $4, locale = $5, postal_address = $6, open_tracking = $7,
  click_tracking = $8, totp_roles = $9, quiet_from = $10, quiet_to = $11, version = version + 1
WHERE tenant_id = {tenant} AND version = $1

-- name: tenant.zone -> std::string
SELECT time_zone FROM tenant WHERE tenant_id = {tenant}

-- name: tenant.members -> std::int64_t
SELECT count(*) FROM membership WHERE tenant_id = {tenant}

-- name: tenant.holders -> Uuid
SELECT account_id
FROM membership
WHERE tenant_id = {tenant}
  AND NOT suspended
  AND role = ANY($1)
