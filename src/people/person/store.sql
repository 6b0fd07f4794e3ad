-- name: person.by_email -> PersonRecord
SELECT {*}
FROM person
WHERE tenant_id = {tenant} AND email_hash = ANY($1)

-- name: person.by_phone -> PersonRecord
SELECT {*}
FROM person
WHERE tenant_id = {tenant} AND phone_hash = ANY($1)

-- name: person.id_by_email -> Uuid
SELECT person_id
FROM person
WHERE tenant_id = {tenant}
  AND email_hash = $1
  AND state = {PersonState.active}

-- name: person.ids_by_phone -> Uuid
SELECT person_id
FROM person
WHERE tenant_id = {tenant}
  AND phone_hash = $1
  AND state = {PersonState.active}
ORDER BY person_id
LIMIT 100

-- name: person.ids_by_import -> Uuid
-- Whom an import made or changed. An import touches nobody before it began, so that of those who
-- were not touched since no activity is looked up.
SELECT DISTINCT person_id
FROM activity
WHERE tenant_id = {tenant}
  AND ref_id = $1
  AND ref_id IS NOT NULL
  AND kind IN ({ActivityKind.imported}, {ActivityKind.changed})
  AND person_id < $2
ORDER BY person_id DESC
LIMIT 1000

-- name: person.sharing_phone -> SharingRecord
SELECT {q.*}
FROM person q
WHERE q.tenant_id = {tenant}
  AND q.state = {PersonState.active}
  AND q.phone_hash IN (
    SELECT p.phone_hash
    FROM person p
    WHERE p.tenant_id = {tenant}
      AND p.person_id = ANY($1)
      AND EXISTS (
        SELECT
        FROM person o
        WHERE o.tenant_id = {tenant}
          AND o.phone_hash = p.phone_hash
          AND o.person_id <> p.person_id
          AND o.state = {PersonState.active}
      )
  )
ORDER BY q.phone_hash, q.person_id

-- name: person.by_ids -> PersonRecord
SELECT {*}
FROM person
WHERE tenant_id = {tenant} AND person_id = ANY($1)

-- name: person.languages -> PersonLanguage
SELECT {*}
FROM person
WHERE tenant_id = {tenant}
  AND person_id = ANY($1)
  AND language <> ''

-- name: person.values -> ValueRecord
SELECT {*}
FROM person_attribute
WHERE tenant_id = {tenant} AND person_id = ANY($1)

-- name: person.tags_of -> TagRecord
SELECT {*}
FROM person_tag
WHERE tenant_id = {tenant} AND person_id = ANY($1)

-- name: person.members_of -> MemberRecord
SELECT {*}
FROM list_member
WHERE tenant_id = {tenant} AND person_id = ANY($1)

-- name: person.consents_of -> ConsentRecord
SELECT {*}
FROM consent
WHERE tenant_id = {tenant} AND person_id = ANY($1)

-- name: person.update
UPDATE person
SET language = $2, time_zone = $3, email_hash = $4, phone_hash = $5, sealed = $6,
  version = version + 1, updated_at = $7
WHERE tenant_id = {tenant} AND person_id = $1

-- name: person.touch
UPDATE person
SET version = version + 1, updated_at = $2
WHERE tenant_id = {tenant} AND person_id = ANY($1)

-- name: person.restricted
SELECT person_id
FROM person
WHERE tenant_id = {tenant} AND state > {PersonState.active}

-- name: person.set_state
UPDATE person
SET state = $2, version = version + 1, updated_at = $3
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND state <> $2

-- name: person.delete_prefixes
DELETE FROM person_prefix
WHERE tenant_id = {tenant} AND person_id = ANY($1)

-- name: person.delete_value
DELETE FROM person_attribute
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND attribute_id = $2

-- name: person.delete_tag
DELETE FROM person_tag
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND tag_id = $2

-- name: person.to_scanner
-- Timelines are written and removed, and never changed; so it is written anew.
WITH theirs AS (
  DELETE FROM activity
  WHERE tenant_id = {tenant}
    AND person_id = $1
    AND ref_id = $2
    AND at >= $3
    AND kind IN ({ActivityKind.opened}, {ActivityKind.clicked})
    AND flags & 2 = 0
  RETURNING *
)
INSERT INTO activity (tenant_id, activity_id, person_id, kind, at, ref_id, number, flags)
SELECT tenant_id, activity_id, person_id, kind, at, ref_id, number, flags | 2
FROM theirs

-- name: person.activity_of -> ActivityRecord
SELECT {*}
FROM activity
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND activity_id < $2
ORDER BY activity_id DESC
LIMIT $3

-- name: person.version -> std::int64_t
SELECT version
FROM person
WHERE tenant_id = {tenant} AND person_id = $1
FOR UPDATE

-- name: person.count -> std::int64_t
SELECT count(*) FROM person WHERE tenant_id = {tenant}

-- name: person.there
SELECT person_id
FROM person
WHERE tenant_id = {tenant} AND person_id = $1

-- name: person.existing -> Uuid
SELECT person_id
FROM person
WHERE tenant_id = {tenant} AND person_id = ANY($1)
ORDER BY person_id
FOR UPDATE

-- name: person.any
SELECT person_id
FROM person
WHERE tenant_id = {tenant}
LIMIT 1

-- name: person.claim -> ClaimRecord
SELECT {*}
FROM person_claim
WHERE tenant_id = {tenant}
  AND claim_id = $1
  AND expires_at > $2
FOR UPDATE

-- name: person.claims_of -> ClaimRecord
SELECT {*}
FROM person_claim
WHERE tenant_id = {tenant} AND person_id = $1
ORDER BY claim_id

-- name: person.recent_claims -> Uuid
SELECT person_id
FROM person_claim
WHERE tenant_id = {tenant}
  AND person_id = ANY($1)
  AND created_at > $2

-- name: person.end_claim
DELETE FROM person_claim WHERE tenant_id = {tenant} AND claim_id = $1

-- name: person.drop_claims
DELETE FROM person_claim WHERE tenant_id = {tenant} AND expires_at <= $1

-- name: person.next_claim -> Timestamp
SELECT expires_at
FROM person_claim
WHERE tenant_id = {tenant}
ORDER BY expires_at
LIMIT 1

-- name: retention.old_activity
SELECT count(*) AS rows, min(at) AS oldest
FROM activity
WHERE tenant_id = {tenant} AND at < $1

-- name: retention.drop_activity
DELETE FROM activity
WHERE tenant_id = {tenant}
  AND ctid IN (
    SELECT ctid
    FROM activity
    WHERE tenant_id = {tenant} AND at < $1
    ORDER BY activity_id
    LIMIT $2
  )
RETURNING activity_id
