-- Secrets of the installation that outlive a change of the root key, which only wraps them.
CREATE TABLE installation_key (
  purpose    smallint    NOT NULL PRIMARY KEY,  -- 1 what fixed keys are derived from, 2 signs (Ed25519 seed)
  name       text        NOT NULL DEFAULT '',   -- of who signs, as it stands in every signature
  root       bytea       NOT NULL,              -- which root key wraps it
  wrapped    bytea       NOT NULL,
  created_at timestamptz NOT NULL
);
ALTER TABLE tenant_key ADD COLUMN root bytea NOT NULL DEFAULT '';  -- '': the one that was there before roots could change
GRANT SELECT, INSERT, UPDATE, DELETE ON installation_key TO varde_keys;
