-- Outreach: channels, campaigns, deliveries, responses, forms, journeys.

-- Where messages leave. Secrets are sealed under a key derived from the tenant's.
CREATE TABLE provider (
  tenant_id   uuid        NOT NULL,
  provider_id uuid        NOT NULL,
  name        text        NOT NULL,
  kind        smallint    NOT NULL,              -- 1 captured, 2 smtp
  host        text        NOT NULL DEFAULT '',
  port        integer     NOT NULL DEFAULT 0,
  security    smallint    NOT NULL DEFAULT 1,    -- 1 none, 2 starttls, 3 tls
  username    text        NOT NULL DEFAULT '',
  password    bytea,                             -- sealed
  connections integer     NOT NULL DEFAULT 10,
  per_second  double precision,
  window_seconds integer,
  per_window  integer,
  region      text        NOT NULL DEFAULT 'EEA',
  is_default  boolean     NOT NULL DEFAULT false,
  last_error  text        NOT NULL DEFAULT '',
  version     bigint      NOT NULL DEFAULT 1,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, provider_id)
);
CALL protect_tenant_table('provider');

CREATE TABLE sending_domain (
  tenant_id    uuid        NOT NULL,
  domain_id    uuid        NOT NULL,
  domain       text        NOT NULL,
  rsa_selector text        NOT NULL,
  rsa_key      bytea       NOT NULL,             -- sealed PEM
  rsa_record   text        NOT NULL,
  ed_selector  text        NOT NULL,
  ed_key       bytea       NOT NULL,
  ed_record    text        NOT NULL,
  verified_at  timestamptz,
  checked_at   timestamptz,
  findings     jsonb       NOT NULL DEFAULT '[]',
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, domain_id),
  UNIQUE (tenant_id, domain)
);
CALL protect_tenant_table('sending_domain');

-- Nobody writes to these addresses any more. Only the keyed hash is kept: it outlives the person.
CREATE TABLE suppression (
  tenant_id  uuid        NOT NULL,
  email_hash bytea       NOT NULL,
  reason     smallint    NOT NULL,               -- 1 bounce, 2 complaint, 3 unsubscribe, 4 manual
  at         timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, email_hash)
);
CALL protect_tenant_table('suppression');

-- The captured mailbox: what the default provider "sends". Sealed under the recipient's key when the
-- recipient is a person, under a key derived from the tenant's otherwise.
CREATE TABLE captured_message (
  tenant_id  uuid        NOT NULL,
  message_id uuid        NOT NULL,
  at         timestamptz NOT NULL,
  person_id  uuid,
  source_id  uuid,
  size       integer     NOT NULL,
  sealed_head bytea      NOT NULL,               -- from, to, subject
  sealed     bytea       NOT NULL,               -- the whole message
  PRIMARY KEY (tenant_id, message_id)
);
CREATE INDEX captured_message_person ON captured_message (tenant_id, person_id);
CALL protect_tenant_table('captured_message', 'SELECT, INSERT, DELETE');

CREATE TABLE template (
  tenant_id   uuid        NOT NULL,
  template_id uuid        NOT NULL,
  name        text        NOT NULL,
  document    jsonb       NOT NULL,
  version     bigint      NOT NULL DEFAULT 1,
  updated_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, template_id),
  UNIQUE (tenant_id, name)
);
CALL protect_tenant_table('template');

CREATE TABLE image (
  tenant_id  uuid        NOT NULL,
  image_id   uuid        NOT NULL,
  type       text        NOT NULL,
  width      integer     NOT NULL,
  height     integer     NOT NULL,
  bytes      bytea       NOT NULL,               -- a picture of the organisation, public by nature
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, image_id)
);
CALL protect_tenant_table('image', 'SELECT, INSERT, DELETE');
CALL open_to_system('image', 'SELECT');

CREATE TABLE campaign (
  tenant_id    uuid        NOT NULL,
  campaign_id  uuid        NOT NULL,
  name         text        NOT NULL,
  state        smallint    NOT NULL DEFAULT 1,   -- 1 draft, 2 scheduled, 3 preparing, 4 sending, 5 paused, 6 sent, 7 cancelled, 8 failed
  subject      text        NOT NULL DEFAULT '',
  preheader    text        NOT NULL DEFAULT '',
  from_name    text        NOT NULL DEFAULT '',
  from_email   text        NOT NULL DEFAULT '',
  reply_to     text        NOT NULL DEFAULT '',
  document     jsonb       NOT NULL DEFAULT '{}',
  audience     jsonb       NOT NULL DEFAULT '{}',
  purpose_id   uuid,
  provider_id  uuid,
  time_mode    smallint    NOT NULL DEFAULT 1,   -- 1 at once, 2 in each recipient's time zone
  track_opens  boolean     NOT NULL DEFAULT true,
  track_clicks boolean     NOT NULL DEFAULT true,
  scheduled_at timestamptz,
  started_at   timestamptz,
  finished_at  timestamptz,
  prepared_to  uuid,                             -- how far the audience has been cut into chunks
  prepared     boolean     NOT NULL DEFAULT false,
  recipients   bigint      NOT NULL DEFAULT 0,
  skipped_suppressed bigint NOT NULL DEFAULT 0,
  skipped_no_consent bigint NOT NULL DEFAULT 0,
  skipped_no_address bigint NOT NULL DEFAULT 0,
  error        text        NOT NULL DEFAULT '',
  runner       uuid,                             -- the one piece of work that sends it now,
  runner_until timestamptz,                      -- unless it has not been heard of since
  created_by   uuid        NOT NULL,
  version      bigint      NOT NULL DEFAULT 1,
  created_at   timestamptz NOT NULL,
  updated_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, campaign_id)
);
CALL protect_tenant_table('campaign');

