-- database: restore
-- What was queued does not go out by itself: campaigns that have begun are as they are now, those that were to begin are drafts.

-- part: not_begun
({CampaignState.draft}, {CampaignState.scheduled})

-- name: restore.drop_begun_campaigns
DELETE FROM stage_campaign s
USING campaign t
WHERE t.tenant_id = {tenant} AND t.campaign_id = s.campaign_id AND t.state NOT IN {not_begun}

-- name: restore.keep_begun_campaigns
INSERT INTO stage_campaign
SELECT * FROM campaign t WHERE t.tenant_id = {tenant} AND t.state NOT IN {not_begun}

-- name: restore.pause_campaigns
UPDATE stage_campaign
SET state = {CampaignState.paused}, runner = NULL, version = version + 1, error = $1
WHERE state IN ({CampaignState.preparing}, {CampaignState.sending})

-- name: restore.draft_campaigns
UPDATE stage_campaign
SET state = {CampaignState.draft}, scheduled_at = NULL, version = version + 1, error = $1
WHERE state = {CampaignState.scheduled}
