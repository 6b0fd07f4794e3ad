-- Heads of trails leave the house: by mail to whom an organisation names, and to the witness that the installation names.

-- To whom an organisation has its newest head sent each day.
CREATE TABLE head_mail (
  tenant_id uuid        NOT NULL PRIMARY KEY,
  sealed    bytea       NOT NULL,   -- the address, under the organisation's key
  set_by    uuid,                   -- an account
  set_at    timestamptz NOT NULL,
  sent_at   timestamptz,
  sent_size bigint                  -- of the head that was sent last
);
CALL protect_tenant_table('head_mail');
-- Who is due.
CALL open_to_system('head_mail', 'SELECT');

-- How far the witness at an address (witness_url) has an organisation's heads.
CREATE TABLE head_post (
  tenant_id uuid   NOT NULL PRIMARY KEY,
  size      bigint NOT NULL
);
CALL protect_tenant_table('head_post', 'SELECT');
CALL open_to_system('head_post', 'SELECT, INSERT, UPDATE, DELETE');

-- Whether that witness can be reached: one row at most.
CREATE TABLE head_post_state (
  single        boolean     NOT NULL PRIMARY KEY DEFAULT true CHECK (single),
  reached_at    timestamptz,
  failing_since timestamptz,        -- NULL: it works
  retry_at      timestamptz,        -- not before then, while it fails
  what          text        NOT NULL DEFAULT '',
  address       bytea       NOT NULL DEFAULT ''  -- SHA-256 of witness_url: head_post is of that one
);
GRANT SELECT, INSERT, UPDATE ON head_post_state TO varde_system;

COMMENT ON COLUMN membership.role IS '1 administrator, 2 editor, 3 viewer, 4 requester, 5 privacy officer, 6 auditor';
COMMENT ON COLUMN sms.kind IS '1 notice, 2 campaign, 3 offer, 4 journey, 5 test, 6 about a request of a person';

-- The entries that evidence is made of, with the end of a contract and what one organisation's restore did. While the index is
-- built the trail can be read; what nobody may read beside comes last, and takes no time.
CREATE INDEX audit_entry_evidence_new ON audit_entry (tenant_id, entry_id) WHERE action IN (
  'person.erase', 'system.drill', 'system.restore', 'system.restore-keys', 'keys.rotate', 'keys.rotate_root', 'retention.rule',
  'retention.run', 'settings.update', 'user.join', 'user.update', 'user.remove', 'evidence.make', 'audit.mail',
  'contract.announce', 'contract.withdraw', 'contract.end', 'contract.reopen', 'contract.export',
  'tenant.restore', 'tenant.copy', 'tenant.copy-end');

-- What is new of all organisations is read at once.
CALL open_to_system('audit_head', 'SELECT');
DROP INDEX audit_entry_evidence;
ALTER INDEX audit_entry_evidence_new RENAME TO audit_entry_evidence;
