-- database: restore

-- name: restore.mark
INSERT INTO catalogue_mark (tenant_id, mark)
VALUES ({tenant}, gen_random_uuid())
ON CONFLICT (tenant_id) DO UPDATE SET mark = EXCLUDED.mark
