-- Outages are no failures of a job: they are counted apart, and its pauses grow by them. And the shares of work are found from
-- an index: which tenants and kinds wait, and what of each is due first.
ALTER TABLE job ADD COLUMN outages integer NOT NULL DEFAULT 0;
-- When run_at was counted from; null where it is a time by itself. What was counted from a time that has not come yet was
-- counted by a clock that has been set back since, and is counted anew.
ALTER TABLE job ADD COLUMN set_at timestamptz;
CREATE INDEX job_set ON job (set_at) WHERE failed_at IS NULL;
CREATE INDEX job_shares ON job (coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'::uuid), kind, run_at) WHERE failed_at IS NULL;
DROP INDEX job_due;
CREATE INDEX job_failed ON job (tenant_id, failed_at) WHERE failed_at IS NOT NULL;
