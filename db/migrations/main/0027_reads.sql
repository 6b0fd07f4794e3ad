-- How many persons' identifying fields a user was shown on a day, and in how many requests; whose they were stands, sealed, in
-- the trail (persons.read). What is out of the ordinary is seen here without opening anything.
CREATE TABLE read_count (
  tenant_id  uuid   NOT NULL,
  account_id uuid   NOT NULL,
  day        date   NOT NULL,  -- of the organisation's time zone
  persons    bigint NOT NULL,
  requests   bigint NOT NULL,
  PRIMARY KEY (tenant_id, account_id, day)
);
CALL protect_tenant_table('read_count');
