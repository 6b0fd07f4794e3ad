-- Addresses that test messages may go to, because their owners said so.

CREATE TABLE test_address (
  tenant_id    uuid        NOT NULL,
  address_id   uuid        NOT NULL,
  address_hash bytea       NOT NULL,               -- as people hash addresses
  sealed       bytea       NOT NULL,               -- the address, under a key of the tenant
  created_at   timestamptz NOT NULL,
  verified_at  timestamptz,                        -- null: its owner was asked and has not answered
  PRIMARY KEY (tenant_id, address_id),
  UNIQUE (tenant_id, address_hash)
);
CALL protect_tenant_table('test_address');
