-- name: audit.page -> EntryRow
SELECT {e.*}
FROM audit_entry e
WHERE e.tenant_id = {tenant}
  AND e.entry_id < $1
  AND ($2::uuid IS NULL OR e.actor_id = $2)
  AND ($3::uuid IS NULL OR e.object_id = $3 OR e.person_id = $3)
  AND ($4::text IS NULL OR starts_with(e.action, $4))
  AND ($5::timestamptz IS NULL OR e.at >= $5)
  AND ($6::timestamptz IS NULL OR e.at < $6)
ORDER BY e.entry_id DESC
LIMIT $7

-- name: audit.about -> EntryRow
-- Two indexes (audit_entry_object, audit_entry_about), a page of each.
SELECT {e.*}
FROM (
  (
    SELECT *
    FROM audit_entry
    WHERE tenant_id = {tenant}
      AND object_id = $1
      AND entry_id < $2
    ORDER BY entry_id DESC
    LIMIT $3
  )
  UNION ALL (
    SELECT *
    FROM audit_entry
    WHERE tenant_id = {tenant}
      AND person_id = $1
      AND person_id IS NOT NULL
      AND object_id IS DISTINCT FROM person_id
      AND entry_id < $2
    ORDER BY entry_id DESC
    LIMIT $3
  )
) e
ORDER BY e.entry_id DESC
LIMIT $3

-- name: audit.one -> EntryRow
SELECT {e.*}
FROM audit_entry e
WHERE e.tenant_id = {tenant} AND e.entry_id = $1

-- name: audit.erasures -> ErasureRow
SELECT {*}
FROM audit_entry
WHERE tenant_id = {tenant}
  AND action = 'person.erase'
  AND entry_id < $1
ORDER BY entry_id DESC
LIMIT $2

-- name: audit.erasure_of -> ErasureRow
-- The first: a restore erases again.
SELECT {*}
FROM audit_entry
WHERE tenant_id = {tenant}
  AND action = 'person.erase'
  AND person_id = $1
ORDER BY entry_id
LIMIT 1

-- name: audit.provable -> ProvableRow
-- The condition on the action is that of the index audit_entry_evidence.
SELECT e.tenant_id, e.entry_id, e.at, e.actor_kind, e.actor_id, e.network, e.action, e.object_kind,
  e.object_id, e.person_id, e.fields, e.sealed, e.commitment, e.instruction_id, l.leaf_index
FROM audit_entry e
JOIN audit_leaf l ON l.tenant_id = {tenant} AND l.entry_id = e.entry_id
WHERE e.tenant_id = {tenant}
  AND e.action IN (
      'person.erase', 'system.drill', 'system.restore', 'system.restore-keys', 'keys.rotate',
      'keys.rotate_root', 'retention.rule', 'retention.run', 'settings.update', 'user.join',
      'user.update', 'user.remove', 'evidence.make', 'audit.mail', 'contract.announce',
      'contract.withdraw', 'contract.end', 'contract.reopen', 'contract.export', 'tenant.restore',
      'tenant.copy', 'tenant.copy-end')
  AND e.action = ANY($1)
  AND e.at >= $2
  AND e.at < $3
  AND l.leaf_index < $4
ORDER BY e.entry_id DESC
LIMIT $5

-- name: audit.count_provable -> std::int64_t
SELECT count(*)
FROM audit_entry e
WHERE e.tenant_id = {tenant}
  AND e.action IN (
      'person.erase', 'system.drill', 'system.restore', 'system.restore-keys', 'keys.rotate',
      'keys.rotate_root', 'retention.rule', 'retention.run', 'settings.update', 'user.join',
      'user.update', 'user.remove', 'evidence.make', 'audit.mail', 'contract.announce',
      'contract.withdraw', 'contract.end', 'contract.reopen', 'contract.export', 'tenant.restore',
      'tenant.copy', 'tenant.copy-end')
  AND e.action = ANY($1)
  AND e.at >= $2
  AND e.at < $3

-- name: audit.plant
INSERT INTO audit_tree (tenant_id, size, xid, entry_id)
VALUES ({tenant}, 0, 0, $1)
ON CONFLICT DO NOTHING

-- name: audit.tree -> TreeRow
SELECT {*} FROM audit_tree WHERE tenant_id = {tenant}

-- name: audit.lock_tree -> TreeRow
SELECT {*}
FROM audit_tree
WHERE tenant_id = {tenant}
FOR UPDATE

