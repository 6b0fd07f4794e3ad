-- name: contract.of -> ContractRecord
SELECT {*} FROM contract_end WHERE tenant_id = {tenant}

-- name: contract.all -> ContractRecord
-- across tenants: whose time is over, of all organisations
SELECT {*} FROM contract_end ORDER BY announced_at

-- name: contract.one -> ContractRecord
SELECT {*} FROM contract_end WHERE tenant_id = $1

-- name: contract.announce
INSERT INTO contract_end (
    tenant_id, name, slug, wanted, reason, announced_by, announced_at, ends_at, remove_at)
VALUES ({tenant}, $1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (tenant_id) DO UPDATE SET wanted = $3, reason = $4, announced_by = $5, announced_at = $6,
    ends_at = $7, remove_at = $8 WHERE contract_end.state = {ContractState.announced}

-- name: contract.withdraw
DELETE FROM contract_end
WHERE tenant_id = {tenant} AND state = {ContractState.announced}

-- name: contract.reopen
DELETE FROM contract_end
WHERE tenant_id = $1 AND state IN ({ContractState.announced}, {ContractState.ended})

-- name: contract.end
UPDATE contract_end
SET state = {ContractState.ended}
WHERE tenant_id = $1 AND state = {ContractState.announced}

-- name: contract.tenant_state
UPDATE tenant SET state = $2 WHERE tenant_id = $1

-- name: contract.reminded
UPDATE contract_end SET reminded_at = $1 WHERE tenant_id = {tenant}

-- name: contract.exported
UPDATE contract_end
SET exported_at = $1, manifest = $2
WHERE tenant_id = {tenant}

-- name: contract.removing
-- From here on there is no way back.
INSERT INTO contract_end (
    tenant_id, name, slug, state, wanted, announced_at, ends_at, remove_at, members, keys)
SELECT tenant_id, name, slug, {ContractState.removing}, {ContractWanted.removal}, $2, $2, $2, $3, $4
FROM tenant
WHERE tenant_id = $1
ON CONFLICT (tenant_id) DO UPDATE SET state = {ContractState.removing}, members = $3, keys = $4

-- name: contract.remove_rows -> RemovedRow
SELECT {*} FROM remove_tenant($1)

-- name: contract.lock_removing
-- One at a time removes, and once.
SELECT tenant_id
FROM contract_end
WHERE tenant_id = $1 AND state = {ContractState.removing}
FOR UPDATE

-- name: contract.removed
UPDATE contract_end
SET state = {ContractState.removed}, removed_at = $2, certificate = $3
WHERE tenant_id = $1

-- name: contract.members -> Uuid
SELECT account_id
FROM membership
WHERE tenant_id = $1
ORDER BY 1

-- name: contract.administrators -> Uuid
SELECT account_id
FROM membership
WHERE tenant_id = $1
  AND role = {Role.administrator}
  AND NOT suspended

-- name: contract.remove_accounts
-- across tenants: an account stays while any organisation has it
DELETE FROM account a
WHERE account_id = ANY($1)
  AND NOT EXISTS (SELECT FROM membership m WHERE m.account_id = a.account_id)

-- name: contract.accounts_left -> Uuid
SELECT account_id FROM account WHERE account_id = ANY($1)

-- name: contract.forget_members
UPDATE contract_end SET members = '{}' WHERE tenant_id = $1

-- name: contract.forget_logins
-- Nodes remember logins for seconds.
SELECT pg_notify('varde_sessions', '')

-- name: contract.end_sessions
DELETE FROM session WHERE tenant_id = $1

-- name: contract.columns -> ColumnRow
SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, NULL) AS type,
  coalesce(col_description(c.oid, a.attnum), '') AS comment
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p')
  AND NOT c.relispartition
  AND c.relforcerowsecurity
  AND c.relnamespace = 'public'::regnamespace
ORDER BY c.relname, a.attnum

-- name: contract.there
SELECT tenant_id FROM tenant WHERE tenant_id = $1
