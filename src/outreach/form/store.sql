-- part: form
SELECT f.form_id, f.name, f.slug, f.state, f.title, f.intro, f.fields, f.thanks_text, f.list_id,
  f.tag_ids, f.purpose_id, f.version, f.updated_at,
  (
    SELECT count(*)
    FROM form_answer a
    WHERE a.tenant_id = {tenant} AND a.form_id = f.form_id
  ) AS answers
FROM form f

-- name: form.all -> FormRecord
{form}
WHERE f.tenant_id = {tenant}
ORDER BY f.updated_at DESC
LIMIT 500

-- name: form.one -> FormRecord
{form}
WHERE f.tenant_id = {tenant} AND f.form_id = $1

-- name: form.by_ids -> FormRecord
{form}
WHERE f.tenant_id = {tenant} AND f.form_id = ANY($1)

-- name: form.by_slug -> FormRecord
{form}
WHERE f.tenant_id = {tenant} AND f.slug = $1

-- name: form.names
SELECT form_id, name
FROM form
WHERE tenant_id = {tenant} AND form_id = ANY($1)

-- name: form.uses -> std::string
SELECT name
FROM form
WHERE tenant_id = {tenant}
  AND state IN ({FormState.draft}, {FormState.published})
  AND (list_id = $1 OR $1 = ANY(tag_ids) OR position($1::uuid::text IN fields::text) > 0)
ORDER BY name
LIMIT 10

-- name: form.insert
INSERT INTO form (
    tenant_id, form_id, name, slug, title, intro, fields, thanks_text, list_id, tag_ids, purpose_id,
    created_at, updated_at)
VALUES ({tenant}, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
ON CONFLICT (tenant_id, slug) DO NOTHING

-- name: form.update
UPDATE form
SET name = $3, title = $4, intro = $5, fields = $6, thanks_text = $7, list_id = $8, tag_ids = $9,
  purpose_id = $10, updated_at = $11, version = version + 1
WHERE tenant_id = {tenant}
  AND form_id = $1
  AND version = $2

-- name: form.state
UPDATE form
SET state = $2, updated_at = $3, version = version + 1
WHERE tenant_id = {tenant} AND form_id = $1

-- name: form.delete
DELETE FROM form WHERE tenant_id = {tenant} AND form_id = $1

-- name: form.answers -> AnswerRecord
SELECT {*}
FROM form_answer
WHERE tenant_id = {tenant}
  AND form_id = $1
  AND answer_id < $2
ORDER BY answer_id DESC
LIMIT $3

-- name: form.answers_of -> AnswerRecord
SELECT {*}
FROM form_answer
WHERE tenant_id = {tenant} AND person_id = $1
ORDER BY answer_id

-- name: form.recent_answers -> std::int64_t
SELECT count(*)
FROM form_answer
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND at > $2

-- name: retention.old_form_answer
SELECT count(*) AS rows, min(at) AS oldest
FROM form_answer
WHERE tenant_id = {tenant} AND at < $1

-- name: retention.drop_form_answer
DELETE FROM form_answer
WHERE tenant_id = {tenant}
  AND ctid IN (
    SELECT ctid
    FROM form_answer
    WHERE tenant_id = {tenant} AND at < $1
    ORDER BY at
    LIMIT $2
  )
RETURNING answer_id
