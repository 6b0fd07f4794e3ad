-- Asking again: the row of an offer is the question that counts now, and what was asked and said before stays beside it.
ALTER TABLE offer ADD COLUMN round integer NOT NULL DEFAULT 1;     -- how often the person was asked about the shift
ALTER TABLE offer ADD COLUMN reached_by smallint;                  -- staffing::Reach; not known of questions asked before this was kept
ALTER TABLE offer ADD COLUMN again_at timestamptz;                 -- when somebody said that the person is to be asked again

CREATE TABLE offer_before (
  tenant_id   uuid        NOT NULL,
  shift_id    uuid        NOT NULL,
  person_id   uuid        NOT NULL,
  round       integer     NOT NULL,
  state       smallint    NOT NULL,              -- how it ended: staffing::OfferState
  reached_by  smallint,
  asked_at    timestamptz NOT NULL,
  expires_at  timestamptz,
  answered_at timestamptz,
  channel     smallint    NOT NULL,
  flags       integer     NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, shift_id, person_id, round),
  FOREIGN KEY (tenant_id, shift_id, person_id) REFERENCES offer ON DELETE CASCADE
);
CREATE INDEX offer_before_asked ON offer_before (tenant_id, asked_at);
CREATE INDEX offer_before_person ON offer_before (tenant_id, person_id, asked_at);
CALL protect_tenant_table('offer_before');

-- What the workplace chose (1 favourite, 2 excluded) and what the person chose (3) stand beside each other.
ALTER TABLE workplace_choice DROP CONSTRAINT workplace_choice_pkey;
ALTER TABLE workplace_choice ADD PRIMARY KEY (tenant_id, workplace_id, person_id, kind);
CREATE UNIQUE INDEX workplace_choice_side ON workplace_choice (tenant_id, workplace_id, person_id) WHERE kind <> 3;

-- "My requests" of a week.
CREATE INDEX shift_requested_by ON shift (tenant_id, requested_by, starts_at);
