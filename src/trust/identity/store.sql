-- name: identity.account_by_email -> AccountRow
SELECT {*} FROM account WHERE email_hash = $1

-- name: identity.account -> AccountRow
SELECT {*} FROM account WHERE account_id = $1

-- name: identity.account_for_update -> AccountRow
SELECT {*}
FROM account
WHERE account_id = $1
FOR UPDATE

-- name: identity.sealed_of
SELECT account_id, sealed FROM account WHERE account_id = ANY($1)

-- name: identity.insert_account
INSERT INTO account (
    account_id, email_hash, sealed, password_hash, password_at, totp_sealed, totp_confirmed,
    operator, created_at, verified_at)
VALUES ($1, $2, $3, $4, $8, $5, $6, $7, $8, $9)

-- name: identity.set_password
UPDATE account
SET password_hash = $2, password_at = $3
WHERE account_id = $1

-- name: identity.set_totp
UPDATE account
SET totp_sealed = $2, totp_confirmed = false, totp_last_step = 0
WHERE account_id = $1

-- name: identity.confirm_totp
UPDATE account
SET totp_confirmed = true, recovery_hashes = $2
WHERE account_id = $1

-- name: identity.forget_totp
UPDATE account
SET totp_sealed = NULL, totp_confirmed = false, recovery_hashes = '{}'
WHERE account_id = $1

-- name: identity.totp_step
UPDATE account SET totp_last_step = $2 WHERE account_id = $1

-- name: identity.use_recovery
UPDATE account
SET recovery_hashes = array_remove(recovery_hashes, $2)
WHERE account_id = $1

-- name: identity.verified
-- Who answered a mail of the platform to the address has proven whose account it is.
UPDATE account
SET verified_at = coalesce(verified_at, $2)
WHERE account_id = $1

-- name: identity.failed -> int
-- A wrong secret of a stranger's device, or of one of the owner's; how many that makes in a row.
UPDATE account
SET failures = failures + CASE WHEN $2 THEN 0 ELSE 1 END,
  device_failures = device_failures + CASE WHEN $2 THEN 1 ELSE 0 END
WHERE account_id = $1
RETURNING CASE WHEN $2 THEN device_failures ELSE failures END

-- name: identity.no_failures
UPDATE account
SET failures = 0, device_failures = 0
WHERE account_id = $1 AND (failures > 0 OR device_failures > 0)

-- name: identity.known_device -> Uuid
SELECT account_id
FROM account_device
WHERE account_id = $1
  AND device_hash = $2
  AND created_at > $3

-- name: identity.forget_old_devices
-- The twenty newest stay.
DELETE FROM account_device d
WHERE account_id = $1
  AND (device_hash = $2
      OR (
        SELECT count(*)
        FROM account_device n
        WHERE n.account_id = $1 AND n.created_at >= d.created_at
      ) > 19)

-- name: identity.remember_device
INSERT INTO account_device (account_id, device_hash, created_at)
VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING

-- name: identity.forget_devices
DELETE FROM account_device WHERE account_id = $1

-- name: identity.memberships_of -> Uuid
-- across tenants: the organisations of an account
SELECT tenant_id FROM membership WHERE account_id = $1

-- name: identity.administrators_of -> Uuid
SELECT account_id
FROM membership
WHERE tenant_id = $1
  AND role = {Role.administrator}
  AND NOT suspended

-- name: identity.accept_terms
UPDATE account
SET terms_version = $2, terms_at = $3
WHERE account_id = $1

-- name: identity.profile
UPDATE account
SET sealed = $2, locale = $3, time_zone = $4
WHERE account_id = $1

-- name: identity.login -> LoginRow
-- Of an organisation whose contract has ended (3) the administrators (1) are left.
SELECT
  s.session_id, s.account_id, s.tenant_id, s.totp_passed, a.totp_confirmed, a.terms_version, m.role,
  m.suspended, t.totp_roles, t.state AS tenant_state, s.proved_at, s.last_seen_at, s.expires_at
FROM session s
JOIN account a USING (account_id)
LEFT JOIN membership m ON m.tenant_id = s.tenant_id AND m.account_id = s.account_id
LEFT JOIN tenant t ON t.tenant_id = m.tenant_id
    AND (t.state <> {TenantState.ended} OR m.role = {Role.administrator})
