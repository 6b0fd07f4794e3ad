-- SMS as a channel beside mail.

-- A provider sends one of the two; each channel has its own default.
ALTER TABLE provider
  ADD COLUMN channel         smallint NOT NULL DEFAULT 1,   -- 1 mail, 2 sms
  ADD COLUMN sms             jsonb,                         -- outreach::SmsSettings; kinds 3 sms_http, 4 sms_twilio
  ADD COLUMN callback_secret bytea;                         -- sealed: what signs the gateway's callbacks
CREATE INDEX provider_sms ON provider (provider_id) WHERE channel = 2;
-- A gateway calls back under its provider's id alone, so whose it is must be found before the tenant is known. Nothing but that
-- can be seen.
CREATE POLICY system_rows ON provider FOR SELECT TO varde_system USING (channel = 2);
GRANT SELECT (tenant_id, provider_id, channel) ON provider TO varde_system;

-- Nobody writes to these numbers either. A hash is of one kind or the other by what it is keyed with.
ALTER TABLE suppression RENAME COLUMN email_hash TO address_hash;
ALTER TABLE suppression ADD COLUMN channel smallint NOT NULL DEFAULT 1;

-- When nobody wants to be disturbed, as minutes of the day where the recipient lives; the same twice: never.
ALTER TABLE tenant
  ADD COLUMN quiet_from smallint NOT NULL DEFAULT 1260,     -- 21:00
  ADD COLUMN quiet_to   smallint NOT NULL DEFAULT 480;      -- 08:00

-- A campaign is a mail or an SMS, whose text stands in place of the document.
ALTER TABLE campaign
  ADD COLUMN channel smallint NOT NULL DEFAULT 1,
  ADD COLUMN text    text     NOT NULL DEFAULT '';

-- Every SMS: on its way, and what became of it. Its text is kept until it is handed over (captured ones keep it).
CREATE TABLE sms (
  tenant_id    uuid        NOT NULL,
  sms_id       uuid        NOT NULL,
  person_id    uuid,                             -- null for a test to a number
  kind         smallint    NOT NULL,             -- outreach::SmsKind
  ref_id       uuid        NOT NULL,             -- campaign, journey, shift …
  reference    text        NOT NULL,             -- what the gateway knows it by: the same again is the same message
  urgent       boolean     NOT NULL DEFAULT false,
  state        smallint    NOT NULL DEFAULT 1,   -- 1 queued, 2 deferred, 3 sent, 4 delivered, 5 failed, 6 skipped
  reason       text        NOT NULL DEFAULT '',  -- "503", "quiet-hours", "no-phone" …: without the gateway's words
  attempts     integer     NOT NULL DEFAULT 0,
  segments     integer     NOT NULL DEFAULT 0,
  provider_id  uuid,                             -- null: captured
  external_id  text        NOT NULL DEFAULT '',  -- the gateway's id
  captured     boolean     NOT NULL DEFAULT false,
  sealed       bytea       NOT NULL,             -- text, and when captured to and from; under the person's key or the tenant's
  due_at       timestamptz NOT NULL,
  at           timestamptz NOT NULL,             -- of the last change of state
  created_at   timestamptz NOT NULL,
  runner       uuid,                             -- the one piece of work that sends it now,
  runner_until timestamptz,                      -- unless it has not been heard of since
  PRIMARY KEY (tenant_id, sms_id),
  UNIQUE (tenant_id, reference)
) WITH (fillfactor = 90);
CREATE INDEX sms_due ON sms (tenant_id, urgent DESC, due_at) WHERE state <= 2;
CREATE INDEX sms_person ON sms (tenant_id, person_id, sms_id);
CREATE INDEX sms_external ON sms (tenant_id, provider_id, external_id) WHERE external_id <> '';
CREATE INDEX sms_captured ON sms (tenant_id, sms_id) WHERE captured;
CALL protect_tenant_table('sms');

-- Which replies were taken, once each, whatever a gateway repeats. What they say is on the timelines.
CREATE TABLE sms_reply (
  tenant_id   uuid        NOT NULL,
  provider_id uuid        NOT NULL,
  external_id text        NOT NULL,              -- the gateway's id, or a hash of the callback where it gives none
  at          timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, provider_id, external_id)
);
CALL protect_tenant_table('sms_reply', 'SELECT, INSERT');
