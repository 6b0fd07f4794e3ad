-- What persons ask about their own data (GDPR Art. 15 to 21), and what became of it.

CREATE TABLE subject_request (
  tenant_id          uuid        NOT NULL,
  request_id         uuid        NOT NULL,
  number             bigint,                       -- of the case; null until somebody confirmed it
  kind               smallint    NOT NULL,         -- privacy::RequestKind
  state              smallint    NOT NULL,         -- privacy::RequestState
  channel            smallint    NOT NULL,         -- privacy::RequestChannel
  language           text        NOT NULL,
  person_id          uuid,                         -- whom it is about, once that is known
  sealed             bytea       NOT NULL,         -- name, contact, words, under the request's own key; empty when that is gone
  received_at        timestamptz NOT NULL,
  confirmed_at       timestamptz,
  due_at             timestamptz,
  extended_at        timestamptz,
  ended_at           timestamptz,
  code_hash          bytea,                        -- keyed; of the code that was sent last
  code_tries         smallint    NOT NULL DEFAULT 0,
  code_expires_at    timestamptz,
  package_state      smallint    NOT NULL DEFAULT 0, -- privacy::PackageState
  package_at         timestamptz,
  package_bytes      bigint      NOT NULL DEFAULT 0,
  package_rows       bigint      NOT NULL DEFAULT 0,
  package_files      bigint      NOT NULL DEFAULT 0,
  package_hash       bytea,                        -- SHA-256 of its manifest: what was handed over can be told for ever
  package_sent_at    timestamptz,
  package_until      timestamptz,
  package_fetched_at timestamptz,
  version            bigint      NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, request_id),
  UNIQUE (tenant_id, number)
);
CREATE INDEX subject_request_due ON subject_request (tenant_id, state, due_at, request_id);
CREATE INDEX subject_request_received ON subject_request (tenant_id, state, received_at);
CREATE INDEX subject_request_person ON subject_request (tenant_id, person_id);
CALL protect_tenant_table('subject_request');

-- The history that the desk shows. What the trail says stands beside it and stays.
CREATE TABLE subject_request_event (
  tenant_id  uuid        NOT NULL,
  event_id   uuid        NOT NULL,
  request_id uuid        NOT NULL,
  at         timestamptz NOT NULL,
  kind       smallint    NOT NULL,                 -- privacy::EventKind
  account_id uuid,                                 -- the clerk; null: the person, or the system
  sealed     bytea,                                -- note or reason, under the request's key
  PRIMARY KEY (tenant_id, event_id),
  FOREIGN KEY (tenant_id, request_id) REFERENCES subject_request ON DELETE CASCADE
);
CREATE INDEX subject_request_event_of ON subject_request_event (tenant_id, request_id, event_id);
CALL protect_tenant_table('subject_request_event');

-- The file that answers a request, in pieces under the request's key, until it was fetched or too old.
CREATE TABLE subject_package_piece (
  tenant_id  uuid    NOT NULL,
  request_id uuid    NOT NULL,
  number     integer NOT NULL,
  sealed     bytea   NOT NULL,
  PRIMARY KEY (tenant_id, request_id, number),
  FOREIGN KEY (tenant_id, request_id) REFERENCES subject_request ON DELETE CASCADE
);
CALL protect_tenant_table('subject_package_piece');

-- How long what was asked is kept after its end.
CREATE TABLE request_settings (
  tenant_id   uuid     NOT NULL PRIMARY KEY,
  keep_months smallint NOT NULL
);
CALL protect_tenant_table('request_settings');

-- Those whose processing is restricted: few, and asked for by every count and ranking.
CREATE INDEX person_restricted ON person (tenant_id, person_id) WHERE state > 1;

-- What the trail says of a person where the person is not the object itself: small, for most entries about persons are.
CREATE INDEX audit_entry_about ON audit_entry (tenant_id, person_id, entry_id) WHERE person_id IS NOT NULL AND object_id IS DISTINCT FROM person_id;
