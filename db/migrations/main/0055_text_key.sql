-- "Bergen", "BERGEN" and "bergen " are one place to whoever asks for it. What texts are compared by stands beside them, for only an
-- operator that leaks nothing (=, starts_with) may use an index under row-level security, and no function of the column is one.

-- The folded text: compatible forms made one (NFKC), no white space around, upper case (in which "straße" and "STRASSE" are the same).
CREATE FUNCTION folded_text(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN left(upper(btrim(normalize(value, NFKC), E' \t\r\n') COLLATE "und-x-icu") COLLATE "default", 300);
-- The same, so that long texts that begin alike differ and still fit into the index.
CREATE FUNCTION text_key(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN folded_text(value) || CASE WHEN length(folded_text(value)) < 300 THEN ''
                                    ELSE md5(upper(btrim(normalize(value, NFKC), E' \t\r\n') COLLATE "und-x-icu")) END;

ALTER TABLE person_attribute ADD COLUMN text_key text GENERATED ALWAYS AS (text_key(text_value)) STORED;
DROP INDEX person_attribute_text;
CREATE INDEX person_attribute_text ON person_attribute (tenant_id, attribute_id, text_key, person_id) WHERE text_key IS NOT NULL;