WHERE s.token_hash = $1

-- name: identity.memberships -> MembershipRow
-- across tenants: the organisations of an account
SELECT m.tenant_id, t.name, m.role, m.suspended, t.totp_roles
FROM membership m
JOIN tenant t USING (tenant_id)
WHERE m.account_id = $1
  AND NOT m.suspended
  AND (t.state <> {TenantState.ended} OR m.role = {Role.administrator})
ORDER BY t.state = {TenantState.ended}, t.name

-- name: identity.tenant -> TenantRow
SELECT {*} FROM tenant WHERE tenant_id = $1

-- name: identity.insert_session
INSERT INTO session (
    session_id, token_hash, account_id, tenant_id, totp_passed, network, agent, created_at,
    last_seen_at, proved_at, expires_at)
VALUES ($1, $2, $3, $4, false, $5, $6, $7, $7, $7, $8)

-- name: identity.pass_totp
UPDATE session
SET totp_passed = true, token_hash = $2, proved_at = $3
WHERE session_id = $1

-- name: identity.prove_again
UPDATE session SET proved_at = $2 WHERE session_id = $1

-- name: identity.choose_tenant
UPDATE session SET tenant_id = $2 WHERE session_id = $1

-- name: identity.set_back
-- The clock was set back since: nothing of the session lies ahead, and it lives no longer than
-- another that begins now.
UPDATE session
SET last_seen_at = $2, proved_at = least(proved_at, $2), expires_at = least(expires_at, $3)
WHERE session_id = $1

-- name: identity.seen
-- The session's user was seen now, by the organisation too.
WITH s AS (
  UPDATE session
  SET last_seen_at = $2
  WHERE session_id = $1
  RETURNING tenant_id, account_id
)
UPDATE membership m
SET last_seen_at = $2
FROM s
WHERE m.tenant_id = s.tenant_id AND m.account_id = s.account_id

-- name: identity.end_session
DELETE FROM session WHERE session_id = $1 AND account_id = $2

-- name: identity.end_other_sessions
DELETE FROM session WHERE account_id = $1 AND session_id <> $2

-- name: identity.sessions -> SessionRow
SELECT {*}
FROM session
WHERE account_id = $1
  AND expires_at > $2
  AND last_seen_at > $3
ORDER BY last_seen_at DESC
LIMIT 100

-- name: identity.notify_forget
SELECT pg_notify('varde_sessions', '')

