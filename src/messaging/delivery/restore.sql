-- database: restore

-- name: restore.drop_outbox
-- What waits to be sent, from before the moment or after it, is not.
UPDATE outbox
SET state = {OutboxState.failed}, payload = ''
WHERE tenant_id = {tenant} AND state = {OutboxState.queued}
