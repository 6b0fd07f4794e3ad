-- part: mark
-- Who keeps names in memory asks whether this is still the mark that they were read under
-- (catalogue.cpp): every statement that changes one of the names makes another.
INSERT INTO catalogue_mark (tenant_id, mark)
VALUES ({tenant}, gen_random_uuid())
ON CONFLICT (tenant_id) DO UPDATE SET mark = EXCLUDED.mark

-- name: catalogue.attributes -> Attribute
SELECT attribute_id AS id, key, label, type, classification, choices, version
FROM attribute
WHERE tenant_id = {tenant}
ORDER BY created_at, attribute_id
LIMIT 500

-- name: catalogue.insert_attribute
WITH marked AS ({mark})
INSERT INTO attribute (
    tenant_id, attribute_id, key, label, type, classification, choices, created_at)
VALUES ({tenant}, $1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (tenant_id, key) DO NOTHING

-- name: catalogue.update_attribute
WITH marked AS ({mark})
UPDATE attribute
SET label = $3, choices = $4, version = version + 1
WHERE tenant_id = {tenant}
  AND attribute_id = $1
  AND version = $2

-- name: catalogue.delete_attribute
WITH marked AS ({mark})
DELETE FROM attribute WHERE tenant_id = {tenant} AND attribute_id = $1

-- name: catalogue.tags -> Tag
SELECT t.tag_id AS id, t.name,
  (
    SELECT count(*)
    FROM person_tag p
    WHERE p.tenant_id = {tenant} AND p.tag_id = t.tag_id
  ) - (
    SELECT count(*)
    FROM person r
    JOIN person_tag p USING (tenant_id, person_id)
    WHERE r.tenant_id = {tenant}
      AND r.state > {PersonState.active}
      AND p.tag_id = t.tag_id
  ) AS persons
FROM tag t
WHERE t.tenant_id = {tenant}
ORDER BY t.name
LIMIT 2000

-- name: catalogue.tag_names -> Tag
SELECT tag_id AS id, name, 0::bigint AS persons
FROM tag
WHERE tenant_id = {tenant}

-- name: catalogue.insert_tag
WITH marked AS ({mark})
INSERT INTO tag (tenant_id, tag_id, name, created_at)
VALUES ({tenant}, $1, $2, $3)
ON CONFLICT (tenant_id, name) DO NOTHING

-- name: catalogue.rename_tag
WITH marked AS ({mark})
UPDATE tag SET name = $2 WHERE tenant_id = {tenant} AND tag_id = $1

-- name: catalogue.delete_tag
WITH marked AS ({mark})
DELETE FROM tag WHERE tenant_id = {tenant} AND tag_id = $1

-- part: list
SELECT l.list_id AS id, l.name, l.description, l.double_opt_in, l.version, l.created_at,
  (
    SELECT count(*)
    FROM list_member m
    WHERE m.tenant_id = {tenant}
      AND m.list_id = l.list_id
      AND m.state = {MemberState.subscribed}
  ) - (
    SELECT count(*)
    FROM person r
    JOIN list_member m USING (tenant_id, person_id)
    WHERE r.tenant_id = {tenant}
      AND r.state > {PersonState.active}
      AND m.list_id = l.list_id
      AND m.state = {MemberState.subscribed}
  ) AS persons,
  (
    SELECT count(*)
    FROM list_member m
    WHERE m.tenant_id = {tenant}
      AND m.list_id = l.list_id
      AND m.state = {MemberState.pending}
  ) - (
    SELECT count(*)
    FROM person r
    JOIN list_member m USING (tenant_id, person_id)
    WHERE r.tenant_id = {tenant}
      AND r.state > {PersonState.active}
      AND m.list_id = l.list_id
      AND m.state = {MemberState.pending}
  ) AS pending
FROM list l

-- name: catalogue.lists -> List
-- Who is restricted is not counted. They are few, and have an index of their own.
{list}
WHERE l.tenant_id = {tenant}
ORDER BY l.name
LIMIT 1000

-- name: catalogue.list -> List
{list}
WHERE l.tenant_id = {tenant} AND l.list_id = $1

-- name: catalogue.list_names -> Tag
SELECT list_id AS id, name, 0::bigint AS persons
FROM list
WHERE tenant_id = {tenant}

-- name: catalogue.names
SELECT list_id, name
FROM list
WHERE tenant_id = {tenant} AND list_id = ANY($1)
UNION ALL
SELECT tag_id, name
FROM tag
WHERE tenant_id = {tenant} AND tag_id = ANY($1)
UNION ALL
SELECT purpose_id, label
FROM purpose
WHERE tenant_id = {tenant} AND purpose_id = ANY($1)
UNION ALL
SELECT attribute_id, label
FROM attribute
WHERE tenant_id = {tenant} AND attribute_id = ANY($1)

-- name: catalogue.insert_list
WITH marked AS ({mark})
INSERT INTO list (tenant_id, list_id, name, description, double_opt_in, created_at)
VALUES ({tenant}, $1, $2, $3, $4, $5)
ON CONFLICT (tenant_id, name) DO NOTHING

-- name: catalogue.update_list
WITH marked AS ({mark})
UPDATE list
SET name = $3, description = $4, double_opt_in = $5, version = version + 1
WHERE tenant_id = {tenant}
  AND list_id = $1
  AND version = $2

-- name: catalogue.delete_list
WITH marked AS ({mark})
DELETE FROM list WHERE tenant_id = {tenant} AND list_id = $1

-- name: catalogue.purposes -> Purpose
SELECT purpose_id AS id, key, label, description
FROM purpose
WHERE tenant_id = {tenant}
ORDER BY created_at
LIMIT 200

-- name: catalogue.insert_purpose
WITH marked AS ({mark})
INSERT INTO purpose (tenant_id, purpose_id, key, label, description, created_at)
VALUES ({tenant}, $1, $2, $3, $4, $5)
ON CONFLICT (tenant_id, key) DO NOTHING
