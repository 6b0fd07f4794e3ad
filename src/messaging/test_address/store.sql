-- name: test_address.all -> AddressRecord
SELECT {*}
FROM test_address
WHERE tenant_id = {tenant}
ORDER BY created_at, address_id
LIMIT 50

-- name: test_address.one -> AddressRecord
SELECT {*}
FROM test_address
WHERE tenant_id = {tenant} AND address_id = $1

-- name: test_address.verified -> db::Bytes
SELECT address_hash
FROM test_address
WHERE tenant_id = {tenant}
  AND address_hash = ANY($1)
  AND verified_at IS NOT NULL

-- name: test_address.insert
INSERT INTO test_address (tenant_id, address_id, address_hash, sealed, created_at)
VALUES ({tenant}, $1, $2, $3, $4)
ON CONFLICT (tenant_id, address_hash) DO NOTHING

-- name: test_address.verify
UPDATE test_address
SET verified_at = $2
WHERE tenant_id = {tenant}
  AND address_id = $1
  AND verified_at IS NULL

-- name: test_address.delete
DELETE FROM test_address WHERE tenant_id = {tenant} AND address_id = $1
