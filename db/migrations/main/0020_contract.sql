-- The end of a contract: announced, ended (logins closed, nothing is sent, administrators can take everything along), removed.
-- The row outlives the organisation: it holds the certificate of the removal.
CREATE TABLE contract_end (
  tenant_id     uuid        NOT NULL PRIMARY KEY,
  name          text        NOT NULL,
  slug          text        NOT NULL,
  state         smallint    NOT NULL DEFAULT 1,   -- 1 announced, 2 ended, 3 being removed, 4 removed
  wanted        smallint    NOT NULL,             -- 1 return and removal, 2 removal
  reason        text        NOT NULL DEFAULT '',
  announced_by  uuid,                             -- an account; NULL: the operator
  announced_at  timestamptz NOT NULL,
  ends_at       timestamptz NOT NULL,
  remove_at     timestamptz NOT NULL,
  reminded_at   timestamptz,
  exported_at   timestamptz,                      -- when everything was last taken along, to its last byte
  manifest      bytea,                            -- SHA-256 of that file's manifest
  keys          bigint      NOT NULL DEFAULT 0,   -- that were destroyed
  removed_at    timestamptz,
  members       uuid[]      NOT NULL DEFAULT '{}', -- accounts that belonged to it, until they are dealt with
  certificate   text        NOT NULL DEFAULT ''
);
CALL protect_tenant_table('contract_end');
CALL open_to_system('contract_end', 'SELECT, INSERT, UPDATE, DELETE');
CREATE INDEX contract_end_due ON contract_end (state) WHERE state < 4;

-- The owner removes the rows of one organisation at a time, of every table that there is: also of those that no role of the
-- program may delete from (the trail). Row-level security binds the owner as well.
CREATE OR REPLACE PROCEDURE protect_tenant_table(name regclass, privileges text DEFAULT 'SELECT, INSERT, UPDATE, DELETE') LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', name);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', name);
  -- NULLIF: after a transaction the setting reads '', not NULL.
  EXECUTE format('CREATE POLICY own_rows ON %s TO varde_app USING (tenant_id = NULLIF(current_setting(''varde.tenant'', true), '''')::uuid) '
                 'WITH CHECK (tenant_id = NULLIF(current_setting(''varde.tenant'', true), '''')::uuid)', name);
  EXECUTE format('CREATE POLICY removed_rows ON %s TO varde_owner USING (tenant_id = NULLIF(current_setting(''varde.removing'', true), '''')::uuid)', name);
  EXECUTE format('GRANT %s ON %s TO varde_app', privileges, name);
END $$;
DO $$
DECLARE name regclass;
BEGIN
  FOR name IN SELECT polrelid::regclass FROM pg_policy WHERE polname = 'own_rows' LOOP
    EXECUTE format('CREATE POLICY removed_rows ON %s TO varde_owner USING (tenant_id = NULLIF(current_setting(''varde.removing'', true), '''')::uuid)', name);
  END LOOP;
END $$;

-- Removes every row of an organisation whose contract has ended, in the order of the foreign keys. What remains is its row in
-- contract_end. Returns what went. The accounts that belonged to it are not its own: they are told first.
CREATE FUNCTION remove_tenant(which uuid) RETURNS TABLE (removed_from text, removed bigint)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  waiting oid[];
  next oid;
BEGIN
  PERFORM set_config('varde.removing', which::text, true);
  IF NOT EXISTS (SELECT FROM contract_end WHERE tenant_id = which AND state >= 3) THEN
    RAISE 'the contract of this organisation has not ended' USING ERRCODE = 'VC001';
  END IF;
  -- The rows that the removal itself leaves.
  SELECT array_agg(c.oid ORDER BY c.relname) INTO waiting FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
   WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace AND NOT a.attisdropped
     AND c.oid <> 'contract_end'::regclass;
  WHILE cardinality(waiting) > 0 LOOP
    -- One that nobody who waits refers to.
    SELECT t INTO next FROM unnest(waiting) t
     WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND k.confrelid = t AND k.conrelid <> t AND k.conrelid = ANY(waiting))
     ORDER BY t::regclass::text LIMIT 1;
    IF next IS NULL THEN
      RAISE 'the foreign keys of % go in a circle', waiting::regclass[];
    END IF;
    EXECUTE format('DELETE FROM %s WHERE tenant_id = $1', next::regclass) USING which;
    GET DIAGNOSTICS removed = ROW_COUNT;
    removed_from := next::regclass::text;
    waiting := array_remove(waiting, next);
    IF removed > 0 THEN
      RETURN NEXT;
    END IF;
  END LOOP;
  PERFORM set_config('varde.removing', '', true);
