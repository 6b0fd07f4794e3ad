-- One organisation is brought back to an earlier minute while the others work: for a moment nobody may use its rows.

-- Every transaction of an organisation holds its lock in common; the exchange of its rows holds it alone (db/closed.hpp). A lock
-- leaves nothing behind: it goes with the connection of whoever is killed.
CREATE FUNCTION enter_tenant(lock bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT pg_try_advisory_xact_lock_shared(lock) THEN
    RAISE 'the organisation is closed for a moment' USING ERRCODE = 'VT001';
  END IF;
END $$;

-- Whose jobs are not begun, and end soon if they run: they come to rest before the lock is asked for, so that what a server has
-- taken is also written down. What a killed restore leaves here has run out within minutes.
CREATE TABLE tenant_rest (
  tenant_id uuid        NOT NULL PRIMARY KEY,
  until     timestamptz NOT NULL
);
GRANT SELECT ON tenant_rest TO varde_system;
