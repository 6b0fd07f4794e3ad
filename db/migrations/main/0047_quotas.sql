-- What an organisation may hold and send, where it differs from the installation's quotas; and how much it sent on a day.
CREATE TABLE tenant_quota (
  tenant_id uuid     NOT NULL,
  quota     smallint NOT NULL,  -- trust::Quota
  most      bigint   NOT NULL CHECK (most >= 0),
  PRIMARY KEY (tenant_id, quota)
);
CALL protect_tenant_table('tenant_quota', 'SELECT');
CALL open_to_system('tenant_quota', 'SELECT, INSERT, UPDATE, DELETE');
COMMENT ON COLUMN tenant_quota.quota IS '1 users, 2 persons, 3 bytes of files, 4 e-mails a day, 5 SMS a day';

CREATE TABLE message_count (
  tenant_id uuid     NOT NULL,
  quota     smallint NOT NULL,
  day       date     NOT NULL,  -- of the organisation's time zone
  sent      bigint   NOT NULL,
  PRIMARY KEY (tenant_id, quota, day)
);
CALL protect_tenant_table('message_count');
COMMENT ON COLUMN message_count.quota IS '4 e-mails a day, 5 SMS a day';