-- name: audit.grown
UPDATE audit_tree
SET size = $1, xid = $2, entry_id = $3
WHERE tenant_id = {tenant}

-- name: audit.carried
-- Entries that were brought in have this transaction's number, and so are none that wait.
UPDATE audit_tree
SET size = $1, xid = pg_current_xact_id()::text::bigint, entry_id = $2
WHERE tenant_id = {tenant}

-- name: audit.pending -> PendingRow
-- Transactions below the snapshot's xmin are over: nothing can still come before these.
-- Of the values the leaf has their commitment alone: what is sealed stays where it is.
SELECT e.tenant_id, e.entry_id, e.at, e.actor_kind, e.actor_id, e.network, e.action, e.object_kind,
  e.object_id, e.person_id, e.fields, NULL::bytea AS sealed, e.commitment, e.instruction_id, e.xid
FROM audit_entry e
WHERE e.tenant_id = {tenant}
  AND (e.xid, e.entry_id) > ($1, $2)
  AND e.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
ORDER BY e.xid, e.entry_id
LIMIT $3

-- name: audit.any_pending
SELECT 1::bigint
FROM audit_entry e
WHERE e.tenant_id = {tenant}
  AND (e.xid, e.entry_id) > ($1, $2)
  AND e.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
LIMIT 1

-- name: audit.any_outside
SELECT 1::bigint
FROM audit_entry e
WHERE e.tenant_id = {tenant} AND (e.xid, e.entry_id) > ($1, $2)
LIMIT 1

-- name: audit.add_leaves
-- As many leaves as there are, from $1 on, in one statement of four parameters.
INSERT INTO audit_leaf (tenant_id, leaf_index, entry_id, hash)
SELECT {tenant}, $1 + n - 1, id, h
FROM unnest($2::uuid[], $3::bytea[]) WITH ORDINALITY AS a (id, h, n)

-- name: audit.leaf_hashes
SELECT hash
FROM audit_leaf
WHERE tenant_id = {tenant}
  AND leaf_index >= $1
  AND leaf_index < $2
ORDER BY leaf_index

-- name: audit.leaf_of -> std::int64_t
SELECT leaf_index
FROM audit_leaf
WHERE tenant_id = {tenant} AND entry_id = $1

-- name: audit.tile_roots
-- The roots that are part of an incomplete tile of the tier above ($1 + 1).
SELECT root
FROM audit_tile
WHERE tenant_id = {tenant}
  AND tier = $1
  AND place >= $2
  AND place < $3
ORDER BY place

-- name: audit.tiles -> TileHashes
SELECT {t.*}
FROM unnest($1::bigint[], $2::bigint[]) AS a (tier, place)
JOIN audit_tile t ON t.tenant_id = {tenant} AND t.tier = a.tier AND t.place = a.place

-- name: audit.last_head -> HeadRow
SELECT {*}
FROM audit_head
WHERE tenant_id = {tenant}
ORDER BY size DESC, at DESC
LIMIT 1

-- name: audit.heads -> HeadRow
SELECT {*}
FROM audit_head
WHERE tenant_id = {tenant} AND (size, at) < ($1, $2)
ORDER BY size DESC, at DESC
LIMIT $3

-- name: audit.daily_heads -> HeadRow
-- The last one of each day, and the newest.
SELECT DISTINCT ON (date_trunc('day', at, 'UTC')) tenant_id, size, at, note
FROM audit_head
WHERE tenant_id = {tenant}
ORDER BY date_trunc('day', at, 'UTC'), size DESC, at DESC

-- name: audit.heads_from -> HeadRow
SELECT {*}
FROM audit_head
WHERE tenant_id = {tenant} AND size >= $1
ORDER BY size, at

-- name: audit.leaves -> LeafEntry
SELECT e.tenant_id, e.entry_id, e.at, e.actor_kind, e.actor_id, e.network, e.action, e.object_kind,
  e.object_id, e.person_id, e.fields, e.sealed, e.commitment, e.instruction_id, l.leaf_index, l.hash
FROM audit_leaf l
JOIN audit_entry e ON e.tenant_id = {tenant} AND e.entry_id = l.entry_id
WHERE l.tenant_id = {tenant}
  AND l.leaf_index >= $1
  AND l.leaf_index < $2
ORDER BY l.leaf_index

