-- The ledger of erasures: whose key was destroyed, and when, written in the transaction that destroys it. It is not part of the
-- main backups, so that no restore of these takes it back: whoever stands here is erased again after every restore.
CREATE TABLE erasure (
  number    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id uuid        NOT NULL,
  person_id uuid        NOT NULL,
  erased_at timestamptz NOT NULL,
  UNIQUE (tenant_id, person_id)
);
GRANT SELECT, INSERT, DELETE ON erasure TO varde_keys;

-- Whether keys were destroyed since the files were last rewritten without them (Keystore::clean).
CREATE TABLE cleaning (
  one        boolean     NOT NULL PRIMARY KEY DEFAULT true CHECK (one),
  dirty      boolean     NOT NULL DEFAULT false,
  since      timestamptz,           -- the first destruction that is still in the files
  cleaned_at timestamptz            -- the last time
);
INSERT INTO cleaning DEFAULT VALUES;
GRANT SELECT, UPDATE ON cleaning TO varde_keys;

-- Samples of a column's values are kept as statistics for the planner: of these, none. Rewriting the column drops those there are.
ALTER TABLE person_key ALTER COLUMN wrapped SET STATISTICS 0, ALTER COLUMN wrapped TYPE bytea USING wrapped;
ALTER TABLE tenant_key ALTER COLUMN wrapped SET STATISTICS 0, ALTER COLUMN wrapped TYPE bytea USING wrapped;
ALTER TABLE installation_key ALTER COLUMN wrapped SET STATISTICS 0, ALTER COLUMN wrapped TYPE bytea USING wrapped;
