-- Whom an import made or changed: its people are listed by it, newest first. Most entries are neither.
CREATE INDEX activity_import ON activity (tenant_id, ref_id, person_id) WHERE kind IN (2, 3) AND ref_id IS NOT NULL;