END $$;
REVOKE ALL ON FUNCTION remove_tenant FROM PUBLIC;
GRANT EXECUTE ON FUNCTION remove_tenant TO varde_system;

-- What numbers stand for, for whoever takes the data along: the export of everything prints these beside the columns.
COMMENT ON COLUMN tenant.state IS '1 active, 2 storage only, 3 ended';
COMMENT ON COLUMN membership.role IS '1 administrator, 2 editor, 3 viewer, 4 requester, 5 privacy officer';
COMMENT ON COLUMN audit_entry.actor_kind IS '1 system, 2 user, 3 person, 4 journey';
COMMENT ON COLUMN person.state IS '1 active, 2 restricted';
COMMENT ON COLUMN attribute.type IS '1 text, 2 number, 3 date, 4 boolean, 5 choice';
COMMENT ON COLUMN attribute.classification IS '1 plain, 2 identifying, 3 sensitive';
COMMENT ON COLUMN list_member.state IS '1 subscribed, 2 pending, 3 unsubscribed';
COMMENT ON COLUMN activity.kind IS '1 created, 2 imported, 3 changed, 4 list joined, 5 list left, 6 consent given, 7 consent withdrawn, 8 tagged, 9 untagged, 10 note, 11 journey, 12 suppressed, 13 list pending, 14 booked, 15 booking cancelled, 16 unsuppressed, 20 opened, 21 clicked, 22 submitted, 23 unsubscribed, 24 bounced, 25 complained, 26 replied';
COMMENT ON COLUMN activity.flags IS 'a sum: 1 simulated, 2 scanner';
COMMENT ON COLUMN import.state IS '0 uploading, 1 uploaded, 2 queued, 3 running, 4 done, 5 failed, 6 cancelled';
COMMENT ON COLUMN export.format IS '1 CSV, 2 JSON';
COMMENT ON COLUMN export.state IS '1 queued, 2 running, 3 done, 4 failed, 5 expired';
COMMENT ON COLUMN provider.kind IS '1 built-in mailbox, 2 SMTP, 3 HTTP gateway, 4 Twilio-compatible';
COMMENT ON COLUMN provider.security IS '1 none, 2 STARTTLS, 3 TLS';
COMMENT ON COLUMN provider.channel IS '1 mail, 2 SMS';
COMMENT ON COLUMN suppression.reason IS '1 bounce, 2 complaint, 3 unsubscribe, 4 manual';
COMMENT ON COLUMN suppression.channel IS '1 mail, 2 SMS';
COMMENT ON COLUMN campaign.state IS '1 draft, 2 scheduled, 3 preparing, 4 sending, 5 paused, 6 sent, 7 cancelled, 8 failed';
COMMENT ON COLUMN campaign.time_mode IS '1 at once, 2 in each recipient''s time zone';
COMMENT ON COLUMN campaign.channel IS '1 mail, 2 SMS';
COMMENT ON COLUMN delivery.state IS '1 sent, 2 deferred, 3 failed, 4 skipped';
COMMENT ON COLUMN delivery.bounce IS '0 none, 1 hard, 2 soft, 3 blocked, 4 complaint';
COMMENT ON COLUMN response.kind IS '20 opened, 21 clicked, 22 submitted, 23 unsubscribed, 24 bounced, 25 complained, 26 replied';
COMMENT ON COLUMN response.flags IS 'a sum: 1 simulated, 2 scanner';
COMMENT ON COLUMN outbox.source_kind IS '1 campaign, 2 journey, 3 list, 4 form, 5 test, 6 system, 7 shift';
COMMENT ON COLUMN outbox.state IS '1 queued, 2 sent, 3 failed';
COMMENT ON COLUMN form.state IS '1 draft, 2 published, 3 closed';
COMMENT ON COLUMN form_answer.flags IS 'a sum: 1 simulated, 2 scanner';
COMMENT ON COLUMN journey.state IS '1 draft, 2 running, 3 paused, 4 archived';
COMMENT ON COLUMN journey.trigger_kind IS '0 none, 1 form submitted, 2 link clicked, 3 list joined, 4 segment entered, 5 attribute changed, 6 date';
COMMENT ON COLUMN journey_run.state IS '1 active, 2 finished, 3 failed, 4 left';
COMMENT ON COLUMN journey_run.flags IS 'a sum: 1 simulated, 2 scanner';
COMMENT ON COLUMN webhook_call.state IS '1 waiting, 2 delivered, 3 given up';
COMMENT ON COLUMN sms.kind IS '1 notice, 2 campaign, 3 offer, 4 journey, 5 test';
COMMENT ON COLUMN sms.state IS '1 queued, 2 deferred, 3 sent, 4 delivered, 5 failed, 6 skipped';
COMMENT ON COLUMN tenant.quiet_from IS 'minutes after midnight';
COMMENT ON COLUMN tenant.quiet_to IS 'minutes after midnight';
COMMENT ON COLUMN substitute_skill.level IS 'from 1';
COMMENT ON COLUMN workplace_choice.kind IS '1 favourite, 2 excluded by the workplace, 3 excluded by the person';
COMMENT ON COLUMN availability.kind IS '1 available, 2 unavailable, 3 ask me anyway, 4 pause';
COMMENT ON COLUMN availability.weekdays IS 'a sum: 1 Monday, 2 Tuesday, 4 Wednesday, 8 Thursday, 16 Friday, 32 Saturday, 64 Sunday';
COMMENT ON COLUMN availability.from_minute IS 'minutes after midnight';
COMMENT ON COLUMN availability.until_minute IS 'minutes after midnight; smaller than from_minute: of the next day';
COMMENT ON COLUMN shift.state IS '1 draft, 2 requested, 3 open, 4 filled, 5 cancelled, 6 unfilled';
COMMENT ON COLUMN offer.state IS '1 open, 2 booked, 3 declined, 4 waiting, 5 taken, 6 expired, 7 withdrawn, 8 refused';
COMMENT ON COLUMN offer.channel IS '0 none, 1 link, 2 SMS, 3 user';
COMMENT ON COLUMN offer.reached_by IS '1 SMS, 2 mail, 3 nothing';
COMMENT ON COLUMN offer_before.state IS '1 open, 2 booked, 3 declined, 4 waiting, 5 taken, 6 expired, 7 withdrawn, 8 refused';
COMMENT ON COLUMN offer_before.channel IS '0 none, 1 link, 2 SMS, 3 user';
COMMENT ON COLUMN offer_before.reached_by IS '1 SMS, 2 mail, 3 nothing';
COMMENT ON COLUMN booking.state IS '1 booked, 2 cancelled by the person, 3 cancelled by the office';
COMMENT ON COLUMN subject_request.kind IS '1 access, 2 rectification, 3 restriction, 4 erasure, 5 portability, 6 objection';
COMMENT ON COLUMN subject_request.state IS '1 unconfirmed, 2 confirmed, 3 working, 4 done, 5 refused';
COMMENT ON COLUMN subject_request.channel IS '1 page, 2 letter, 3 phone, 4 mail, 5 in person';
COMMENT ON COLUMN subject_request.package_state IS '0 none, 1 gathering, 2 ready, 3 failed, 4 gone';
COMMENT ON COLUMN subject_request.code_tries IS 'how often a wrong code was given';
COMMENT ON COLUMN subject_request_event.kind IS '1 received, 2 confirmed, 3 person chosen, 4 note, 5 started, 6 extended, 7 gathered, 8 sent, 9 fetched, 10 downloaded, 11 restricted, 12 lifted, 13 objected, 14 erased, 15 done, 16 refused';
COMMENT ON COLUMN request_settings.keep_months IS 'months';
COMMENT ON COLUMN contract_end.state IS '1 announced, 2 ended, 3 being removed, 4 removed';
COMMENT ON COLUMN contract_end.wanted IS '1 return and removal, 2 removal';
