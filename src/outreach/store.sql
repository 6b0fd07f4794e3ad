-- name: outgoing.providers -> ProviderPlace
SELECT name, kind, host, coalesce(sms->>'url', '') AS url, security, region
FROM provider
WHERE tenant_id = {tenant}
ORDER BY created_at
LIMIT 100

-- name: outgoing.webhooks -> WebhookPlace
SELECT j.name, s.step->>'url' AS url
FROM journey j
CROSS JOIN LATERAL jsonb_array_elements(j.steps) AS s (step)
WHERE j.tenant_id = {tenant}
  AND j.state = $1
  AND s.step->>'kind' = 'webhook'
  AND s.step->>'url' IS NOT NULL
ORDER BY j.journey_id
LIMIT 100
