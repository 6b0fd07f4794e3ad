-- The substitutes' own pages. They are persons, not users: what opens their pages stands apart from accounts and sessions, and goes
-- with the row in the register.

-- Codes of six digits: to sign in, or to show that a new number or address is one's own.
CREATE TABLE portal_code (
  tenant_id    uuid        NOT NULL,
  code_id      uuid        NOT NULL,
  ask_hash     bytea       NOT NULL,             -- SHA-256 of what the browser that asked holds: no other can use the code
  purpose      smallint    NOT NULL,             -- 1 sign in, 2 new number, 3 new address
  person_id    uuid,                             -- null until the job has looked, and for ever when nobody is known
  sealed       bytea       NOT NULL,             -- where it goes; to sign in under the tenant's key until the job has looked
  code_hash    bytea       NOT NULL,             -- keyed; random while there is no code
  tries        smallint    NOT NULL DEFAULT 0,
  known_device boolean     NOT NULL DEFAULT false, -- the person signed in with this browser before
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, code_id),
  UNIQUE (tenant_id, ask_hash),
  FOREIGN KEY (tenant_id, person_id) REFERENCES substitute ON DELETE CASCADE
);
CREATE INDEX portal_code_person ON portal_code (tenant_id, person_id);
CREATE INDEX portal_code_expiry ON portal_code (tenant_id, expires_at);
CALL protect_tenant_table('portal_code');

CREATE TABLE portal_session (
  tenant_id    uuid        NOT NULL,
  session_id   uuid        NOT NULL,
  person_id    uuid        NOT NULL,
  token_hash   bytea       NOT NULL,             -- SHA-256: a leak of the table opens no session
  network      text        NOT NULL,             -- /24 or /48, enough to recognise, not to follow
  agent        text        NOT NULL,             -- family of browser and system only
  created_at   timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, session_id),
  UNIQUE (tenant_id, token_hash),
  FOREIGN KEY (tenant_id, person_id) REFERENCES substitute ON DELETE CASCADE
);
CREATE INDEX portal_session_person ON portal_session (tenant_id, person_id);
CALL protect_tenant_table('portal_session');

-- Passkeys (WebAuthn). The public key is as libfido2 gives it.
CREATE TABLE portal_passkey (
  tenant_id     uuid        NOT NULL,
  passkey_id    uuid        NOT NULL,
  person_id     uuid        NOT NULL,
  credential_id bytea       NOT NULL,
  algorithm     integer     NOT NULL,            -- COSE: -7 ES256, -8 EdDSA, -257 RS256
  public_key    bytea       NOT NULL,
  counter       bigint      NOT NULL,            -- of signatures; one that falls back is refused
  agent         text        NOT NULL,
  created_at    timestamptz NOT NULL,
  used_at       timestamptz,
  PRIMARY KEY (tenant_id, passkey_id),
  UNIQUE (tenant_id, credential_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES substitute ON DELETE CASCADE
);
CREATE INDEX portal_passkey_person ON portal_passkey (tenant_id, person_id);
CALL protect_tenant_table('portal_passkey');

-- What a passkey is to sign: each once, within five minutes, by the browser that asked.
CREATE TABLE portal_challenge (
  tenant_id      uuid        NOT NULL,
  challenge_hash bytea       NOT NULL,           -- SHA-256
  ask_hash       bytea       NOT NULL,           -- SHA-256 of what the browser holds
  person_id      uuid,                           -- whose passkey is to be made; null to sign in
  expires_at     timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, challenge_hash),
  FOREIGN KEY (tenant_id, person_id) REFERENCES substitute ON DELETE CASCADE
);
CREATE INDEX portal_challenge_person ON portal_challenge (tenant_id, person_id);
CREATE INDEX portal_challenge_expiry ON portal_challenge (tenant_id, expires_at);
CALL protect_tenant_table('portal_challenge');

-- The address under which a calendar reads somebody's bookings: one a person.
CREATE TABLE calendar_feed (
  tenant_id  uuid        NOT NULL,
  person_id  uuid        NOT NULL,
  token_hash bytea       NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, person_id),
  UNIQUE (tenant_id, token_hash),
  FOREIGN KEY (tenant_id, person_id) REFERENCES substitute ON DELETE CASCADE
);
CALL protect_tenant_table('calendar_feed');
