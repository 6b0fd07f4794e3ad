-- "Bergen", "BERGEN" and "bergen " are one place to whoever asks for it. What texts are compared by stands beside them, for only an
-- operator that leaks nothing (=, starts_with) may use an index under row-level security, and no function of the column is one.
--
-- This writes every attribute of every person anew, and nobody reads or writes attributes meanwhile: the column is derived by the
-- database, so that no program and no restore can let it fall behind its text, and a derived column is filled when it is made.

-- The folded text: compatible forms made one (NFKC), no white space around, upper case (in which "straße" and "STRASSE" are the same).
CREATE FUNCTION folded_text(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN left(upper(btrim(normalize(value, NFKC), E' \t\r\n') COLLATE "und-x-icu") COLLATE "default", 300);
-- The same, so that long texts that begin alike differ and still fit into the index. Folded once: it is most of the work.
CREATE FUNCTION text_key(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
  folded text := upper(btrim(normalize(value, NFKC), E' \t\r\n') COLLATE "und-x-icu");
BEGIN
  RETURN CASE WHEN length(folded) < 300 THEN folded ELSE left(folded, 300) || md5(folded) END;
END $$;

-- Before the column: the rows that are written anew would be entered into it first.
DROP INDEX person_attribute_text;
ALTER TABLE person_attribute ADD COLUMN text_key text GENERATED ALWAYS AS (text_key(text_value)) STORED;
CREATE INDEX person_attribute_text ON person_attribute (tenant_id, attribute_id, text_key, person_id) WHERE text_key IS NOT NULL;
