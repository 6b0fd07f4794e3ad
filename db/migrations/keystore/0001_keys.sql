-- The keystore: the only place where keys are, and a cluster of its own so that the main backups never hold one.
-- Everything in it is wrapped: person and account keys by their tenant's wrapping key, tenant keys by the root key (a file or an
-- external service). Destroying a row here is what erasure means.
GRANT USAGE ON SCHEMA public TO varde_keys;

CREATE TABLE tenant_key (
  tenant_id  uuid        NOT NULL,
  purpose    smallint    NOT NULL,  -- 1 wraps person keys, 2 keys the blind indexes (never rotates)
  version    integer     NOT NULL,
  wrapped    bytea       NOT NULL,  -- sealed under the root key
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, purpose, version)
);

CREATE TABLE person_key (
  tenant_id  uuid     NOT NULL,
  person_id  uuid     NOT NULL,
  version    integer  NOT NULL,  -- of the tenant's wrapping key
  wrapped    bytea    NOT NULL,
  PRIMARY KEY (tenant_id, person_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON tenant_key, person_key TO varde_keys;
