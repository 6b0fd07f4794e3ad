COMMENT ON COLUMN import_piece.kind IS '1 the rows, 2 rejected rows, 3 the workbook they were read from, 4 rows with a warning, 5 the first line of the files of 2 and 4, 6 rows of another sheet while it is read';

-- Whom an import made or changed: its people are listed by it, newest first. Most entries are neither.
CREATE INDEX activity_import ON activity (tenant_id, ref_id, person_id) WHERE kind IN (2, 3) AND ref_id IS NOT NULL;
