-- Who an account belongs to is proven by a mail of the platform to its address that was answered. Of the accounts that
-- exist nothing is proven: their mails went through an organisation's mailbox. They go on as they are; an invitation or a
-- new password verifies them.
ALTER TABLE account
  ADD COLUMN verified_at     timestamptz,
  -- Wrong passwords and codes in a row, of devices that the owner has not used: at 100 strangers are refused until the owner
  -- gets in by a device of hers or by a mail.
  ADD COLUMN failures        integer NOT NULL DEFAULT 0,
  ADD COLUMN device_failures integer NOT NULL DEFAULT 0;

-- When the second factor (or the password, without one) was given last: what is sensitive asks again after a while.
ALTER TABLE session ADD COLUMN proved_at timestamptz;
UPDATE session SET proved_at = created_at;
ALTER TABLE session ALTER COLUMN proved_at SET NOT NULL;

-- Browsers in which an account was logged in to the end. A row is a random token's hash: it tells a device of the owner's
-- from a stranger's, and opens nothing.
CREATE TABLE account_device (
  account_id   uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
  device_hash  bytea       NOT NULL,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (account_id, device_hash)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON account_device TO varde_system;

-- Mail of the platform about accounts, where no server was named for it: kept for the operator, who shows it by command.
-- Of no organisation: none may read how somebody gets into another.
CREATE TABLE account_mail (
  mail_id uuid        NOT NULL PRIMARY KEY,
  at      timestamptz NOT NULL,
  sealed  bytea       NOT NULL                -- address, subject, text and link, under a key of the installation's
);
GRANT SELECT, INSERT, DELETE ON account_mail TO varde_system;

-- What happens to accounts and users stands in the trail in the same transaction, of the system's role.
CALL open_to_system('audit_entry', 'INSERT');

-- Temporary tables are looked at last: nobody can put one in the place of what the function is meant for.
ALTER FUNCTION refresh_statistics() SET search_path = pg_catalog, public, pg_temp;