-- The links of a campaign, journey step or form mail: a click names a number, never an address, so that
-- the redirect can lead nowhere but where the sender wrote.
CREATE TABLE link (
  tenant_id uuid     NOT NULL,
  source_id uuid     NOT NULL,
  number    integer  NOT NULL,
  url       text     NOT NULL,
  label     text     NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, source_id, number)
);
CALL protect_tenant_table('link');

-- About 500 recipients that one worker owns at a time. What became of each is in delivery; the counters
-- are written in the same transactions.
CREATE TABLE chunk (
  tenant_id   uuid        NOT NULL,
  campaign_id uuid        NOT NULL,
  number      integer     NOT NULL,
  person_ids  uuid[]      NOT NULL,
  due_at      timestamptz NOT NULL,
  done        boolean     NOT NULL DEFAULT false,
  accepted    integer     NOT NULL DEFAULT 0,
  deferred    integer     NOT NULL DEFAULT 0,
  failed      integer     NOT NULL DEFAULT 0,
  skipped     integer     NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, campaign_id, number)
);
CALL protect_tenant_table('chunk');

-- What became of each message: a row is inserted when a server has answered, and so is the record that
-- keeps a restart from sending again. Also for single messages (journeys, confirmations), with
-- recipient_id the outbox message's id.
CREATE TABLE delivery (
  tenant_id    uuid        NOT NULL,
  source_id    uuid        NOT NULL,             -- campaign, journey, list …
  recipient_id uuid        NOT NULL,             -- the person, or the outbox message
  person_id    uuid        NOT NULL,
  state        smallint    NOT NULL,             -- 1 sent, 2 deferred, 3 failed, 4 skipped
  chunk        integer     NOT NULL DEFAULT 0,   -- whose counters this row is in
  attempts     integer     NOT NULL DEFAULT 1,
  at           timestamptz NOT NULL,
  retry_at     timestamptz,                      -- of a deferred one
  code         text        NOT NULL DEFAULT '',  -- "550 5.1.1", or why it was skipped: without the server's words
  bounce       smallint    NOT NULL DEFAULT 0,   -- 1 hard, 2 soft, 3 blocked, 4 complaint
  bounced_at   timestamptz,
  PRIMARY KEY (tenant_id, source_id, recipient_id)
) WITH (fillfactor = 95);
CREATE INDEX delivery_person ON delivery (tenant_id, person_id);
CREATE INDEX delivery_retry ON delivery (tenant_id, source_id, state, retry_at) WHERE state <> 1;
CREATE INDEX delivery_bounce ON delivery (tenant_id, source_id, bounce) WHERE bounce <> 0;
CALL protect_tenant_table('delivery');

-- What came back of a message, each kind once per person: what reports count. The timeline is people's.
CREATE TABLE response (
  tenant_id uuid        NOT NULL,
  source_id uuid        NOT NULL,
  kind      smallint    NOT NULL,                -- outreach::ResponseKind
  number    integer     NOT NULL DEFAULT 0,      -- of the link
  flags     smallint    NOT NULL DEFAULT 0,      -- 2 scanner
  person_id uuid        NOT NULL,
  first_at  timestamptz NOT NULL,
  last_at   timestamptz NOT NULL,
  times     integer     NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, source_id, kind, number, flags, person_id)
);
CREATE INDEX response_person ON response (tenant_id, person_id);
CALL protect_tenant_table('response');

-- Single messages on their way: test sends, confirmations, journeys.
CREATE TABLE outbox (
  tenant_id   uuid        NOT NULL,
  message_id  uuid        NOT NULL,
  person_id   uuid,
  source_kind smallint    NOT NULL,
  source_id   uuid        NOT NULL,
  payload     bytea       NOT NULL,              -- sealed: what to send, and to which address when it is no person
  state       smallint    NOT NULL DEFAULT 1,    -- 1 queued, 2 sent, 3 failed
  attempts    integer     NOT NULL DEFAULT 0,
  due_at      timestamptz NOT NULL,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, message_id)
);
CREATE INDEX outbox_due ON outbox (tenant_id, due_at) WHERE state = 1;
CREATE INDEX outbox_person ON outbox (tenant_id, person_id);
CALL protect_tenant_table('outbox');