-- name: identity.insert_member
INSERT INTO membership (tenant_id, account_id, role, created_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING

-- name: identity.members -> MemberRow
SELECT m.account_id, m.role, m.suspended, a.totp_confirmed, a.sealed,
  greatest(
      m.last_seen_at,
      (
        SELECT max(s.last_seen_at)
        FROM session s
        WHERE s.account_id = m.account_id AND s.tenant_id = m.tenant_id
      )) AS last_seen_at, m.created_at
FROM membership m
JOIN account a USING (account_id)
WHERE m.tenant_id = $1
ORDER BY m.created_at
LIMIT 1000

-- name: identity.member -> MemberRow
SELECT
  m.account_id, m.role, m.suspended, a.totp_confirmed, a.sealed, NULL::timestamptz AS last_seen_at,
  m.created_at
FROM membership m
JOIN account a USING (account_id)
WHERE m.tenant_id = $1 AND m.account_id = $2

-- name: identity.administrators -> Uuid
-- Locks every administrator of the tenant, so that two cannot remove each other at once.
SELECT account_id
FROM membership
WHERE tenant_id = $1
  AND role = {Role.administrator}
  AND NOT suspended
ORDER BY account_id
FOR UPDATE

-- name: identity.change_member
UPDATE membership
SET role = $3, suspended = $4
WHERE tenant_id = $1 AND account_id = $2

-- name: identity.remove_member
DELETE FROM membership WHERE tenant_id = $1 AND account_id = $2

-- name: identity.end_tenant_sessions
UPDATE session
SET tenant_id = NULL
WHERE account_id = $2 AND tenant_id = $1

-- name: identity.insert_invitation
INSERT INTO invitation (
    invitation_id, tenant_id, token_hash, sealed, email_hash, role, invited_by, created_at,
    expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: identity.invited_as -> Role
SELECT role
FROM invitation
WHERE tenant_id = $1
  AND email_hash = $2
  AND expires_at > $3

-- name: identity.delete_invitation_of
DELETE FROM invitation WHERE tenant_id = $1 AND email_hash = $2

-- name: identity.invitation -> InvitationRow
SELECT i.invitation_id, i.tenant_id, i.sealed, i.email_hash, i.role, i.created_at, i.expires_at,
  t.name AS tenant_name, t.time_zone
FROM invitation i
JOIN tenant t USING (tenant_id)
WHERE i.invitation_id = $1 AND i.expires_at > $2

-- name: identity.invitations -> InvitationRow
SELECT i.invitation_id, i.tenant_id, i.sealed, i.email_hash, i.role, i.created_at, i.expires_at,
  t.name AS tenant_name, t.time_zone
FROM invitation i
JOIN tenant t USING (tenant_id)
WHERE i.tenant_id = $1 AND i.expires_at > $2
ORDER BY i.created_at

-- name: identity.delete_invitation
DELETE FROM invitation WHERE tenant_id = $1 AND invitation_id = $2

-- name: identity.insert_reset
INSERT INTO password_reset (token_hash, account_id, expires_at)
VALUES ($1, $2, $3)

-- name: identity.reset -> Uuid
SELECT account_id
FROM password_reset
WHERE token_hash = $1 AND expires_at > $2

-- name: identity.use_reset
DELETE FROM password_reset WHERE account_id = $1

-- name: idempotency.insert
INSERT INTO idempotency (tenant_id, key_hash, sealed, created_at)
VALUES ({tenant}, $1, $2, $3)
ON CONFLICT DO NOTHING

-- name: idempotency.find -> db::Bytes
SELECT sealed
FROM idempotency
WHERE tenant_id = {tenant} AND key_hash = $1

-- name: sweep.sessions -> std::int64_t
WITH gone AS (
  DELETE FROM session
  WHERE session_id IN (
          SELECT session_id
          FROM session
          WHERE expires_at <= $1 OR last_seen_at <= $2
          LIMIT $3
        )
  RETURNING tenant_id, account_id, last_seen_at
),
seen AS (
  UPDATE membership m
  SET last_seen_at = greatest(m.last_seen_at, g.at)
  FROM (SELECT tenant_id, account_id, max(last_seen_at) AS at FROM gone GROUP BY 1, 2) g
  WHERE m.tenant_id = g.tenant_id AND m.account_id = g.account_id
)
SELECT count(*)
FROM gone

-- name: sweep.ahead
UPDATE session
SET last_seen_at = $1, proved_at = least(proved_at, $1), expires_at = least(expires_at, $2)
WHERE last_seen_at > $1::timestamptz + interval '1 minute'

-- name: sweep.resets
DELETE FROM password_reset
WHERE token_hash IN (SELECT token_hash FROM password_reset WHERE expires_at <= $1 LIMIT $2)

-- name: sweep.invitations
DELETE FROM invitation
WHERE invitation_id IN (SELECT invitation_id FROM invitation WHERE expires_at <= $1 LIMIT $2)

-- name: sweep.devices
DELETE FROM account_device
WHERE device_hash IN (SELECT device_hash FROM account_device WHERE created_at <= $1 LIMIT $2)

-- name: sweep.answers
-- across tenants: what is over goes, of all organisations
DELETE FROM idempotency
WHERE (tenant_id, key_hash) IN (
        SELECT tenant_id, key_hash
        FROM idempotency
        WHERE created_at <= $1
        LIMIT $2
      )

-- name: identity.session_stands -> Uuid
SELECT s.session_id
FROM session s
JOIN membership m ON m.tenant_id = s.tenant_id AND m.account_id = s.account_id
WHERE s.session_id = $1
  AND s.tenant_id = $2
  AND NOT m.suspended
  AND s.expires_at > $3
  AND s.last_seen_at > $4
