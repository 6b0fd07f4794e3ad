-- Staffing: a vacant shift is offered to a pool of substitutes, and exactly one person per place gets it.

-- Scheduling asks whether times overlap and equals ids in one constraint.
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- How the organisation works: rules of rest and hours, ranking, limits of asking.
CREATE TABLE staffing_settings (
  tenant_id  uuid        NOT NULL PRIMARY KEY,
  rules      jsonb       NOT NULL,
  ranking    jsonb       NOT NULL,
  asking     jsonb       NOT NULL,
  version    bigint      NOT NULL DEFAULT 1,
  updated_at timestamptz NOT NULL
);
CALL protect_tenant_table('staffing_settings');

CREATE TABLE workplace (
  tenant_id    uuid        NOT NULL,
  workplace_id uuid        NOT NULL,
  name         text        NOT NULL,
  address      text        NOT NULL DEFAULT '',
  time_zone    text        NOT NULL,
  latitude     double precision,
  longitude    double precision,
  version      bigint      NOT NULL DEFAULT 1,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, workplace_id),
  UNIQUE (tenant_id, name)
);
CALL protect_tenant_table('workplace');

CREATE TABLE skill (
  tenant_id  uuid        NOT NULL,
  skill_id   uuid        NOT NULL,
  name       text        NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, skill_id),
  UNIQUE (tenant_id, name)
);
CALL protect_tenant_table('skill');

CREATE TABLE pool (
  tenant_id  uuid        NOT NULL,
  pool_id    uuid        NOT NULL,
  name       text        NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, pool_id),
  UNIQUE (tenant_id, name)
);
CALL protect_tenant_table('pool');

-- A person who can be asked. Names and numbers stay with the person.
CREATE TABLE substitute (
  tenant_id      uuid        NOT NULL,
  person_id      uuid        NOT NULL,
  percent        double precision NOT NULL DEFAULT 0,  -- of full-time employment elsewhere in the organisation
  latitude       double precision,                     -- where they set out from, rounded to a kilometre
  longitude      double precision,
  last_asked_at  timestamptz,
  version        bigint      NOT NULL DEFAULT 1,
  created_at     timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, person_id)
);
CALL protect_tenant_table('substitute');

CREATE TABLE pool_member (
  tenant_id uuid NOT NULL,
  pool_id   uuid NOT NULL,
  person_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, pool_id, person_id),
  FOREIGN KEY (tenant_id, pool_id) REFERENCES pool ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, person_id) REFERENCES substitute ON DELETE CASCADE
);
CREATE INDEX pool_member_person ON pool_member (tenant_id, person_id);
CALL protect_tenant_table('pool_member');

CREATE TABLE substitute_skill (
  tenant_id  uuid     NOT NULL,
  person_id  uuid     NOT NULL,
  skill_id   uuid     NOT NULL,
  level      smallint NOT NULL DEFAULT 1,
  expires_on date,
  PRIMARY KEY (tenant_id, person_id, skill_id),
  FOREIGN KEY (tenant_id, skill_id) REFERENCES skill ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, person_id) REFERENCES substitute ON DELETE CASCADE
);
CALL protect_tenant_table('substitute_skill');

-- A favourite of a workplace, or one who is not to work there.
CREATE TABLE workplace_choice (
  tenant_id    uuid     NOT NULL,
  workplace_id uuid     NOT NULL,
  person_id    uuid     NOT NULL,
  kind         smallint NOT NULL,                -- 1 favourite, 2 excluded by the workplace, 3 excluded by the person
  PRIMARY KEY (tenant_id, workplace_id, person_id),
  FOREIGN KEY (tenant_id, workplace_id) REFERENCES workplace ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, person_id) REFERENCES substitute ON DELETE CASCADE
);
CREATE INDEX workplace_choice_person ON workplace_choice (tenant_id, person_id);
CALL protect_tenant_table('workplace_choice');

-- What people say about when they can work. Local times: "Mondays 08:00 to 16:00" means so after a clock change too.
CREATE TABLE availability (
  tenant_id       uuid        NOT NULL,
  availability_id uuid        NOT NULL,
  person_id       uuid        NOT NULL,
  kind            smallint    NOT NULL,          -- 1 available, 2 unavailable, 3 ask me anyway, 4 pause
  from_date       date        NOT NULL,
  until_date      date        NOT NULL,          -- the last day
  weekdays        smallint    NOT NULL DEFAULT 127, -- bit 0 is Monday
  from_minute     smallint    NOT NULL DEFAULT 0,
  until_minute    smallint    NOT NULL DEFAULT 1440, -- smaller than from_minute: ends the next day
  created_at      timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, availability_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES substitute ON DELETE CASCADE
);
CREATE INDEX availability_person ON availability (tenant_id, person_id, until_date);
CALL protect_tenant_table('availability');

