-- One organisation is brought back to an earlier minute while the others work (operate/backup/tenant.hpp): its jobs are not begun
-- meanwhile, and end soon if they run, so that what a server has taken is also written down before the rows are exchanged. What a
-- killed restore leaves here has run out within minutes.
CREATE TABLE tenant_rest (
  tenant_id uuid        NOT NULL PRIMARY KEY,
  until     timestamptz NOT NULL
);
GRANT SELECT ON tenant_rest TO varde_system;
