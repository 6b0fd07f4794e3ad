-- People. What identifies a person is in `sealed`, one ciphertext under the person's key; what a segment asks is in narrow
-- tables whose conditions use only leakproof operators, because under row-level security no other can use an index.

CREATE TABLE person (
  tenant_id  uuid        NOT NULL,
  person_id  uuid        NOT NULL,
  state      smallint    NOT NULL DEFAULT 1,  -- 1 active, 2 restricted
  language   text        NOT NULL DEFAULT '',
  time_zone  text        NOT NULL DEFAULT '',
  email_hash bytea,                           -- blind index of the normalised address
  phone_hash bytea,
  sealed     bytea       NOT NULL,            -- people::Identity
  version    bigint      NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, person_id)
) WITH (fillfactor = 90);
CREATE UNIQUE INDEX person_email ON person (tenant_id, email_hash);
CREATE INDEX person_phone ON person (tenant_id, phone_hash);
-- Counting active persons reads this index alone.
CREATE INDEX person_active ON person (tenant_id, state, person_id);
CALL protect_tenant_table('person');

-- Keyed hashes of the prefixes of names and addresses: how a prefix is found without storing it.
CREATE TABLE person_prefix (
  tenant_id uuid   NOT NULL,
  hash      bigint NOT NULL,
  person_id uuid   NOT NULL,
  PRIMARY KEY (tenant_id, hash, person_id)
);
CREATE INDEX person_prefix_person ON person_prefix (tenant_id, person_id);
CALL protect_tenant_table('person_prefix', 'SELECT, INSERT, DELETE');

CREATE TABLE attribute (
  tenant_id      uuid        NOT NULL,
  attribute_id   uuid        NOT NULL,
  key            text        NOT NULL,
  label          text        NOT NULL,
  type           smallint    NOT NULL,         -- people::AttributeType
  classification smallint    NOT NULL,         -- people::Classification
  choices        text[]      NOT NULL DEFAULT '{}',
  version        bigint      NOT NULL DEFAULT 1,
  created_at     timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, attribute_id),
  UNIQUE (tenant_id, key)
);
CALL protect_tenant_table('attribute');

-- Values of attributes classed plain. Numbers, dates (days since 1970) and yes/no (1/0) are numbers.
CREATE TABLE person_attribute (
  tenant_id    uuid   NOT NULL,
  person_id    uuid   NOT NULL,
  attribute_id uuid   NOT NULL,
  text_value   text,
  number_value double precision,
  PRIMARY KEY (tenant_id, person_id, attribute_id),
  FOREIGN KEY (tenant_id, attribute_id) REFERENCES attribute ON DELETE CASCADE
);
CREATE INDEX person_attribute_text ON person_attribute (tenant_id, attribute_id, text_value, person_id) WHERE text_value IS NOT NULL;
CREATE INDEX person_attribute_number ON person_attribute (tenant_id, attribute_id, number_value, person_id) WHERE number_value IS NOT NULL;
CALL protect_tenant_table('person_attribute');

CREATE TABLE tag (
  tenant_id  uuid        NOT NULL,
  tag_id     uuid        NOT NULL,
  name       text        NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, tag_id),
  UNIQUE (tenant_id, name)
);
CALL protect_tenant_table('tag');

CREATE TABLE person_tag (
  tenant_id uuid NOT NULL,
  tag_id    uuid NOT NULL,
  person_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, tag_id, person_id),
  FOREIGN KEY (tenant_id, tag_id) REFERENCES tag ON DELETE CASCADE
);
CREATE INDEX person_tag_person ON person_tag (tenant_id, person_id);
CALL protect_tenant_table('person_tag');

CREATE TABLE list (
  tenant_id     uuid        NOT NULL,
  list_id       uuid        NOT NULL,
  name          text        NOT NULL,
  description   text        NOT NULL DEFAULT '',
  double_opt_in boolean     NOT NULL DEFAULT false,
  version       bigint      NOT NULL DEFAULT 1,
  created_at    timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, list_id),
  UNIQUE (tenant_id, name)
);
CALL protect_tenant_table('list');

CREATE TABLE list_member (
  tenant_id uuid        NOT NULL,
  list_id   uuid        NOT NULL,
  person_id uuid        NOT NULL,
  state     smallint    NOT NULL,              -- people::MemberState
  since     timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, list_id, person_id),
  FOREIGN KEY (tenant_id, list_id) REFERENCES list ON DELETE CASCADE
);
CREATE INDEX list_member_person ON list_member (tenant_id, person_id);
CALL protect_tenant_table('list_member');

CREATE TABLE purpose (
  tenant_id   uuid        NOT NULL,
  purpose_id  uuid        NOT NULL,
  key         text        NOT NULL,
  label       text        NOT NULL,
  description text        NOT NULL DEFAULT '',
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, purpose_id),
  UNIQUE (tenant_id, key)
);
CALL protect_tenant_table('purpose');

CREATE TABLE consent (
  tenant_id  uuid        NOT NULL,
  purpose_id uuid        NOT NULL,
  person_id  uuid        NOT NULL,
  given      boolean     NOT NULL,
  source     text        NOT NULL,             -- where it was given: "import spring.csv", "form newsletter"
  at         timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, purpose_id, person_id),
  FOREIGN KEY (tenant_id, purpose_id) REFERENCES purpose ON DELETE CASCADE
);
CREATE INDEX consent_person ON consent (tenant_id, person_id);
CALL protect_tenant_table('consent');

