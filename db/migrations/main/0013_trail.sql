-- The trail as a Merkle tree for each tenant (RFC 9162): leaves are the entries in the order in which they were committed.

ALTER TABLE audit_entry
  ADD COLUMN commitment     bytea,            -- SHA-256(salt ‖ values); the salt is sealed with the values
  ADD COLUMN instruction_id uuid,             -- what it ran under
  -- The transaction that wrote it: what was committed before the oldest transaction that still runs has its final order.
  ADD COLUMN xid            bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX audit_entry_order ON audit_entry (tenant_id, xid, entry_id);

-- Which entry is which leaf. Insert-only, like the trail.
CREATE TABLE audit_leaf (
  tenant_id  uuid   NOT NULL,
  leaf_index bigint NOT NULL,
  entry_id   uuid   NOT NULL,
  hash       bytea  NOT NULL,
  PRIMARY KEY (tenant_id, leaf_index),
  UNIQUE (tenant_id, entry_id)
);
CALL protect_tenant_table('audit_leaf', 'SELECT, INSERT');

-- Complete tiles (C2SP tlog-tiles): the 256 hashes of level 8·tier from place · 256 on, and the root of them, which is one
-- hash of the tier above. What is not complete yet is read from the leaves, or from the roots below. Insert-only.
CREATE TABLE audit_tile (
  tenant_id uuid     NOT NULL,
  tier      smallint NOT NULL,
  place     bigint   NOT NULL,
  hashes    bytea    NOT NULL,
  root      bytea    NOT NULL,
  PRIMARY KEY (tenant_id, tier, place)
);
CALL protect_tenant_table('audit_tile', 'SELECT, INSERT');

-- How far the tree has grown: what makes two growers wait for each other. It proves nothing; the heads do.
CREATE TABLE audit_tree (
  tenant_id uuid   NOT NULL PRIMARY KEY,
  size      bigint NOT NULL,
  xid       bigint NOT NULL,  -- of the last leaf's entry
  entry_id  uuid   NOT NULL
);
CALL protect_tenant_table('audit_tree', 'SELECT, INSERT, UPDATE');

-- Signed tree heads (C2SP checkpoints). Insert-only.
CREATE TABLE audit_head (
  tenant_id uuid        NOT NULL,
  size      bigint      NOT NULL,
  at        timestamptz NOT NULL,
  note      text        NOT NULL,
  PRIMARY KEY (tenant_id, size, at)
);
CALL protect_tenant_table('audit_head', 'SELECT, INSERT');
