// What the files of identity share: the state of the running program, and the rooms' functions.
#pragma once

#include <mutex>

#include "base/text.hpp"
#include "crypto/key.hpp"
#include "net/http.hpp"
#include "trust/audit.hpp"
#include "trust/identity/api.hpp"
#include "trust/identity/guesses.hpp"
#include "trust/identity/identity.hpp"
#include "trust/identity/store.hpp"

namespace varde::trust {

std::string email_hash(Base& base, std::string_view email);
std::string seal_account(const crypto::Key& key, const Uuid& id, const AccountIdentity& identity);
std::optional<AccountIdentity> open_account(Base& base, const Uuid& id, const db::Bytes& sealed);
/// The account as it stands, without holding a connection afterwards.
store::AccountRow read_account(Base& base, const Uuid& account);
std::string hash_in_pool(const std::string& password);
net::WorkPool& password_pool();
/// Whether `given` is the password behind `stored`; no less work when there is none. Errors:
/// unavailable, when too many wait for the pool.
Result<bool> is_password(const std::string& stored, const std::string& given);
std::string mail_token(Base& base, std::string_view purpose, const Uuid& id);
std::optional<Uuid> read_mail_token(Base& base, std::string_view purpose, std::string_view token);
std::string reset_hash(const Uuid& id);
std::string open_invitation(Base& base, const store::InvitationRow& row);
inline constexpr auto kSessionLife = std::chrono::hours(12);
inline constexpr auto kSessionIdle = std::chrono::hours(2);
inline constexpr auto kDeviceLife = std::chrono::hours(24 * 365);
inline std::vector<std::string> words_of(std::string_view text) {
  return is_utf8(text) ? words(fold(text)) : std::vector<std::string>();
}

/// Whether a browser asked by itself, with nobody at it: what the console asks from time to time
/// says so, and a line of live events is opened anew as long as its window stands.
bool is_background(const net::Request& request);

/// Makes a link to choose a new password, valid for an hour, and returns what its mail is asked
/// for by.
Uuid add_reset(db::Tx& tx, const Uuid& account);

/// Enters what happened to an account into the platform's own trail, under the account's key, in
/// the transaction of the deed. `by`: nil for a stranger.
void record_account(Base& base, db::Tx& tx, const Uuid& account, std::string action,
                    const std::string& network, const Actor& by,
                    const std::vector<FieldChange>& changes = {});

struct Identity::Impl {
  explicit Impl(Base& b) : base(b), guesses(b) {}
  Base& base;
  Guesses guesses;
  // Of strangers, by network: links with tokens, checks of a new password. Of accounts and
  // organisations: mails that are asked for.
  Limiter tokens{100, std::chrono::seconds(3)}, checks{60, std::chrono::seconds(1)},
      mails{5, std::chrono::seconds(120)}, invitations{100, std::chrono::seconds(3)};
  // A refusal or a sensitive act is entered, or told, once in a while, however often it is
  // repeated.
  Limiter refusals{1, std::chrono::minutes(1)}, told{1, std::chrono::minutes(15)};

  // ---- sessions (sessions.cpp)
  std::mutex mutex;  // guards `known`; never held across a wait
  struct Known {
    Login login;
    net::Deadline until;
  };
  std::unordered_map<std::string, Known> known;
  std::uint64_t forgotten = 0;  // how often something was

  /// The login behind a session's token, if there is one. `used`: somebody does something, which
  /// keeps the session from being idle.
  std::optional<Login> find_login(std::string_view token, bool used = true);
  std::optional<Login> login_of(const net::Request& request) {
    return find_login(request.cookie(cookie_name(request)), !is_background(request));
  }
  /// Drops what is remembered of one session, or of all.
  void forget(const Uuid* session = nullptr);
  wire::SessionView view(const Login* login);
  wire::SessionView view_of(const net::Request& request);
  std::pair<std::string, std::string> cookie(const net::Request& request, const std::string& token,
                                             bool end = false) const;
  // A copy beside the program does not end the login to the program.
  std::string cookie_name(const net::Request& request) const;

  // ---- devices (devices.cpp)
  /// The hash of the browser's device token; empty without one.
  static std::string device_of(const net::Request& request);
  /// Whether the account was logged in there to the end within a year.
  bool knows_device(db::Tx& tx, const Uuid& account, const std::string& device);
  /// Remembers the browser as one of the account's; the cookie that says so, a new one each time.
  std::pair<std::string, std::string> remember_device(db::Tx& tx, const Uuid& account,
                                                      const net::Request& request);
  /// Who tries a secret, where and from what.
  Attempt attempt(db::Tx& tx, const store::AccountRow& account, const Ctx& ctx,
                  const net::Request& request);
  /// The same, of somebody whose session is complete: no stranger.
  static Attempt attempt(const store::AccountRow& account, const Ctx& ctx);

  // ---- second factor (second_factor.cpp)
  /// Whether it is the account's code (of the app, or a recovery code), which is thereby used up.
  bool is_code(const store::AccountRow& account, const std::string& code, db::Tx& tx);
};

/// Whether somebody who proved who she is then may do what is sensitive now.
inline bool is_fresh(Timestamp proved_at) {
  auto since = now() - proved_at;
  // A clock that was set back makes nobody fresh for longer.
  return since < std::chrono::minutes(15) && since > -std::chrono::minutes(1);
}

/// The access word of an endpoint.
inline int access(Right right) { return static_cast<int>(right); }

/// Each adds the endpoints of its file.
void add_login_routes(Identity::Impl& impl, Api& api);
void add_factor_routes(Identity::Impl& impl, Api& api);
void add_profile_routes(Identity::Impl& impl, Api& api);
void add_reset_routes(Identity::Impl& impl, Api& api);
void add_invitation_routes(Identity::Impl& impl, Api& api);
void add_user_routes(Identity::Impl& impl, Api& api);

}  // namespace varde::trust
