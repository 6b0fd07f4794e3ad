-- What somebody said about a person without showing to be that person: it waits here until the person follows the link in the
-- message to an address on record, for 14 days at most.

CREATE TABLE person_claim (
  tenant_id  uuid        NOT NULL,
  claim_id   uuid        NOT NULL,
  person_id  uuid        NOT NULL,
  ref_id     uuid,                                 -- the form
  sealed     bytea       NOT NULL,                 -- names, values, lists, consents, tags, under the person's key
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, claim_id)
);
CREATE INDEX person_claim_person ON person_claim (tenant_id, person_id, created_at);
CREATE INDEX person_claim_end ON person_claim (tenant_id, expires_at);
CALL protect_tenant_table('person_claim');
