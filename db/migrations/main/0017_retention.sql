-- How long each category of data is kept, and what every night took away.
CREATE TABLE retention_rule (
  tenant_id  uuid        NOT NULL,
  category   text        NOT NULL,      -- trust::Retained::key
  months     integer     NOT NULL CHECK (months BETWEEN 1 AND 1200),
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, category)
);
CALL protect_tenant_table('retention_rule');
CREATE TABLE retention_run (
  tenant_id uuid        NOT NULL,
  run_id    uuid        NOT NULL,
  category  text        NOT NULL,
  older     timestamptz NOT NULL,       -- what was older than that went
  removed   bigint      NOT NULL,
  at        timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, run_id)
);
CALL protect_tenant_table('retention_run', 'SELECT, INSERT');
