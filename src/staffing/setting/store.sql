-- name: staffing.settings -> SettingsRecord
SELECT {*} FROM staffing_settings WHERE tenant_id = {tenant}

-- name: staffing.insert_settings
INSERT INTO staffing_settings (tenant_id, rules, ranking, asking, updated_at)
VALUES ({tenant}, $1, $2, $3, $4)
ON CONFLICT (tenant_id) DO NOTHING

-- name: staffing.update_settings
UPDATE staffing_settings
SET rules = $2, ranking = $3, asking = $4, updated_at = $5, version = version + 1
WHERE tenant_id = {tenant} AND version = $1
