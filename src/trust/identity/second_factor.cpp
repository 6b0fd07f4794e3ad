// The second factor: set up, given at login, given again before what is sensitive, reset.
#include "base/random.hpp"
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "crypto/totp.hpp"
#include "trust/audit.hpp"
#include "trust/identity/internal.hpp"
#include "trust/identity/store_sql.hpp"

namespace varde::trust {

using namespace store;
using namespace wire;

bool Identity::Impl::is_code(const AccountRow& account, const std::string& code, db::Tx& tx) {
  auto key = base.keys.key(kAccounts, account.account_id);
  if (!key || !account.totp_sealed) return false;
  auto secret = crypto::open(*key, account.totp_sealed->data, "totp:" + account.account_id.str());
  if (!secret) throw std::runtime_error("a TOTP secret does not open under its account's key");
  std::string digits;
  for (char c : code)
    if (c != ' ' && c != '-') digits += c;
  if (auto step = crypto::totp_verify(*secret, digits, now(), account.totp_last_step)) {
    tx.later(kIdentityTotpStep, account.account_id, *step);
    return true;
  }
  auto hash =
      db::Bytes{crypto::sha256("recovery:" + account.account_id.str() + ":" + ascii_lower(digits))};
  if (!account.totp_confirmed ||
      std::ranges::find(account.recovery_hashes, hash) == account.recovery_hashes.end())
    return false;
  tx.later(kIdentityUseRecovery, account.account_id, hash);
  record_account(base, tx, account.account_id, "factor.recovery_code", "", {});
  tell_owner(tx, account.account_id, "A recovery code was used in place of the second factor");
  return true;
}

namespace {

Error wrong_code() {
  return bad_input("/code",
                   "This code is not right, or it was used already. Wait for the next one and "
                   "check the clock of your phone.");
}

// Ten codes for when the phone is gone, and what is kept of them.
std::pair<RecoveryCodes, std::vector<db::Bytes>> new_recovery_codes(const Uuid& account) {
  RecoveryCodes out;
  std::vector<db::Bytes> hashes;
  for (int i = 0; i < 10; ++i) {
    std::string raw(15, '\0');  // 120 bits: beyond guessing also for who has the hashes
    fill_random({reinterpret_cast<std::uint8_t*>(raw.data()), raw.size()});
    auto code = base32(raw);  // 24 characters
    hashes.push_back({crypto::sha256("recovery:" + account.str() + ":" + code)});
    for (std::size_t at = 20; at > 0; at -= 4) code.insert(at, "-");
    out.recovery_codes.push_back(std::move(code));
  }
  return {std::move(out), std::move(hashes)};
}

// Counts a try of the code within `tx`, which is given up when it was wrong. Errors: limited,
// bad_input.
Result<void> spend_code(Identity::Impl& impl, const Attempt& attempt, const AccountRow& account,
                        const std::string& code, db::Tx& tx) {
  VARDE_TRY(auto right, impl.guesses.look(attempt, "factor.failed", [&]() -> Result<bool> {
    return impl.is_code(account, code, tx);
  }));
  if (!right) return wrong_code();
  return {};
}

// Whoever had the session's token before the factor was given had only the password: it gets a new
// one, and the browser is one of the owner's from here on.
template <class T>
web::WithHeaders<T> pass(Identity::Impl& impl, Ctx& ctx, db::Tx& tx, const net::Request& request,
                         T value) {
  auto token = random_token(32);
  tx.later(kIdentityPassTotp, ctx.session, db::Bytes{crypto::sha256(token)}, now());
  Guesses::proven(tx, ctx.actor.id);
  web::WithHeaders<T> response{std::move(value), {}};
  response.headers.push_back(impl.remember_device(tx, ctx.actor.id, request));
  response.headers.push_back(impl.cookie(request, token));
  tx.commit();
  impl.forget(&ctx.session);
  if constexpr (std::is_same_v<T, SessionView>) {
    auto login = impl.find_login(token);
    response.value = impl.view(login ? &*login : nullptr);
  }
  return response;
}

Result<web::WithHeaders<SessionView>> give_code(Identity::Impl& impl, Ctx& ctx,
                                                const CodeRequest& in,
                                                const net::Request& request) {
  auto tx = impl.base.database.system();
  auto account = tx.one<AccountRow>(kIdentityAccountForUpdate, ctx.actor.id);
  if (!account.totp_confirmed) return bad_input("/code", "This account has no second factor.");
  VARDE_CHECK(
      spend_code(impl, impl.attempt(tx, account, ctx, request), account, in.code.value, tx));
  record_account(impl.base, tx, ctx.actor.id, "login.factor", ctx.network, ctx.actor);
  return pass(impl, ctx, tx, request, SessionView{});
}

// The password in place of the factor, of an account that has none; nothing is held while it is
// worked on.
Result<void> give_password(Identity::Impl& impl, Ctx& ctx, const AccountRow& account,
                           const FactorAgain& in) {
  if (!in.password) return bad_input("/password", "Enter your password.");
  VARDE_TRY(auto right,
            impl.guesses.look(Identity::Impl::attempt(account, ctx), "login.failed", [&] {
              return is_password(account.password_hash, in.password->value);
            }));
  if (!right) return bad_input("/password", "This is not your current password.");
  return {};
}

Result<SessionView> prove_again(Identity::Impl& impl, Ctx& ctx, const FactorAgain& in,
                                const net::Request& request) {
  auto account = read_account(impl.base, ctx.actor.id);
  if (!account.totp_confirmed) VARDE_CHECK(give_password(impl, ctx, account, in));
  auto tx = impl.base.database.system();
  account = tx.one<AccountRow>(kIdentityAccountForUpdate, ctx.actor.id);
  if (account.totp_confirmed) {
    if (!in.code) return bad_input("/code", "Enter the code of your second factor.");
    VARDE_CHECK(
        spend_code(impl, Identity::Impl::attempt(account, ctx), account, in.code->value, tx));
  }
  tx.later(kIdentityProveAgain, ctx.session, now());
  Guesses::proven(tx, ctx.actor.id);
  record_account(impl.base, tx, ctx.actor.id, "login.again", ctx.network, ctx.actor);
  tx.commit();
  impl.forget(&ctx.session);
  return impl.view_of(request);
}

Result<TotpSetup> set_up(Identity::Impl& impl, Ctx& ctx) {
  auto tx = impl.base.database.system();
  auto account = tx.one<AccountRow>(kIdentityAccountForUpdate, ctx.actor.id);
  if (account.totp_confirmed)
    return conflict("This account has a second factor already.", "totp-confirmed");
  auto key = impl.base.keys.key(kAccounts, ctx.actor.id);
  auto identity = open_account(impl.base, account.account_id, account.sealed);
  if (!key || !identity) return not_found("This account was removed.");
  auto secret = crypto::totp_new_secret();
  tx.later(kIdentitySetTotp, ctx.actor.id,
           db::Bytes{crypto::seal(*key, secret, "totp:" + ctx.actor.id.str())});
  tx.commit();
  auto text = base32(secret);
  for (char& c : text) c = static_cast<char>(c >= 'a' ? c - 32 : c);
  return TotpSetup{text, crypto::totp_uri(secret, "Varde", identity->email.reveal())};
}

Result<web::WithHeaders<RecoveryCodes>> confirm(Identity::Impl& impl, Ctx& ctx,
                                                const CodeRequest& in,
                                                const net::Request& request) {
  auto tx = impl.base.database.system();
  auto account = tx.one<AccountRow>(kIdentityAccountForUpdate, ctx.actor.id);
  if (account.totp_confirmed)
    return conflict("This account has a second factor already.", "totp-confirmed");
  if (!account.totp_sealed)
    return bad_input("/code", "Begin with a new secret: none is waiting to be confirmed.");
  VARDE_CHECK(spend_code(impl, Identity::Impl::attempt(account, ctx), account, in.code.value, tx));
  auto [codes, hashes] = new_recovery_codes(ctx.actor.id);
  tx.later(kIdentityConfirmTotp, ctx.actor.id, hashes);
  // Whoever else is logged in with the password alone has to show the factor as well.
  tx.later(kIdentityEndOtherSessions, ctx.actor.id, ctx.session);
  tx.later(kIdentityForgetDevices, ctx.actor.id);
  tx.later(kIdentityNotifyForget);
  record_account(impl.base, tx, ctx.actor.id, "factor.set", ctx.network, ctx.actor);
  tell_owner(tx, ctx.actor.id, "A second factor was set up");
  auto response = pass(impl, ctx, tx, request, std::move(codes));
  impl.forget();
  return response;
}

// Both secrets are asked for, whenever they were given last. What was chosen as a password beside a
// second factor may be too short to be the only one: then it has to be changed first.
Result<Done> reset(Identity::Impl& impl, Ctx& ctx, const TotpReset& in) {
  auto account = read_account(impl.base, ctx.actor.id);
  auto identity = open_account(impl.base, account.account_id, account.sealed);
  if (!account.totp_confirmed) return bad_input("/code", "This account has no second factor.");
  auto attempt = Identity::Impl::attempt(account, ctx);
  VARDE_TRY(auto right, impl.guesses.look(attempt, "login.failed", [&] {
    return is_password(account.password_hash, in.password.value);
  }));
  if (!right) return bad_input("/password", "This is not your current password.");
  auto verdict = judge_password(
      in.password.value, false,
      {identity ? identity->name.reveal() : "", identity ? identity->email.reveal() : ""});
  if (!verdict.ok)
    return conflict("Your password is too weak to stand alone. Change it to a longer one first: " +
                        verdict.hint,
                    "password-too-weak-alone");
  auto tx = impl.base.database.system();
  account = tx.one<AccountRow>(kIdentityAccountForUpdate, ctx.actor.id);
  VARDE_CHECK(spend_code(impl, attempt, account, in.code.value, tx));
  tx.later(kIdentityForgetTotp, ctx.actor.id);
  tx.later(kIdentityEndOtherSessions, ctx.actor.id, ctx.session);
  tx.later(kIdentityForgetDevices, ctx.actor.id);
  tx.later(kIdentityNotifyForget);
  record_account(impl.base, tx, ctx.actor.id, "factor.reset", ctx.network, ctx.actor);
  tell_owner(tx, ctx.actor.id, "The second factor was removed");
  tx.commit();
  impl.forget();
  return Done{};
}

}  // namespace

void add_factor_routes(Identity::Impl& impl, Api& api) {
  api.add({"POST", "/api/v1/session/totp", "giveTotp",
           "Second factor: a code of the app, or a recovery code", access(Right::login_begun)},
          [&impl](Ctx& ctx, const web::Body<CodeRequest>& in, const web::Origin& origin) {
            return give_code(impl, ctx, in.value, *origin.request);
          });
  api.add({"POST", "/api/v1/session/again", "proveAgain",
           "The second factor (or, without one, the password) once more, for what is sensitive",
           access(Right::account)},
          [&impl](Ctx& ctx, const web::Body<FactorAgain>& in, const web::Origin& origin) {
            return prove_again(impl, ctx, in.value, *origin.request);
          });
  api.add(web::fresh({"POST", "/api/v1/session/totp-setup", "setUpTotp",
                      "A new secret for an authenticator app; replaces an unconfirmed one",
                      access(Right::factor_setup)}),
          [&impl](Ctx& ctx) { return set_up(impl, ctx); });
  api.add({"POST", "/api/v1/session/totp-confirm", "confirmTotp",
           "Confirms the app with a first code; answers the recovery codes, once",
           access(Right::factor_setup)},
          [&impl](Ctx& ctx, const web::Body<CodeRequest>& in, const web::Origin& origin) {
            return confirm(impl, ctx, in.value, *origin.request);
          });
  api.add({"POST", "/api/v1/me/totp/reset", "resetMyTotp",
           "Forgets the second factor, to set up another; ends one's other sessions",
           access(Right::account)},
          [&impl](Ctx& ctx, const web::Body<TotpReset>& in) { return reset(impl, ctx, in.value); });
}

}  // namespace varde::trust
