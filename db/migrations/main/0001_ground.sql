-- The ground: tenants, accounts, sessions, queue, trail.
--
-- Three roles. varde_owner owns everything and runs migrations. varde_app works for one tenant at a time, under row-level
-- security that it cannot bypass. varde_system works across tenants on the few tables listed here.
GRANT USAGE ON SCHEMA public TO varde_app, varde_system;

-- Makes a table a tenant table: its rows are reachable only under their tenant. Every tenant table has tenant_id first in
-- every key, so that the schema distributes over Citus as it stands.
CREATE PROCEDURE protect_tenant_table(name regclass, privileges text DEFAULT 'SELECT, INSERT, UPDATE, DELETE') LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', name);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', name);
  -- NULLIF: after a transaction the setting reads '', not NULL.
  EXECUTE format('CREATE POLICY own_rows ON %s TO varde_app USING (tenant_id = NULLIF(current_setting(''varde.tenant'', true), '''')::uuid) '
                 'WITH CHECK (tenant_id = NULLIF(current_setting(''varde.tenant'', true), '''')::uuid)', name);
  EXECUTE format('GRANT %s ON %s TO varde_app', privileges, name);
END $$;

-- Lets varde_system reach a tenant table as well. Each use is listed in the test of the isolation.
CREATE PROCEDURE open_to_system(name regclass, privileges text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE POLICY system_rows ON %s TO varde_system USING (true) WITH CHECK (true)', name);
  EXECUTE format('GRANT %s ON %s TO varde_system', privileges, name);
END $$;

CREATE TABLE tenant (
  tenant_id       uuid        NOT NULL PRIMARY KEY,
  name            text        NOT NULL,
  slug            text        NOT NULL UNIQUE,
  state           smallint    NOT NULL DEFAULT 1,  -- 1 active, 2 storage only, 3 terminated
  demo            boolean     NOT NULL DEFAULT false,
  colour          text        NOT NULL DEFAULT '#0b7285',
  time_zone       text        NOT NULL DEFAULT 'Europe/Oslo',
  locale          text        NOT NULL DEFAULT 'en',
  postal_address  text        NOT NULL DEFAULT '',
  open_tracking   boolean     NOT NULL DEFAULT true,
  click_tracking  boolean     NOT NULL DEFAULT true,
  totp_roles      bigint[]    NOT NULL DEFAULT '{1}',
  version         bigint      NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL
);
CALL protect_tenant_table('tenant', 'SELECT, UPDATE');
CALL open_to_system('tenant', 'SELECT, INSERT, UPDATE');

-- Accounts are people with a login; one may belong to several tenants, so they stand outside of any.
CREATE TABLE account (
  account_id       uuid        NOT NULL PRIMARY KEY,
  email_hash       bytea       NOT NULL UNIQUE,  -- blind index under the installation's key
  sealed           bytea       NOT NULL,         -- name and e-mail, under the account's key
  password_hash    text        NOT NULL DEFAULT '',
  password_at      timestamptz,
  totp_sealed      bytea,
  totp_confirmed   boolean     NOT NULL DEFAULT false,
  totp_last_step   bigint      NOT NULL DEFAULT 0,
  recovery_hashes  bytea[]     NOT NULL DEFAULT '{}',
  terms_version    text        NOT NULL DEFAULT '',
  terms_at         timestamptz,
  locale           text        NOT NULL DEFAULT 'en',
  time_zone        text        NOT NULL DEFAULT 'Europe/Oslo',
  operator         boolean     NOT NULL DEFAULT false,
  created_at       timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON account TO varde_system;

CREATE TABLE membership (
  tenant_id   uuid        NOT NULL REFERENCES tenant,
  account_id  uuid        NOT NULL REFERENCES account,
  role        smallint    NOT NULL,            -- trust::Role
  suspended   boolean     NOT NULL DEFAULT false,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, account_id)
);
CREATE INDEX membership_account ON membership (account_id);
CALL protect_tenant_table('membership');
CALL open_to_system('membership', 'SELECT, INSERT, UPDATE, DELETE');

CREATE TABLE invitation (
  invitation_id uuid        NOT NULL PRIMARY KEY,
  tenant_id     uuid        NOT NULL REFERENCES tenant,
  token_hash    bytea       NOT NULL UNIQUE,
  sealed        bytea       NOT NULL,          -- the e-mail, under a key of its own derived from the token
  email_hash    bytea       NOT NULL,
  role          smallint    NOT NULL,
  invited_by    uuid        NOT NULL,
  created_at    timestamptz NOT NULL,
  expires_at    timestamptz NOT NULL
);
CREATE UNIQUE INDEX invitation_once ON invitation (tenant_id, email_hash);
GRANT SELECT, INSERT, UPDATE, DELETE ON invitation TO varde_system;

CREATE TABLE session (
  session_id   uuid        NOT NULL PRIMARY KEY,
  token_hash   bytea       NOT NULL UNIQUE,    -- SHA-256: a leak of the table opens no session
  account_id   uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
  tenant_id    uuid,
  totp_passed  boolean     NOT NULL DEFAULT false,
  network      text        NOT NULL,           -- /24 or /48, enough to recognise, not to follow
  agent        text        NOT NULL,           -- family of browser and system only
  created_at   timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL
);
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_expiry ON session (expires_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON session TO varde_system;

CREATE TABLE password_reset (
  token_hash bytea       NOT NULL PRIMARY KEY,
  account_id uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
  expires_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON password_reset TO varde_system;

-- Answers of POSTs with an Idempotency-Key, sealed under a key that only the client's key value gives.
CREATE TABLE idempotency (
  tenant_id    uuid        NOT NULL,
  key_hash     bytea       NOT NULL,
  sealed       bytea       NOT NULL,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, key_hash)
);
CALL protect_tenant_table('idempotency');
CALL open_to_system('idempotency', 'SELECT, DELETE');

-- The audit trail: insert-only for every role that the program has. `sealed` holds old and new values under the key of the
-- person they are about, so that the trail outlives the erasure and reveals nothing after it.
CREATE TABLE audit_entry (
  tenant_id   uuid        NOT NULL,
  entry_id    uuid        NOT NULL,
  at          timestamptz NOT NULL,
  actor_kind  smallint    NOT NULL,
  actor_id    uuid,
  network     text        NOT NULL DEFAULT '',
  action      text        NOT NULL,
  object_kind text        NOT NULL,
  object_id   uuid,
  person_id   uuid,
  fields      text[]      NOT NULL DEFAULT '{}',
  sealed      bytea,
  PRIMARY KEY (tenant_id, entry_id)
);
CREATE INDEX audit_entry_object ON audit_entry (tenant_id, object_id, entry_id);
CALL protect_tenant_table('audit_entry', 'SELECT, INSERT');

-- The queue spans tenants and so stays outside of row-level security; payloads hold ids, never personal data.
CREATE TABLE job (
  job_id      uuid        NOT NULL PRIMARY KEY,
  kind        text        NOT NULL,
  tenant_id   uuid,
  payload     jsonb       NOT NULL,
  unique_key  text        UNIQUE,              -- at most one waiting job of this key
  run_at      timestamptz NOT NULL,
  attempts    integer     NOT NULL DEFAULT 0,
  lease_until timestamptz,
  again       boolean     NOT NULL DEFAULT false,  -- asked for once more while it ran
  failed_at   timestamptz,                     -- gave up
  error       text        NOT NULL DEFAULT '',
  created_at  timestamptz NOT NULL
);
CREATE INDEX job_due ON job (run_at) WHERE failed_at IS NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON job TO varde_system;
GRANT INSERT ON job TO varde_app;
GRANT SELECT (unique_key, run_at), UPDATE (again, run_at) ON job TO varde_app;  -- what ON CONFLICT needs

-- Short numbers that stand for (tenant, source) in links and return addresses.
CREATE TABLE source_ref (
  ref         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id   uuid        NOT NULL,
  source_kind smallint    NOT NULL,
  source_id   uuid        NOT NULL,
  UNIQUE (tenant_id, source_kind, source_id)
);
GRANT SELECT, INSERT ON source_ref TO varde_system;

CREATE TABLE notification (
  tenant_id       uuid        NOT NULL,
  notification_id uuid        NOT NULL,
  account_id      uuid        NOT NULL,
  at              timestamptz NOT NULL,
  text            text        NOT NULL,
  href            text        NOT NULL,
  read_at         timestamptz,
  PRIMARY KEY (tenant_id, notification_id)
);
CREATE INDEX notification_account ON notification (tenant_id, account_id, notification_id);
CALL protect_tenant_table('notification');
