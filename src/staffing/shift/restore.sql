-- database: restore

-- name: restore.draft_shifts
-- Asking waits for somebody.
UPDATE stage_shift
SET state = {ShiftState.draft}, next_at = NULL, version = version + 1
WHERE state = {ShiftState.open}
