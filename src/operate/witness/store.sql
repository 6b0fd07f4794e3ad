-- name: witness.head_mail -> HeadMailRow
SELECT {*} FROM head_mail WHERE tenant_id = {tenant}

-- name: witness.lock_head_mail -> HeadMailRow
-- Of two jobs, one sends.
SELECT {*}
FROM head_mail
WHERE tenant_id = {tenant} AND (sent_at IS NULL OR sent_at <= $1)
FOR UPDATE

-- name: witness.set_head_mail
INSERT INTO head_mail (tenant_id, sealed, set_by, set_at)
VALUES ({tenant}, $1, $2, $3)
ON CONFLICT (tenant_id) DO UPDATE SET sealed = $1, set_by = $2, set_at = $3, sent_at = NULL,
    sent_size = NULL

-- name: witness.drop_head_mail
DELETE FROM head_mail WHERE tenant_id = {tenant}

-- name: witness.mailed
UPDATE head_mail
SET sent_at = $1, sent_size = $2
WHERE tenant_id = {tenant}

-- name: witness.due -> Uuid
-- across tenants: who is due, of all organisations
SELECT tenant_id FROM head_mail WHERE sent_at IS NULL OR sent_at <= $1

-- name: witness.fresh -> FreshHead
-- across tenants: what is new, of all organisations at once
-- What the witness does not have, of all organisations from $1 on: $2 heads, and those of the same
-- size as the last. When it has nothing of one yet, it begins with the newest. A look into the
-- index for each, not a reading of all heads.
SELECT t.tenant_id, h.size, h.note
FROM tenant t
LEFT JOIN head_post p ON p.tenant_id = t.tenant_id
CROSS JOIN LATERAL (
  SELECT size, at, note
  FROM audit_head
  WHERE tenant_id = t.tenant_id
    AND size > coalesce(
        p.size, (SELECT max(size) - 1 FROM audit_head WHERE tenant_id = t.tenant_id))
  ORDER BY size
  FETCH FIRST ($2) ROWS WITH TIES
) h
WHERE t.tenant_id >= $1
ORDER BY t.tenant_id, h.size
FETCH FIRST ($2) ROWS WITH TIES

-- name: witness.post_state -> PostState
SELECT {*} FROM head_post_state WHERE address = $1

-- name: witness.begin_address
-- Another address has nothing yet.
INSERT INTO head_post_state (single, address)
VALUES (true, $1)
ON CONFLICT (single) DO UPDATE SET address = $1, reached_at = NULL, failing_since = NULL, retry_at =
    NULL, what = ''

-- name: witness.forget_posted
-- across tenants: the witness has nothing yet, of nobody
DELETE FROM head_post

-- name: witness.reached
UPDATE head_post_state
SET reached_at = $1, failing_since = NULL, retry_at = NULL, what = ''
WHERE address = $2

-- name: witness.failing
UPDATE head_post_state
SET failing_since = $1, retry_at = $2, what = $3
WHERE address = $4
