// The statements of identity; only for this folder.
#pragma once

#include "trust/identity/identity.hpp"

namespace varde::trust::store {

struct AccountRow {
  Uuid account_id;
  db::Bytes email_hash, sealed;
  std::string password_hash;
  std::optional<db::Bytes> totp_sealed;
  bool totp_confirmed = false;
  std::int64_t totp_last_step = 0;
  std::vector<db::Bytes> recovery_hashes;
  std::string terms_version, locale, time_zone;
  std::optional<Timestamp> verified_at;
  int failures = 0, device_failures = 0;
};
BOOST_DESCRIBE_STRUCT(AccountRow, (),
                      (account_id, email_hash, sealed, password_hash, totp_sealed, totp_confirmed,
                       totp_last_step, recovery_hashes, terms_version, locale, time_zone,
                       verified_at, failures, device_failures))

struct LoginRow {
  Uuid session_id, account_id;
  std::optional<Uuid> tenant_id;
  bool totp_passed = false, totp_confirmed = false;
  std::string terms_version;
  std::optional<Role> role;
  std::optional<bool> suspended;
  std::optional<std::vector<std::int64_t>> totp_roles;
  std::optional<int> tenant_state;
  Timestamp proved_at, last_seen_at, expires_at;
};
BOOST_DESCRIBE_STRUCT(LoginRow, (),
                      (session_id, account_id, tenant_id, totp_passed, totp_confirmed,
                       terms_version, role, suspended, totp_roles, tenant_state, proved_at,
                       last_seen_at, expires_at))

struct MembershipRow {
  Uuid tenant_id;
  std::string name;
  Role role = Role::viewer;
  bool suspended = false;
  std::vector<std::int64_t> totp_roles;
};
BOOST_DESCRIBE_STRUCT(MembershipRow, (), (tenant_id, name, role, suspended, totp_roles))

struct TenantRow {
  Uuid tenant_id;
  std::string name, slug, colour, time_zone;
  bool demo = false;
};
BOOST_DESCRIBE_STRUCT(TenantRow, (), (tenant_id, name, slug, colour, time_zone, demo))

struct SessionRow {
  Uuid session_id;
  std::string network, agent;
  Timestamp created_at, last_seen_at;
};
BOOST_DESCRIBE_STRUCT(SessionRow, (), (session_id, network, agent, created_at, last_seen_at))

struct MemberRow {
  Uuid account_id;
  Role role = Role::viewer;
  bool suspended = false, totp_confirmed = false;
  db::Bytes sealed;
  std::optional<Timestamp> last_seen_at;
  Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(MemberRow, (),
                      (account_id, role, suspended, totp_confirmed, sealed, last_seen_at,
                       created_at))

struct InvitationRow {
  Uuid invitation_id, tenant_id;
  db::Bytes sealed, email_hash;
  Role role = Role::viewer;
  Timestamp created_at, expires_at;
  std::string tenant_name, time_zone;
};
BOOST_DESCRIBE_STRUCT(InvitationRow, (),
                      (invitation_id, tenant_id, sealed, email_hash, role, created_at, expires_at,
                       tenant_name, time_zone))

#define VARDE_ACCOUNT_COLUMNS                                                                    \
  "account_id, email_hash, sealed, password_hash, totp_sealed, totp_confirmed, totp_last_step, " \
  "recovery_hashes, terms_version, locale, time_zone, verified_at, failures, device_failures"

inline constexpr db::Sql kAccountByEmail{"identity.account_by_email",
                                         "SELECT " VARDE_ACCOUNT_COLUMNS
                                         " FROM account WHERE email_hash = $1"};
inline constexpr db::Sql kAccount{
    "identity.account", "SELECT " VARDE_ACCOUNT_COLUMNS " FROM account WHERE account_id = $1"};
inline constexpr db::Sql kAccountForUpdate{"identity.account_for_update",
                                           "SELECT " VARDE_ACCOUNT_COLUMNS
                                           " FROM account WHERE account_id = $1 FOR UPDATE"};
inline constexpr db::Sql kSealedOf{
    "identity.sealed_of", "SELECT account_id, sealed FROM account WHERE account_id = ANY($1)"};
inline constexpr db::Sql kInsertAccount{
    "identity.insert_account",
    "INSERT INTO account (account_id, email_hash, sealed, password_hash, password_at, totp_sealed, "
    "totp_confirmed, operator, created_at, verified_at) "
    "VALUES ($1, $2, $3, $4, $8, $5, $6, $7, $8, $9)"};
inline constexpr db::Sql kSetPassword{
    "identity.set_password",
    "UPDATE account SET password_hash = $2, password_at = $3 WHERE account_id = $1"};
inline constexpr db::Sql kSetTotp{"identity.set_totp",
                                  "UPDATE account SET totp_sealed = $2, totp_confirmed = false, "
                                  "totp_last_step = 0 WHERE account_id = $1"};
inline constexpr db::Sql kConfirmTotp{
    "identity.confirm_totp",
    "UPDATE account SET totp_confirmed = true, recovery_hashes = $2 WHERE account_id = $1"};
inline constexpr db::Sql kForgetTotp{"identity.forget_totp",
                                     "UPDATE account SET totp_sealed = NULL, totp_confirmed = "
                                     "false, recovery_hashes = '{}' WHERE account_id = $1"};
inline constexpr db::Sql kTotpStep{"identity.totp_step",
                                   "UPDATE account SET totp_last_step = $2 WHERE account_id = $1"};
inline constexpr db::Sql kUseRecovery{
    "identity.use_recovery",
    "UPDATE account SET recovery_hashes = array_remove(recovery_hashes, $2) WHERE account_id = $1"};
/// Who answered a mail of the platform to the address has proven whose account it is.
inline constexpr db::Sql kVerified{
    "identity.verified",
    "UPDATE account SET verified_at = coalesce(verified_at, $2) WHERE account_id = $1"};
/// A wrong secret of a stranger's device, or of one of the owner's; how many that makes in a row.
inline constexpr db::Sql kFailed{
    "identity.failed",
    "UPDATE account SET failures = failures + CASE WHEN $2 THEN 0 ELSE 1 END, device_failures = "
    "device_failures + CASE WHEN $2 THEN 1 ELSE 0 END WHERE account_id = $1 RETURNING CASE WHEN "
    "$2 THEN device_failures ELSE failures END"};
inline constexpr db::Sql kNoFailures{
    "identity.no_failures",
    "UPDATE account SET failures = 0, device_failures = 0 WHERE account_id = $1 AND (failures > 0 "
    "OR device_failures > 0)"};
inline constexpr db::Sql kKnownDevice{
    "identity.known_device",
    "SELECT account_id FROM account_device WHERE account_id = $1 AND device_hash = $2 AND "
    "created_at > $3"};
/// The twenty newest stay.
inline constexpr db::Sql kForgetOldDevices{
    "identity.forget_old_devices",
    "DELETE FROM account_device d WHERE account_id = $1 AND (device_hash = $2 OR (SELECT count(*) "
    "FROM account_device n WHERE n.account_id = $1 AND n.created_at >= d.created_at) > 19)"};
inline constexpr db::Sql kRememberDevice{
    "identity.remember_device",
    "INSERT INTO account_device (account_id, device_hash, created_at) VALUES ($1, $2, $3) ON "
    "CONFLICT DO NOTHING"};
inline constexpr db::Sql kForgetDevices{"identity.forget_devices",
                                        "DELETE FROM account_device WHERE account_id = $1"};
inline constexpr db::Sql kMembershipsOf{"identity.memberships_of",
                                        "SELECT tenant_id FROM membership WHERE account_id = $1"};
inline constexpr db::Sql kAdministratorsOf{
    "identity.administrators_of",
    "SELECT account_id FROM membership WHERE tenant_id = $1 AND role = 1 AND NOT suspended"};

inline constexpr db::Sql kAcceptTerms{
    "identity.accept_terms",
    "UPDATE account SET terms_version = $2, terms_at = $3 WHERE account_id = $1"};
inline constexpr db::Sql kProfile{
    "identity.profile",
    "UPDATE account SET sealed = $2, locale = $3, time_zone = $4 WHERE account_id = $1"};

/// Of an organisation whose contract has ended (3) the administrators (1) are left.
inline constexpr db::Sql kLogin{
    "identity.login",
    "SELECT s.session_id, s.account_id, s.tenant_id, s.totp_passed, a.totp_confirmed, "
    "a.terms_version, m.role, m.suspended, "
    "t.totp_roles, t.state AS tenant_state, s.proved_at, s.last_seen_at, s.expires_at FROM session "
    "s JOIN account a USING (account_id) "
    "LEFT JOIN membership m ON m.tenant_id = s.tenant_id AND m.account_id = s.account_id "
    "LEFT JOIN tenant t ON t.tenant_id = m.tenant_id AND (t.state <> 3 OR m.role = 1) WHERE "
    "s.token_hash = $1"};
inline constexpr db::Sql kMemberships{
    "identity.memberships",
    "SELECT m.tenant_id, t.name, m.role, m.suspended, t.totp_roles FROM membership m JOIN tenant t "
    "USING (tenant_id) "
    "WHERE m.account_id = $1 AND NOT m.suspended AND (t.state <> 3 OR m.role = 1) ORDER BY "
    "t.state = 3, t.name"};
inline constexpr db::Sql kTenant{
    "identity.tenant",
    "SELECT tenant_id, name, slug, colour, time_zone, demo FROM tenant WHERE tenant_id = $1"};
inline constexpr db::Sql kInsertSession{
    "identity.insert_session",
    "INSERT INTO session (session_id, token_hash, account_id, tenant_id, totp_passed, network, "
    "agent, created_at, last_seen_at, proved_at, expires_at) "
    "VALUES ($1, $2, $3, $4, false, $5, $6, $7, $7, $7, $8)"};
inline constexpr db::Sql kPassTotp{
    "identity.pass_totp",
    "UPDATE session SET totp_passed = true, token_hash = $2, proved_at = $3 WHERE session_id = $1"};
inline constexpr db::Sql kProveAgain{"identity.prove_again",
                                     "UPDATE session SET proved_at = $2 WHERE session_id = $1"};
inline constexpr db::Sql kChooseTenant{"identity.choose_tenant",
                                       "UPDATE session SET tenant_id = $2 WHERE session_id = $1"};
/// The clock was set back since: nothing of the session lies ahead, and it lives no longer than
/// another that begins now.
inline constexpr db::Sql kSetBack{
    "identity.set_back",
    "UPDATE session SET last_seen_at = $2, proved_at = least(proved_at, $2), expires_at = "
    "least(expires_at, $3) WHERE session_id = $1"};
/// The session's user was seen now, by the organisation too.
inline constexpr db::Sql kSeen{
    "identity.seen",
    "WITH s AS (UPDATE session SET last_seen_at = $2 WHERE session_id = $1 RETURNING tenant_id, "
    "account_id) UPDATE membership m SET last_seen_at = $2 FROM s WHERE m.tenant_id = s.tenant_id "
    "AND m.account_id = s.account_id"};
inline constexpr db::Sql kEndSession{
    "identity.end_session", "DELETE FROM session WHERE session_id = $1 AND account_id = $2"};
inline constexpr db::Sql kEndOtherSessions{
    "identity.end_other_sessions",
    "DELETE FROM session WHERE account_id = $1 AND session_id <> $2"};
inline constexpr db::Sql kSessions{"identity.sessions",
                                   "SELECT session_id, network, agent, created_at, last_seen_at "
                                   "FROM session WHERE account_id = $1 AND expires_at > $2 AND "
                                   "last_seen_at > $3 "
                                   "ORDER BY last_seen_at DESC LIMIT 100"};
inline constexpr db::Sql kNotifyForget{"identity.notify_forget",
                                       "SELECT pg_notify('varde_sessions', '')"};

inline constexpr db::Sql kInsertMember{
    "identity.insert_member",
    "INSERT INTO membership (tenant_id, account_id, role, created_at) VALUES ($1, $2, $3, $4) ON "
    "CONFLICT DO NOTHING"};
inline constexpr db::Sql kMembers{
    "identity.members",
    "SELECT m.account_id, m.role, m.suspended, a.totp_confirmed, a.sealed, "
    "greatest(m.last_seen_at, (SELECT max(s.last_seen_at) FROM session s WHERE s.account_id = "
    "m.account_id AND s.tenant_id = m.tenant_id)) AS last_seen_at, m.created_at "
    "FROM membership m JOIN account a USING (account_id) WHERE m.tenant_id = $1 ORDER BY "
    "m.created_at LIMIT 1000"};
inline constexpr db::Sql kMember{"identity.member",
                                 "SELECT m.account_id, m.role, m.suspended, a.totp_confirmed, "
                                 "a.sealed, NULL::timestamptz AS last_seen_at, m.created_at "
                                 "FROM membership m JOIN account a USING (account_id) WHERE "
                                 "m.tenant_id = $1 AND m.account_id = $2"};
// Locks every administrator of the tenant, so that two cannot remove each other at once.
inline constexpr db::Sql kAdministrators{
    "identity.administrators",
    "SELECT account_id FROM membership WHERE tenant_id = $1 AND role = 1 AND NOT suspended ORDER "
    "BY account_id FOR UPDATE"};
inline constexpr db::Sql kChangeMember{
    "identity.change_member",
    "UPDATE membership SET role = $3, suspended = $4 WHERE tenant_id = $1 AND account_id = $2"};
inline constexpr db::Sql kRemoveMember{
    "identity.remove_member", "DELETE FROM membership WHERE tenant_id = $1 AND account_id = $2"};
inline constexpr db::Sql kEndTenantSessions{
    "identity.end_tenant_sessions",
    "UPDATE session SET tenant_id = NULL WHERE account_id = $2 AND tenant_id = $1"};

inline constexpr db::Sql kInsertInvitation{
    "identity.insert_invitation",
    "INSERT INTO invitation (invitation_id, tenant_id, token_hash, sealed, email_hash, role, "
    "invited_by, created_at, expires_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
inline constexpr db::Sql kInvitedAs{"identity.invited_as",
                                    "SELECT role FROM invitation WHERE tenant_id = $1 AND "
                                    "email_hash = $2 AND expires_at > $3"};
inline constexpr db::Sql kDeleteInvitationOf{
    "identity.delete_invitation_of",
    "DELETE FROM invitation WHERE tenant_id = $1 AND email_hash = $2"};
inline constexpr db::Sql kInvitation{
    "identity.invitation",
    "SELECT i.invitation_id, i.tenant_id, i.sealed, i.email_hash, "
    "i.role, i.created_at, i.expires_at, t.name AS "
    "tenant_name, t.time_zone FROM invitation i JOIN tenant t USING (tenant_id) WHERE "
    "i.invitation_id = $1 AND i.expires_at > $2"};
inline constexpr db::Sql kInvitations{
    "identity.invitations",
    "SELECT i.invitation_id, i.tenant_id, i.sealed, i.email_hash, i.role, i.created_at, "
    "i.expires_at, t.name AS tenant_name, t.time_zone "
    "FROM invitation i JOIN tenant t USING (tenant_id) WHERE i.tenant_id = $1 AND i.expires_at > "
    "$2 ORDER BY i.created_at"};
inline constexpr db::Sql kDeleteInvitation{
    "identity.delete_invitation",
    "DELETE FROM invitation WHERE tenant_id = $1 AND invitation_id = $2"};

inline constexpr db::Sql kInsertReset{
    "identity.insert_reset",
    "INSERT INTO password_reset (token_hash, account_id, expires_at) VALUES ($1, $2, $3)"};
inline constexpr db::Sql kReset{
    "identity.reset",
    "SELECT account_id FROM password_reset WHERE token_hash = $1 AND expires_at > $2"};
inline constexpr db::Sql kUseReset{"identity.use_reset",
                                   "DELETE FROM password_reset WHERE account_id = $1"};

}  // namespace varde::trust::store
