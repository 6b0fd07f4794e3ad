// Accounts, logins, sessions, invitations.
//
// A login passes through states, each of which the session knows: password → (second factor, or
// setting one up) → terms → a tenant. Endpoints of a tenant open only at the end. The session token
// is random and stored as its SHA-256; sessions live in the database, so they survive restarts and
// failover; each node remembers a session for five seconds and forgets it at once when told by
// NOTIFY. Tokens in mails (invitation, password reset) are an id and a MAC under the installation's
// key: the queue that sends the mail carries only the id.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/personal.hpp"
#include "trust/ctx.hpp"
#include "trust/limiter.hpp"

namespace varde::jobs {
class Workers;
}

namespace varde::trust {

inline constexpr const char* kTermsVersion = "2026-11";

enum class SessionState {
  anonymous,
  totp_required,
  totp_setup_required,
  terms_required,
  tenant_required,
  ready
};
BOOST_DESCRIBE_ENUM(SessionState, anonymous, totp_required, totp_setup_required, terms_required,
                    tenant_required, ready)

/// What the gate needs to know of a login; read in one statement.
struct Login {
  Uuid session_id, account_id;
  std::optional<Uuid> tenant_id;
  bool totp_passed = false, totp_confirmed = false;
  std::string terms_version;
  std::optional<Role> role;
  bool totp_demanded = false;
  bool ended = false;   ///< The tenant's contract has ended: may_after_end says what is left.
  Timestamp proved_at;  ///< When the second factor (or the password, without one) was given last.
  Timestamp last_seen_at, expires_at;
  SessionState state() const;
};

/// Name and e-mail of an account.
struct AccountIdentity {
  Personal name, email;
};

/// Creates an account with a membership, for `varde up`, `varde tenant create` and the demo. The
/// password may be empty: then the account waits for a password reset.
struct NewAccount {
  std::string name, email, password;
  bool operator_staff = false;
  std::optional<std::string> totp_secret;  ///< Confirmed from the start.
  std::string password_hash{};  ///< Instead of `password`, where it was worked on already.
  /// Whose address it is is known: somebody answered a mail to it, or the operator says so.
  bool verified = false;
};
Result<Uuid> create_account(Base& base, const NewAccount& account);
void add_member(Base& base, const Uuid& tenant, const Uuid& account, Role role);
std::optional<Uuid> find_account(Base& base, std::string_view email);
std::unordered_map<Uuid, std::string> account_names(Base& base, const std::vector<Uuid>& ids);
std::optional<AccountIdentity> account_identity(Base& base, const Uuid& id);

/// Refuses a password that the platform's floor does not allow: at least 15 characters alone or 8
/// with a second factor, at most 256, no composition rules, not known from breaches, not built from
/// `about` (name, address), zxcvbn's estimate at least 3 of 4.
struct PasswordVerdict {
  bool ok = false;
  int score = 0;
  std::string hint;
};
PasswordVerdict judge_password(std::string_view password, bool second_factor,
                               const std::vector<std::string>& about);

/// A message of the platform itself to a user: what, to whom, which link. It is never an
/// organisation's: no tenant's provider carries it, no mailbox of theirs shows it, no suppression
/// of theirs concerns it.
struct SystemMail {
  Personal to;
  std::string subject, text, link_label;
  Personal link;  ///< It may open an account.
};
/// Has the owner of an account told, by a mail of the platform, that something was done to it or
/// with it. `what` is a sentence without a full stop and without personal data.
void tell_owner(db::Tx& tx, const Uuid& account, std::string_view what);
/// Errors: forbidden ("factor-again"), when the user gave the second factor (or, without one, the
/// password) more than a quarter of an hour ago. For what is sensitive only sometimes; what always
/// is says so in its route (web::fresh).
Result<void> demand_fresh(const Ctx& ctx);
/// The mail that the job "mail.system" with this payload asks for; nullopt when it is no longer
/// wanted (used, expired).
std::optional<SystemMail> system_mail(Base& base, const std::string& payload);

/// "Firefox on Linux", from the header User-Agent: enough to recognise one's own session.
std::string agent_of(std::string_view header);
/// Whether a browser says that this request was caused by another site's page.
bool from_another_site(const net::Request& request);

/// Whether a session that was let into a tenant still is: it has not ended, nor has the user's
/// membership. For what goes on longer than a request; past what nodes remember of sessions.
bool session_stands(Base& base, const Uuid& session, const Uuid& tenant);

/// Removes sessions, links, devices and kept answers that have had their time, each hour.
void add_identity_jobs(Base& base, jobs::Workers& workers);

class Identity {
 public:
  struct Impl;  ///< For the files of this folder.
  explicit Identity(Base& base);
  ~Identity();

  /// Makes the context of a request, or says why not; the one place that checks access.
  Result<std::unique_ptr<Ctx>> gate(net::Request& request, const web::RouteInfo& route);
  /// Looks up the answer that was given to an idempotent request before, when its body has come.
  Result<void> begin(Ctx& ctx, const web::RouteInfo& route);
  /// Commits and stores the answer of an idempotent request.
  Result<void> finish(Ctx& ctx, const web::RouteInfo& route, net::Response& response);
  void add_routes(Api& api);
  /// Forgets what is remembered of sessions; called when another node says so.
  void forget_sessions();

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace varde::trust
