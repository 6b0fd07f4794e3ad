-- Moments to which a restore can be tried, with what the organisations held then; and how the trials went.

CREATE TABLE restore_point (
  point_id   uuid        NOT NULL PRIMARY KEY,
  name       text        NOT NULL UNIQUE,  -- in the log: pg_create_restore_point
  at         timestamptz NOT NULL,
  lsn        text        NOT NULL,
  timeline   bigint      NOT NULL
);
CREATE INDEX restore_point_at ON restore_point (at);
GRANT SELECT, INSERT, DELETE ON restore_point TO varde_system;

-- How many rows of each table were an organisation's at the moment: at least and at most, which differ only for tables that
-- changed while they were counted. And the head of its trail.
CREATE TABLE restore_point_state (
  tenant_id  uuid     NOT NULL,
  point_id   uuid     NOT NULL,
  head_size  bigint   NOT NULL,
  head_note  text     NOT NULL,
  tables     text[]   NOT NULL,
  least      bigint[] NOT NULL,
  most       bigint[] NOT NULL,
  PRIMARY KEY (tenant_id, point_id)
);
CREATE INDEX restore_point_state_point ON restore_point_state (point_id);
CALL protect_tenant_table('restore_point_state', 'SELECT');
CALL open_to_system('restore_point_state', 'SELECT, INSERT, DELETE');

CREATE TABLE drill (
  drill_id   uuid        NOT NULL PRIMARY KEY,
  started_at timestamptz NOT NULL,
  ended_at   timestamptz NOT NULL,
  point_at   timestamptz NOT NULL,
  passed     boolean     NOT NULL,
  findings   text[]      NOT NULL
);
GRANT SELECT, INSERT ON drill TO varde_system;
