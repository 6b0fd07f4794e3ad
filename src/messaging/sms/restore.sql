-- database: restore

-- name: restore.skip_sms
UPDATE sms
SET state = {SmsState.skipped}, reason = 'restored', runner = NULL, at = clock_timestamp()
WHERE tenant_id = {tenant} AND state IN ({SmsState.queued}, {SmsState.deferred})