CREATE TABLE shift (
  tenant_id     uuid        NOT NULL,
  shift_id      uuid        NOT NULL,
  workplace_id  uuid        NOT NULL,
  starts_at     timestamptz NOT NULL,
  ends_at       timestamptz NOT NULL,
  break_minutes integer     NOT NULL DEFAULT 0,
  places        integer     NOT NULL DEFAULT 1,
  taken         integer     NOT NULL DEFAULT 0,
  state         smallint    NOT NULL DEFAULT 1,  -- staffing::ShiftState
  skills        jsonb       NOT NULL DEFAULT '[]',
  note          text        NOT NULL DEFAULT '',
  strategy      jsonb       NOT NULL,
  pool_ids      uuid[]      NOT NULL DEFAULT '{}',
  answer_by     timestamptz,
  step          integer     NOT NULL DEFAULT 0,  -- how far the strategy has come
  next_at       timestamptz,                     -- when it goes on by itself
  series_id     uuid,
  requested_by  uuid,
  approved_by   uuid,
  version       bigint      NOT NULL DEFAULT 1,
  created_at    timestamptz NOT NULL,
  updated_at    timestamptz NOT NULL,
  published_at  timestamptz,
  PRIMARY KEY (tenant_id, shift_id),
  FOREIGN KEY (tenant_id, workplace_id) REFERENCES workplace,
  CHECK (taken BETWEEN 0 AND places),            -- nobody is booked onto a place that is not there
  CHECK (ends_at > starts_at)
);
CREATE INDEX shift_time ON shift (tenant_id, starts_at);
CREATE INDEX shift_state ON shift (tenant_id, state, starts_at);
CALL protect_tenant_table('shift');

-- Who was asked, when, and what they said.
CREATE TABLE offer (
  tenant_id   uuid        NOT NULL,
  shift_id    uuid        NOT NULL,
  person_id   uuid        NOT NULL,
  state       smallint    NOT NULL DEFAULT 1,    -- staffing::OfferState
  step        integer     NOT NULL DEFAULT 0,
  rank        integer     NOT NULL DEFAULT 0,
  number      integer     NOT NULL,              -- what an answer by SMS names it by
  explanation text        NOT NULL DEFAULT '',   -- why they stood where they stood
  asked_at    timestamptz NOT NULL,
  expires_at  timestamptz,
  answered_at timestamptz,
  channel     smallint    NOT NULL DEFAULT 0,    -- staffing::AnswerChannel
  PRIMARY KEY (tenant_id, shift_id, person_id),
  FOREIGN KEY (tenant_id, shift_id) REFERENCES shift ON DELETE CASCADE
);
CREATE INDEX offer_asked ON offer (tenant_id, asked_at);
CREATE INDEX offer_person ON offer (tenant_id, person_id, state, asked_at);
CALL protect_tenant_table('offer');

CREATE TABLE booking (
  tenant_id    uuid        NOT NULL,
  booking_id   uuid        NOT NULL,
  shift_id     uuid        NOT NULL,
  person_id    uuid        NOT NULL,
  workplace_id uuid        NOT NULL,
  starts_at    timestamptz NOT NULL,
  ends_at      timestamptz NOT NULL,
  break_minutes integer    NOT NULL DEFAULT 0,
  state        smallint    NOT NULL DEFAULT 1,   -- staffing::BookingState
  overridden   boolean     NOT NULL DEFAULT false, -- against a rule, by somebody who may
  sealed       bytea,                            -- why it was overridden or cancelled
  booked_by    uuid,                             -- the user, when it was not the person
  booked_at    timestamptz NOT NULL,
  cancelled_at timestamptz,
  reminded_at  timestamptz,
  worked_from  timestamptz,
  worked_until timestamptz,
  person_confirmed_at timestamptz,
  office_confirmed_at timestamptz,
  PRIMARY KEY (tenant_id, booking_id),
  FOREIGN KEY (tenant_id, shift_id) REFERENCES shift,
  -- Nobody is in two places at once, whatever the program thinks.
  EXCLUDE USING gist (tenant_id WITH =, person_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (state = 1 AND NOT overridden)
);
CREATE UNIQUE INDEX booking_once ON booking (tenant_id, shift_id, person_id) WHERE state = 1;
CREATE INDEX booking_person ON booking (tenant_id, person_id, starts_at);
CREATE INDEX booking_time ON booking (tenant_id, starts_at) WHERE state = 1;
CALL protect_tenant_table('booking');
