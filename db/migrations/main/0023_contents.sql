-- Drills compare contents, and the keystore's backup.

-- The tables of a moment and their columns in step; of which of them the contents were read, so that the next moment goes on with
-- others; and what goes into every digest, so that whoever sees one cannot try guesses against it.
ALTER TABLE restore_point
  ADD COLUMN tables        text[] NOT NULL DEFAULT '{}',
  ADD COLUMN columns       text[] NOT NULL DEFAULT '{}',
  ADD COLUMN digested      text[] NOT NULL DEFAULT '{}',
  ADD COLUMN salt          bytea  NOT NULL DEFAULT '',
  -- The keystore's own moment, in its own log; and which root key wrapped it then.
  ADD COLUMN keys_name     text,
  ADD COLUMN keys_at       timestamptz,
  ADD COLUMN keys_lsn      text,
  ADD COLUMN keys_timeline bigint,
  ADD COLUMN keys_root     bytea;

-- A digest of the rows of each table, in step with `tables`; '' where none was taken. Tables of the keystore are there as
-- "keystore.person_key", those of accounts under the organisation 00000000-….
ALTER TABLE restore_point_state ADD COLUMN digests text[] NOT NULL DEFAULT '{}';

-- Of how many rows the contents were compared; and the keystore: of when, how many keys were counted, how many persons were opened.
ALTER TABLE drill
  ADD COLUMN contents bigint NOT NULL DEFAULT 0,
  ADD COLUMN keys_at  timestamptz,
  ADD COLUMN keys     bigint NOT NULL DEFAULT 0,
  ADD COLUMN opened   bigint NOT NULL DEFAULT 0;