-- Everything that happened to or with a person, newest first by its key. Deliveries are outreach's and are merged on the page.
CREATE TABLE activity (
  tenant_id   uuid        NOT NULL,
  activity_id uuid        NOT NULL,            -- version 7: its order is the time's
  person_id   uuid        NOT NULL,
  kind        smallint    NOT NULL,            -- people::ActivityKind
  at          timestamptz NOT NULL,
  ref_id      uuid,                            -- list, tag, campaign, form, journey, import …
  number      bigint,                          -- link number and the like
  flags       smallint    NOT NULL DEFAULT 0,  -- 1 simulated, 2 scanner
  sealed      bytea,                           -- free text about the person, under the person's key
  PRIMARY KEY (tenant_id, activity_id)
);
CREATE INDEX activity_person ON activity (tenant_id, person_id, activity_id);
-- What segments ask: who opened, clicked, answered what, since when. Kinds from 20 up are responses.
CREATE INDEX activity_behaviour ON activity (tenant_id, kind, ref_id, person_id, at) WHERE kind >= 20;
CALL protect_tenant_table('activity', 'SELECT, INSERT, DELETE');

CREATE TABLE segment (
  tenant_id  uuid        NOT NULL,
  segment_id uuid        NOT NULL,
  name       text        NOT NULL,
  conditions jsonb       NOT NULL,
  persons    bigint,
  counted_at timestamptz,
  version    bigint      NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, segment_id),
  UNIQUE (tenant_id, name)
);
CALL protect_tenant_table('segment');

CREATE TABLE import (
  tenant_id   uuid        NOT NULL,
  import_id   uuid        NOT NULL,
  filename    text        NOT NULL,
  state       smallint    NOT NULL,            -- people::ImportState
  bytes       bigint      NOT NULL DEFAULT 0,
  encoding    text        NOT NULL DEFAULT '',
  delimiter   text        NOT NULL DEFAULT '',
  header      boolean     NOT NULL DEFAULT true,
  settings    jsonb       NOT NULL DEFAULT '{}',   -- mapping and options
  position    bigint      NOT NULL DEFAULT 0,  -- byte of the next row to read: where a restart goes on
  line        bigint      NOT NULL DEFAULT 0,
  read        bigint      NOT NULL DEFAULT 0,
  created     bigint      NOT NULL DEFAULT 0,
  updated     bigint      NOT NULL DEFAULT 0,
  unchanged   bigint      NOT NULL DEFAULT 0,
  rejected    bigint      NOT NULL DEFAULT 0,
  error       text        NOT NULL DEFAULT '',
  created_by  uuid        NOT NULL,
  created_at  timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (tenant_id, import_id)
);
CALL protect_tenant_table('import');

-- The file itself, sealed piece by piece under a key of the import's own, which is destroyed when the file is no longer needed:
-- after that no backup gives it back.
CREATE TABLE import_piece (
  tenant_id uuid    NOT NULL,
  import_id uuid    NOT NULL,
  kind      smallint NOT NULL,                 -- 1 the file, 2 rejected rows
  number    bigint  NOT NULL,
  sealed    bytea   NOT NULL,
  PRIMARY KEY (tenant_id, import_id, kind, number),
  FOREIGN KEY (tenant_id, import_id) REFERENCES import ON DELETE CASCADE
);
ALTER TABLE import_piece ALTER COLUMN sealed SET STORAGE EXTERNAL;  -- ciphertext does not compress
CALL protect_tenant_table('import_piece', 'SELECT, INSERT, DELETE');

CREATE TABLE export (
  tenant_id   uuid        NOT NULL,
  export_id   uuid        NOT NULL,
  format      smallint    NOT NULL,
  state       smallint    NOT NULL,
  settings    jsonb       NOT NULL DEFAULT '{}',
  rows        bigint      NOT NULL DEFAULT 0,
  error       text        NOT NULL DEFAULT '',
  created_by  uuid        NOT NULL,
  created_at  timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (tenant_id, export_id)
);
CALL protect_tenant_table('export');
CREATE TABLE export_piece (
  tenant_id uuid   NOT NULL,
  export_id uuid   NOT NULL,
  number    bigint NOT NULL,
  sealed    bytea  NOT NULL,
  PRIMARY KEY (tenant_id, export_id, number),
  FOREIGN KEY (tenant_id, export_id) REFERENCES export ON DELETE CASCADE
);
ALTER TABLE export_piece ALTER COLUMN sealed SET STORAGE EXTERNAL;
CALL protect_tenant_table('export_piece', 'SELECT, INSERT, DELETE');

-- After a large import the planner knows nothing of the new rows until autovacuum comes by, and a segment over them could take a
-- plan that never ends. The import calls this; it is all that the program may do as the owner.
CREATE FUNCTION refresh_statistics() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  ANALYZE person, person_attribute, person_tag, list_member, consent, activity;
END $$;
REVOKE EXECUTE ON FUNCTION refresh_statistics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION refresh_statistics() TO varde_app;