CREATE TABLE form (
  tenant_id   uuid        NOT NULL,
  form_id     uuid        NOT NULL,
  name        text        NOT NULL,
  slug        text        NOT NULL,
  state       smallint    NOT NULL DEFAULT 1,    -- 1 draft, 2 published, 3 closed
  title       text        NOT NULL DEFAULT '',
  intro       text        NOT NULL DEFAULT '',
  fields      jsonb       NOT NULL DEFAULT '[]',
  thanks_text text        NOT NULL DEFAULT '',
  list_id     uuid,
  tag_ids     uuid[]      NOT NULL DEFAULT '{}',
  purpose_id  uuid,
  version     bigint      NOT NULL DEFAULT 1,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, form_id),
  UNIQUE (tenant_id, slug)
);
CALL protect_tenant_table('form');

CREATE TABLE form_answer (
  tenant_id uuid        NOT NULL,
  answer_id uuid        NOT NULL,
  form_id   uuid        NOT NULL,
  person_id uuid        NOT NULL,                -- answers without a known person make one: their key seals them
  at        timestamptz NOT NULL,
  flags     smallint    NOT NULL DEFAULT 0,
  sealed    bytea       NOT NULL,
  PRIMARY KEY (tenant_id, answer_id),
  FOREIGN KEY (tenant_id, form_id) REFERENCES form ON DELETE CASCADE
);
CREATE INDEX form_answer_form ON form_answer (tenant_id, form_id, answer_id);
CREATE INDEX form_answer_person ON form_answer (tenant_id, person_id);
CALL protect_tenant_table('form_answer', 'SELECT, INSERT, DELETE');

CREATE TABLE journey (
  tenant_id  uuid        NOT NULL,
  journey_id uuid        NOT NULL,
  name       text        NOT NULL,
  state      smallint    NOT NULL DEFAULT 1,     -- 1 draft, 2 running, 3 paused, 4 archived
  trigger    jsonb       NOT NULL DEFAULT '{}',
  trigger_kind smallint  NOT NULL DEFAULT 0,
  trigger_ref uuid,                              -- the form, campaign, list, segment or attribute it waits for
  steps      jsonb       NOT NULL DEFAULT '[]',
  start      text        NOT NULL DEFAULT '',
  reentry    boolean     NOT NULL DEFAULT false,
  version    bigint      NOT NULL DEFAULT 1,
  checked_at timestamptz,                        -- how far segments and dates were looked at
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, journey_id)
);
CREATE INDEX journey_trigger ON journey (tenant_id, trigger_kind, trigger_ref) WHERE state = 2;
CALL protect_tenant_table('journey');

CREATE TABLE journey_run (
  tenant_id  uuid        NOT NULL,
  run_id     uuid        NOT NULL,
  journey_id uuid        NOT NULL,
  person_id  uuid        NOT NULL,
  step_id    text        NOT NULL,
  state      smallint    NOT NULL DEFAULT 1,     -- 1 active, 2 finished, 3 failed, 4 left
  entry_key  text        NOT NULL,               -- one run per person, or per person and occasion
  wakes_at   timestamptz NOT NULL,
  attempts   integer     NOT NULL DEFAULT 0,
  error      text        NOT NULL DEFAULT '',
  flags      smallint    NOT NULL DEFAULT 0,
  entered_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, run_id),
  UNIQUE (tenant_id, journey_id, person_id, entry_key),
  FOREIGN KEY (tenant_id, journey_id) REFERENCES journey ON DELETE CASCADE
);
CREATE INDEX journey_run_due ON journey_run (tenant_id, wakes_at) WHERE state = 1;
CREATE INDEX journey_run_person ON journey_run (tenant_id, person_id);
CREATE INDEX journey_run_step ON journey_run (tenant_id, journey_id, step_id, state);
CALL protect_tenant_table('journey_run');

-- Which steps were done, once each: the row is inserted in the transaction of the step's effect.
CREATE TABLE journey_step_done (
  tenant_id  uuid        NOT NULL,
  run_id     uuid        NOT NULL,
  step_id    text        NOT NULL,
  journey_id uuid        NOT NULL,
  person_id  uuid        NOT NULL,
  at         timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, run_id, step_id)
);
CREATE INDEX journey_step_done_journey ON journey_step_done (tenant_id, journey_id, step_id);
CREATE INDEX journey_step_done_person ON journey_step_done (tenant_id, person_id);
CALL protect_tenant_table('journey_step_done', 'SELECT, INSERT, DELETE');

-- Webhook calls on their way, delivered at least once with the same id (Standard Webhooks).
CREATE TABLE webhook_call (
  tenant_id  uuid        NOT NULL,
  call_id    uuid        NOT NULL,
  journey_id uuid        NOT NULL,
  person_id  uuid        NOT NULL,
  url        text        NOT NULL,
  sealed     bytea       NOT NULL,               -- the body, under the person's key
  state      smallint    NOT NULL DEFAULT 1,     -- 1 waiting, 2 delivered, 3 given up
  attempts   integer     NOT NULL DEFAULT 0,
  due_at     timestamptz NOT NULL,
  code       integer     NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, call_id)
);
CREATE INDEX webhook_call_person ON webhook_call (tenant_id, person_id);
CALL protect_tenant_table('webhook_call');
