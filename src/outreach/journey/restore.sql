-- database: restore

-- name: restore.pause_journeys
UPDATE stage_journey
SET state = {JourneyState.paused}, version = version + 1
WHERE state = {JourneyState.running}

-- name: restore.give_up_calls
UPDATE webhook_call
SET state = {CallState.given_up}
WHERE tenant_id = {tenant} AND state = {CallState.waiting}
