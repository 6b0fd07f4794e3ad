-- database: restore

-- name: restore.keep_offer_numbers
-- A number that an answer by SMS names is given once.
UPDATE stage_substitute s
SET offer_number = greatest(s.offer_number, t.offer_number), last_asked_at = greatest(s.last_asked_at, t.last_asked_at)
FROM substitute t
WHERE t.tenant_id = {tenant}
  AND t.person_id = s.person_id
  AND (t.offer_number > s.offer_number OR t.last_asked_at IS DISTINCT FROM s.last_asked_at)
