-- name: workplace.all -> Workplace
SELECT workplace_id AS id, name, address, time_zone, latitude, longitude, required_documents, code,
  version
FROM workplace
WHERE tenant_id = {tenant}
ORDER BY name
LIMIT 2000

-- name: workplace.one -> Workplace
SELECT workplace_id AS id, name, address, time_zone, latitude, longitude, required_documents, code,
  version
FROM workplace
WHERE tenant_id = {tenant} AND workplace_id = $1

-- name: workplace.some -> Workplace
SELECT workplace_id AS id, name, address, time_zone, latitude, longitude, required_documents, code,
  version
FROM workplace
WHERE tenant_id = {tenant} AND workplace_id = ANY($1)

-- name: workplace.insert
INSERT INTO workplace (
    tenant_id, workplace_id, name, address, time_zone, latitude, longitude, required_documents,
    created_at, code)
VALUES ({tenant}, $1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (tenant_id, name) DO NOTHING

-- name: workplace.update
UPDATE workplace
SET name = $3, address = $4, time_zone = $5, latitude = $6, longitude = $7, required_documents = $8,
  code = $9, version = version + 1
WHERE tenant_id = {tenant}
  AND workplace_id = $1
  AND version = $2

-- name: workplace.delete
DELETE FROM workplace w
WHERE w.tenant_id = {tenant}
  AND w.workplace_id = $1
  AND NOT EXISTS (
    SELECT 1
    FROM shift s
    WHERE s.tenant_id = {tenant} AND s.workplace_id = w.workplace_id
  )

-- name: staffing.names
SELECT workplace_id, name
FROM workplace
WHERE tenant_id = {tenant} AND workplace_id = ANY($1)
UNION ALL
SELECT skill_id, name
FROM skill
WHERE tenant_id = {tenant} AND skill_id = ANY($1)
UNION ALL
SELECT pool_id, name
FROM pool
WHERE tenant_id = {tenant} AND pool_id = ANY($1)
UNION ALL
SELECT kind_id, name
FROM document_kind
WHERE tenant_id = {tenant} AND kind_id = ANY($1)

-- name: skill.all
SELECT s.skill_id AS id, s.name,
  (
    SELECT count(*)
    FROM substitute_skill x
    WHERE x.tenant_id = {tenant} AND x.skill_id = s.skill_id
  ) AS persons
FROM skill s
WHERE s.tenant_id = {tenant}
ORDER BY s.name
LIMIT 2000

-- name: skill.insert
INSERT INTO skill (tenant_id, skill_id, name, created_at)
VALUES ({tenant}, $1, $2, $3)
ON CONFLICT (tenant_id, name) DO NOTHING

-- name: skill.rename
UPDATE skill SET name = $2 WHERE tenant_id = {tenant} AND skill_id = $1

-- name: skill.delete
DELETE FROM skill WHERE tenant_id = {tenant} AND skill_id = $1

-- name: skill.count
SELECT count(*)
FROM skill
WHERE tenant_id = {tenant} AND skill_id = ANY($1)

-- name: document_kind.all
SELECT k.kind_id AS id, k.name,
  (
    SELECT count(DISTINCT x.person_id)
    FROM person_document x
    WHERE x.tenant_id = {tenant} AND x.kind_id = k.kind_id
  ) AS persons
FROM document_kind k
WHERE k.tenant_id = {tenant}
ORDER BY k.name
LIMIT 2000

-- name: document_kind.insert
INSERT INTO document_kind (tenant_id, kind_id, name, created_at)
VALUES ({tenant}, $1, $2, $3)
ON CONFLICT (tenant_id, name) DO NOTHING

-- name: document_kind.rename
UPDATE document_kind
SET name = $2
WHERE tenant_id = {tenant} AND kind_id = $1

-- name: document_kind.delete
DELETE FROM document_kind
WHERE tenant_id = {tenant}
  AND kind_id = $1
  AND NOT EXISTS (
    SELECT 1
    FROM workplace
    WHERE tenant_id = {tenant} AND $1 = ANY(required_documents)
  )

-- name: document_kind.count
SELECT count(*)
FROM document_kind
WHERE tenant_id = {tenant} AND kind_id = ANY($1)

-- name: pool.all
SELECT p.pool_id AS id, p.name,
  (
    SELECT count(*)
    FROM pool_member x
    WHERE x.tenant_id = {tenant} AND x.pool_id = p.pool_id
  ) AS persons
FROM pool p
WHERE p.tenant_id = {tenant}
ORDER BY p.name
LIMIT 2000

-- name: pool.insert
INSERT INTO pool (tenant_id, pool_id, name, created_at)
VALUES ({tenant}, $1, $2, $3)
ON CONFLICT (tenant_id, name) DO NOTHING

-- name: pool.rename
UPDATE pool SET name = $2 WHERE tenant_id = {tenant} AND pool_id = $1

-- name: pool.delete
DELETE FROM pool WHERE tenant_id = {tenant} AND pool_id = $1

-- name: pool.count
SELECT count(*)
FROM pool
WHERE tenant_id = {tenant} AND pool_id = ANY($1)

-- name: substitute.one -> SubstituteRecord
SELECT {*} FROM substitute WHERE tenant_id = {tenant} AND person_id = $1

-- name: substitute.lock -> SubstituteRecord
SELECT {*}
FROM substitute
WHERE tenant_id = {tenant} AND person_id = $1
FOR UPDATE

-- name: substitute.page -> SubstituteRecord
SELECT {*}
FROM substitute
WHERE tenant_id = {tenant}
  AND person_id > $1
  AND ($2::uuid IS NULL
      OR EXISTS (
        SELECT 1
        FROM pool_member m
        WHERE m.tenant_id = {tenant}
          AND m.person_id = substitute.person_id
          AND m.pool_id = $2
      ))
  AND ($3::uuid IS NULL
      OR EXISTS (
        SELECT 1
        FROM substitute_skill x
        WHERE x.tenant_id = {tenant}
          AND x.person_id = substitute.person_id
          AND x.skill_id = $3
      ))
ORDER BY person_id
LIMIT $4

-- name: substitute.ids -> Uuid
SELECT person_id
FROM substitute
WHERE tenant_id = {tenant}
  AND ($1::uuid IS NULL
      OR EXISTS (
        SELECT 1
        FROM pool_member m
        WHERE m.tenant_id = {tenant}
          AND m.person_id = substitute.person_id
          AND m.pool_id = $1
      ))
  AND ($2::uuid IS NULL
      OR EXISTS (
        SELECT 1
        FROM substitute_skill x
        WHERE x.tenant_id = {tenant}
          AND x.person_id = substitute.person_id
          AND x.skill_id = $2
      ))

-- name: substitute.of -> SubstituteRecord
SELECT {*}
FROM substitute
WHERE tenant_id = {tenant} AND person_id = ANY($1)
ORDER BY person_id DESC

-- name: substitute.insert
INSERT INTO substitute (tenant_id, person_id, percent, latitude, longitude, created_at)
VALUES ({tenant}, $1, $2, $3, $4, $5)
ON CONFLICT (tenant_id, person_id) DO NOTHING

-- name: substitute.insert_many -> Uuid
-- $1: persons that exist; those who are substitutes already stay as they are.
INSERT INTO substitute (tenant_id, person_id, created_at)
SELECT {tenant}, unnest($1::uuid[]), $2
ON CONFLICT (tenant_id, person_id) DO NOTHING
RETURNING person_id

-- name: workplace.count -> std::int64_t
SELECT count(*)
FROM workplace
WHERE tenant_id = {tenant} AND workplace_id = ANY($1)

-- name: substitute.update
UPDATE substitute
SET percent = $2, latitude = $3, longitude = $4, version = version + 1
WHERE tenant_id = {tenant} AND person_id = $1

-- name: skill.names -> Named
SELECT skill_id AS id, name, 0::bigint AS persons
FROM skill
WHERE tenant_id = {tenant} AND skill_id = ANY($1)

-- name: document_kind.names -> Named
SELECT kind_id AS id, name, 0::bigint AS persons
FROM document_kind
WHERE tenant_id = {tenant} AND kind_id = ANY($1)

-- name: substitute.note_asked -> NumberRecord
-- Without a time ($2) they only get another number.
UPDATE substitute
SET last_asked_at = coalesce($2, last_asked_at), offer_number = offer_number % 999 + 1
WHERE tenant_id = {tenant} AND person_id = ANY($1)
RETURNING {*}

-- name: substitute.numbers -> NumberRecord
SELECT {*}
FROM substitute
WHERE tenant_id = {tenant} AND person_id = ANY($1)
ORDER BY person_id
FOR NO KEY UPDATE

-- name: substitute.set_numbers
UPDATE substitute s
SET offer_number = x.number
FROM unnest($1::uuid[], $2::int8[]) AS x (person_id, number)
WHERE s.tenant_id = {tenant} AND s.person_id = x.person_id

-- name: substitute.note_asked_again
UPDATE substitute
SET last_asked_at = $2
WHERE tenant_id = {tenant} AND person_id = ANY($1)

-- name: substitute.delete
DELETE FROM substitute
WHERE tenant_id = {tenant} AND person_id = ANY($1)

-- name: substitute.skills -> SkillOfRecord
SELECT {*}
FROM substitute_skill
WHERE tenant_id = {tenant} AND person_id = ANY($1)

-- name: substitute.pools -> PoolOfRecord
SELECT {*}
FROM pool_member
WHERE tenant_id = {tenant} AND person_id = ANY($1)

-- name: substitute.choices -> ChoiceRecord
SELECT {*}
FROM workplace_choice
WHERE tenant_id = {tenant} AND person_id = ANY($1)
ORDER BY workplace_id, kind

-- name: substitute.availability -> AvailabilityRecord
SELECT {*}
FROM availability
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND until_date >= $2
ORDER BY created_at DESC, availability_id DESC
LIMIT 1000

-- name: substitute.delete_availability
DELETE FROM availability
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND availability_id = $2

-- name: substitute.count_availability -> std::int64_t
SELECT count(*)
FROM availability
WHERE tenant_id = {tenant} AND person_id = $1

-- name: substitute.clear_skills
DELETE FROM substitute_skill
WHERE tenant_id = {tenant} AND person_id = $1

-- name: substitute.clear_pools
DELETE FROM pool_member WHERE tenant_id = {tenant} AND person_id = $1

-- name: substitute.clear_choices
DELETE FROM workplace_choice
WHERE tenant_id = {tenant} AND person_id = $1
