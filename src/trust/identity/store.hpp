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
  std::string name, slug, colour, time_zone, locale;
  bool demo = false;
};
BOOST_DESCRIBE_STRUCT(TenantRow, (), (tenant_id, name, slug, colour, time_zone, locale, demo))

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

}  // namespace varde::trust::store
