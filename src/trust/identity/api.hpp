// What goes over the wire about logins, users and invitations.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/personal.hpp"
#include "trust/identity/identity.hpp"
#include "web/types.hpp"

namespace varde::trust::wire {

struct UserView {
  Uuid id;
  Personal name, email;
  std::string locale;  ///< Empty: none was chosen, the organisation's counts.
  std::string time_zone;
  bool totp = false;  ///< Has a second factor.
};
BOOST_DESCRIBE_STRUCT(UserView, (), (id, name, email, locale, time_zone, totp))
struct TenantChoice {
  Uuid id;
  std::string name;
  Role role = Role::viewer;
};
BOOST_DESCRIBE_STRUCT(TenantChoice, (), (id, name, role))
struct TenantHead {
  Uuid id;
  std::string name, slug, colour, time_zone, locale;
  bool demo = false;
  bool ended = false;  ///< The contract has ended: there is only everything to take along.
};
BOOST_DESCRIBE_STRUCT(TenantHead, (), (id, name, slug, colour, time_zone, locale, demo, ended))
struct Terms {
  std::string version, text_html;
};
BOOST_DESCRIBE_STRUCT(Terms, (), (version, text_html))
struct Notice {
  std::string kind, text;
  std::optional<Timestamp> starts_at, ends_at;
};
BOOST_DESCRIBE_STRUCT(Notice, (), (kind, text, starts_at, ends_at))
struct SessionView {
  SessionState state = SessionState::anonymous;
  std::optional<UserView> user;
  std::optional<TenantHead> tenant;
  std::optional<Role> role;
  std::vector<std::string> rights;
  std::vector<TenantChoice> tenants;
  std::optional<Terms> terms;
  std::vector<Notice> notices;
  bool fresh = false;  ///< What is sensitive may be done without proving again who one is.
};
BOOST_DESCRIBE_STRUCT(SessionView, (),
                      (state, user, tenant, role, rights, tenants, terms, notices, fresh))

struct LoginRequest {
  web::Email email;
  web::Secret<256> password;
};
BOOST_DESCRIBE_STRUCT(LoginRequest, (), (email, password))
struct CodeRequest {
  web::Text<64, 1> code;
};
BOOST_DESCRIBE_STRUCT(CodeRequest, (), (code))
struct TotpSetup {
  std::string secret, uri;
};
BOOST_DESCRIBE_STRUCT(TotpSetup, (), (secret, uri))
struct RecoveryCodes {
  std::vector<std::string> recovery_codes;
};
BOOST_DESCRIBE_STRUCT(RecoveryCodes, (), (recovery_codes))
struct TermsAcceptance {
  web::Text<40, 1> version;
};
BOOST_DESCRIBE_STRUCT(TermsAcceptance, (), (version))
struct TenantRequest {
  Uuid tenant_id;
};
BOOST_DESCRIBE_STRUCT(TenantRequest, (), (tenant_id))
struct SessionItem {
  Uuid id;
  Timestamp created_at, last_seen_at;
  std::string network, agent;
  bool current = false;
};
BOOST_DESCRIBE_STRUCT(SessionItem, (), (id, created_at, last_seen_at, network, agent, current))
struct ProfileUpdate {
  std::optional<web::Text<120, 1>> name;
  std::optional<web::Language> locale;
  std::optional<web::TimeZone> time_zone;
};
BOOST_DESCRIBE_STRUCT(ProfileUpdate, (), (name, locale, time_zone))
struct PasswordChange {
  web::Secret<256> current, password;
};
BOOST_DESCRIBE_STRUCT(PasswordChange, (), (current, password))
struct TotpReset {
  web::Secret<256> password;
  web::Text<64, 1> code;
};
BOOST_DESCRIBE_STRUCT(TotpReset, (), (password, code))
/// The second factor once more; of an account without one, the password.
struct FactorAgain {
  std::optional<web::Text<64, 1>> code;
  std::optional<web::Secret<256>> password;
};
BOOST_DESCRIBE_STRUCT(FactorAgain, (), (code, password))
/// Something that happened to one's own account.
struct AccountEvent {
  Uuid id;
  Timestamp at;
  std::string what, network;
};
BOOST_DESCRIBE_STRUCT(AccountEvent, (), (id, at, what, network))
struct ResetRequest {
  web::Email email;
};
BOOST_DESCRIBE_STRUCT(ResetRequest, (), (email))
struct ResetConfirm {
  web::Text<100, 1> token;
  web::Secret<256> password;
};
BOOST_DESCRIBE_STRUCT(ResetConfirm, (), (token, password))
struct TokenPath {
  std::string token;
};
BOOST_DESCRIBE_STRUCT(TokenPath, (), (token))
struct InvitationView {
  Uuid tenant_id;
  std::string tenant_name;
  Personal email;
  Role role = Role::viewer;
  /// An account of this address whose owner is proven; her password is asked for. Of any other
  /// account the invited person makes a new one.
  bool account_exists = false;
};
BOOST_DESCRIBE_STRUCT(InvitationView, (), (tenant_id, tenant_name, email, role, account_exists))
struct InvitationAccept {
  web::Text<100, 1> token;
  std::optional<web::Text<120, 1>> name;
  web::Secret<256> password;
};
BOOST_DESCRIBE_STRUCT(InvitationAccept, (), (token, name, password))
struct PasswordCheckRequest {
  web::Secret<256> password;
  std::optional<bool> second_factor;
};
BOOST_DESCRIBE_STRUCT(PasswordCheckRequest, (), (password, second_factor))
struct PasswordCheck {
  bool ok = false;
  int score = 0;
  std::string hint;
};
BOOST_DESCRIBE_STRUCT(PasswordCheck, (), (ok, score, hint))

enum class UserState { active, suspended, invited };
BOOST_DESCRIBE_ENUM(UserState, active, suspended, invited)
struct User {
  Uuid id;
  Personal name, email;
  Role role = Role::viewer;
  UserState state = UserState::active;
  bool totp = false;
  std::optional<Timestamp> last_seen_at;
  Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(User, (), (id, name, email, role, state, totp, last_seen_at, created_at))
struct InviteRequest {
  web::Email email;
  Role role = Role::viewer;
  /// Whoever has an open invitation for another role gets this one instead.
  std::optional<bool> replace;
};
BOOST_DESCRIBE_STRUCT(InviteRequest, (), (email, role, replace))
struct UserUpdate {
  std::optional<Role> role;
  std::optional<bool> suspended;
};
BOOST_DESCRIBE_STRUCT(UserUpdate, (), (role, suspended))
struct RightView {
  std::string right;
  bool granted = false;
  std::string why;
};
BOOST_DESCRIBE_STRUCT(RightView, (), (right, granted, why))
struct UserRights {
  Role role = Role::viewer;
  std::vector<RightView> rights;
};
BOOST_DESCRIBE_STRUCT(UserRights, (), (role, rights))

}  // namespace varde::trust::wire
