-- What a substitute shows: a face, and papers such as a police certificate.

CREATE TABLE document_kind (
  tenant_id  uuid        NOT NULL,
  kind_id    uuid        NOT NULL,
  name       text        NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, kind_id),
  UNIQUE (tenant_id, name)
);
CALL protect_tenant_table('document_kind');

-- What everybody who works there must have shown.
ALTER TABLE workplace ADD COLUMN required_documents uuid[] NOT NULL DEFAULT '{}';

CREATE TABLE person_picture (
  tenant_id  uuid        NOT NULL,
  person_id  uuid        NOT NULL,
  sealed     bytea       NOT NULL,               -- JPEG, 320 by 320, without metadata
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, person_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES substitute ON DELETE CASCADE
);
CALL protect_tenant_table('person_picture');

CREATE TABLE person_document (
  tenant_id   uuid        NOT NULL,
  document_id uuid        NOT NULL,
  person_id   uuid        NOT NULL,
  kind_id     uuid        NOT NULL,
  valid_from  date,
  valid_until date,                              -- the last day
  seen_at     timestamptz,                       -- by the office; until then it counts for nothing
  seen_by     uuid,
  media_type  text        NOT NULL DEFAULT '',   -- of the file, when there is one
  bytes       integer     NOT NULL DEFAULT 0,
  sealed      bytea,
  version     bigint      NOT NULL DEFAULT 1,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, document_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES substitute ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, kind_id) REFERENCES document_kind
);
CREATE INDEX person_document_person ON person_document (tenant_id, person_id);
CREATE INDEX person_document_kind ON person_document (tenant_id, kind_id);
CALL protect_tenant_table('person_document');
