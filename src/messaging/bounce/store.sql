-- name: bounce.person_of -> Uuid
SELECT person_id
FROM delivery
WHERE tenant_id = {tenant}
  AND source_id = $1
  AND recipient_id = $2

-- name: bounce.mark
-- A complaint outweighs a hard bounce, and that a soft one; the same report again changes nothing.
UPDATE delivery
SET bounce = $3, bounced_at = $4, code = $5
WHERE tenant_id = {tenant}
  AND source_id = $1
  AND recipient_id = $2
  AND bounce <> $3
  AND bounce <> {Bounce.complaint}
  AND (bounce <> {Bounce.hard} OR $3 = 4)
