-- database: restore

-- name: restore.keyless
-- Whoever was erased since, or whose key is gone for another reason: nobody could read them.
INSERT INTO gone
SELECT s.person_id
FROM stage_person s
WHERE NOT EXISTS (SELECT FROM keyed k WHERE k.id = s.person_id)

-- name: restore.about_to_go
-- Rows went, keys are about to.
INSERT INTO gone
SELECT x.id::uuid
FROM job j, jsonb_array_elements_text(j.payload->'ids') x (id)
WHERE j.tenant_id = {tenant} AND j.kind = 'person.forget'

-- name: restore.leave_out
DELETE FROM stage_person s USING gone g WHERE s.person_id = g.person_id

-- name: restore.vanish
INSERT INTO vanished
SELECT t.person_id
FROM person t
WHERE t.tenant_id = {tenant} AND NOT EXISTS (SELECT FROM stage_person s WHERE s.person_id = t.person_id)

-- name: restore.back -> std::int64_t
SELECT count(*)
FROM stage_person s
WHERE NOT EXISTS (SELECT FROM person t WHERE t.tenant_id = {tenant} AND t.person_id = s.person_id)

-- name: restore.keep_restrictions
-- What persons have said since stands, whatever the rows of then say.
UPDATE stage_person s
SET state = t.state
FROM person t
WHERE t.tenant_id = {tenant}
  AND t.person_id = s.person_id
  AND t.state <> {PersonState.active}
  AND s.state = {PersonState.active}

-- name: restore.keep_withdrawals
UPDATE stage_consent s
SET given = false, source = t.source, at = t.at
FROM consent t
WHERE t.tenant_id = {tenant}
  AND t.purpose_id = s.purpose_id
  AND t.person_id = s.person_id
  AND s.given
  AND NOT t.given

-- name: restore.add_withdrawals
INSERT INTO stage_consent
SELECT t.*
FROM consent t
JOIN stage_person p ON p.person_id = t.person_id
JOIN stage_purpose u ON u.purpose_id = t.purpose_id
WHERE t.tenant_id = {tenant}
  AND NOT t.given
  AND NOT EXISTS (SELECT FROM stage_consent s WHERE s.purpose_id = t.purpose_id AND s.person_id = t.person_id)

-- name: restore.keep_leaving
UPDATE stage_list_member s
SET state = t.state, since = t.since
FROM list_member t
WHERE t.tenant_id = {tenant}
  AND t.list_id = s.list_id
  AND t.person_id = s.person_id
  AND t.state = {MemberState.unsubscribed}
  AND s.state <> {MemberState.unsubscribed}
