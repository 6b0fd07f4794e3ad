-- database: keystore

-- name: keystore.installation_keys -> InstallationKeyRow
SELECT {*} FROM installation_key ORDER BY purpose

-- name: keystore.lock_installation -> InstallationKeyRow
SELECT {*}
FROM installation_key
ORDER BY purpose
FOR UPDATE

-- name: keystore.root_in_force -> db::Bytes
-- Nobody changes it until the commit.
SELECT root
FROM installation_key
WHERE purpose = {InstallationPurpose.kDerive}
FOR SHARE

-- name: keystore.has_tenants
SELECT 1::bigint FROM tenant_key LIMIT 1

-- name: keystore.tenant_keys -> TenantKeyRow
SELECT {*}
FROM tenant_key
WHERE tenant_id = $1
ORDER BY version

-- name: keystore.all_tenant_keys -> TenantKeyRow
SELECT {*} FROM tenant_key FOR UPDATE

-- name: keystore.lock_wrap -> TenantKeyRow
SELECT {*}
FROM tenant_key
WHERE tenant_id = $1
  AND purpose = {Purpose.kWrap}
  AND version = $2
FOR UPDATE

-- name: keystore.hold_wrap
-- Whoever wraps under a version keeps it from being destroyed until the commit.
SELECT 1::bigint
FROM tenant_key
WHERE tenant_id = $1
  AND purpose = {Purpose.kWrap}
  AND version = $2
FOR SHARE

-- name: keystore.rewrap_tenant
UPDATE tenant_key
SET root = $4, wrapped = $5
WHERE tenant_id = $1
  AND purpose = $2
  AND version = $3

-- name: keystore.rewrap_installation
UPDATE installation_key SET root = $2, wrapped = $3 WHERE purpose = $1

-- name: keystore.drop_wrap
DELETE FROM tenant_key
WHERE tenant_id = $1
  AND purpose = {Purpose.kWrap}
  AND version = $2

-- name: keystore.old_keys -> PersonKeyRow
SELECT {*}
FROM person_key
WHERE tenant_id = $1
  AND version = $2
  AND person_id > $3
ORDER BY person_id
LIMIT $4

-- name: keystore.rewrap_persons
UPDATE person_key k
SET version = $3, wrapped = n.wrapped
FROM unnest($4::uuid[], $5::bytea[]) AS n (person_id, wrapped)
WHERE k.tenant_id = $1
  AND k.person_id = n.person_id
  AND k.version = $2

-- name: keystore.destroy_persons
DELETE FROM person_key WHERE tenant_id = $1

-- name: keystore.count_keys -> std::int64_t
SELECT count(*) FROM person_key WHERE tenant_id = $1

-- name: keystore.destroy_tenant
DELETE FROM tenant_key WHERE tenant_id = $1

-- name: keystore.person_keys -> PersonKeyRow
SELECT {*} FROM person_key WHERE tenant_id = $1 AND person_id = ANY($2)

-- name: keystore.destroy
DELETE FROM person_key WHERE tenant_id = $1 AND person_id = ANY($2)

-- name: keystore.ledger
INSERT INTO erasure (tenant_id, person_id, erased_at)
SELECT $1, p, at
FROM unnest($2::uuid[], $3::timestamptz[]) AS e (p, at)
ON CONFLICT DO NOTHING

-- name: keystore.erasures -> Erasure
SELECT {*}
FROM erasure
WHERE number > $1
ORDER BY number
LIMIT $2

-- name: keystore.forgotten -> Erasure
SELECT {*} FROM erasure WHERE tenant_id = $1 AND person_id = ANY($2)

-- name: keystore.prune_ledger
DELETE FROM erasure WHERE erased_at < $1

-- name: keystore.soil
UPDATE cleaning SET dirty = true, since = $1 WHERE NOT dirty

-- name: keystore.unclean -> Timestamp
SELECT since FROM cleaning WHERE dirty
