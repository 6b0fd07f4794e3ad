-- What is known of an imported file beside its rows. A workbook's sheets that can be seen, and which of them was read; how many
-- bytes of text it made (0: the file is text itself); the lines above the header; how many rows were taken but for a cell; and
-- why rows were rejected or cells left out, by column and in words, with counts.
ALTER TABLE import
  ADD COLUMN sheets        text[]  NOT NULL DEFAULT '{}',
  ADD COLUMN sheet         text    NOT NULL DEFAULT '',
  ADD COLUMN content_bytes bigint  NOT NULL DEFAULT 0,
  ADD COLUMN title_lines   integer NOT NULL DEFAULT 0,
  ADD COLUMN warned        bigint  NOT NULL DEFAULT 0,
  ADD COLUMN reasons       jsonb   NOT NULL DEFAULT '[]';
COMMENT ON COLUMN import_piece.kind IS '1 the rows, 2 rejected rows, 3 the workbook they were read from, 4 rows with a warning, 5 the first line of the files of 2 and 4';
