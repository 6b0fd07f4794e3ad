// A forgotten password: a link by the platform's mail, once, for an hour.
#include "jobs/queue.hpp"
#include "trust/audit.hpp"
#include "trust/identity/internal.hpp"
#include "trust/identity/store_sql.hpp"

namespace varde::trust {

using namespace store;
using namespace wire;

Uuid add_reset(db::Tx& tx, const Uuid& account) {
  auto id = Uuid::make();
  tx.later(kIdentityInsertReset, db::Bytes{reset_hash(id)}, account, now() + std::chrono::hours(1));
  return id;
}

namespace {

// The same answer whether or not the account exists, and the limit is counted before it is looked
// up.
Result<web::Accepted<boost::json::value>> ask(Identity::Impl& impl, Ctx& ctx,
                                              const ResetRequest& in) {
  if (int wait = impl.mails.take("reset:" + ctx.network); wait > 0)
    return limited("Too many requests. Wait a little.", wait);
  bool too_many = impl.mails.take("reset:" + hex(email_hash(impl.base, in.email.value))) > 0;
  auto account = find_account(impl.base, in.email.value);
  if (account && !too_many) {
    auto tx = impl.base.database.system();
    jobs::enqueue(tx, {.kind = "mail.system",
                       .payload = boost::json::serialize(boost::json::object{
                           {"kind", "password_reset"}, {"id", add_reset(tx, *account).str()}})});
    record_account(impl.base, tx, *account, "password.reset_asked", ctx.network, {});
    tx.commit();
  }
  return web::Accepted<boost::json::value>{
      boost::json::object{{"detail", "If the address has an account, a link is on its way."}}};
}

Result<Done> confirm(Identity::Impl& impl, Ctx& ctx, const ResetConfirm& in) {
  if (int wait = impl.tokens.take(ctx.network); wait > 0)
    return limited("Too many attempts. Wait a little.", wait);
  auto id = read_mail_token(impl.base, "password_reset", in.token.value);
  auto expired = [] {
    return bad_input("/token", "This link was used or has expired. Ask for a new one.");
  };
  if (!id) return expired();
  auto find = [&](db::Tx& tx) {
    return tx.maybe<Uuid>(kIdentityReset, db::Bytes{reset_hash(*id)}, now());
  };
  std::string hash;
  {
    auto tx = impl.base.database.system();
    auto account_id = find(tx);
    if (!account_id) return expired();
    auto account = tx.one<AccountRow>(kIdentityAccount, *account_id);
    tx.commit();
    auto identity = open_account(impl.base, account.account_id, account.sealed);
    auto verdict = judge_password(
        in.password.value, account.totp_confirmed,
        {identity ? identity->name.reveal() : "", identity ? identity->email.reveal() : ""});
    if (!verdict.ok) return bad_input("/password", verdict.hint);
    hash = hash_in_pool(in.password.value);
  }
  auto tx = impl.base.database.system();
  auto account_id = find(tx);
  if (!account_id) return expired();
  tx.one<AccountRow>(kIdentityAccountForUpdate, *account_id);
  // Of two at once the second finds it used.
  if (tx.query(kIdentityUseReset, *account_id).affected() == 0) return expired();
  tx.later(kIdentitySetPassword, *account_id, hash, now());
  tx.later(kIdentityVerified, *account_id, now());
  tx.later(kIdentityForgetDevices, *account_id);
  tx.later(kIdentityEndOtherSessions, *account_id, Uuid{});
  tx.later(kIdentityNotifyForget);
  Guesses::proven(tx, *account_id);
  record_account(impl.base, tx, *account_id, "password.reset", ctx.network,
                 {ActorKind::user, *account_id});
  tell_owner(tx, *account_id, "The password was changed by a link sent to this address");
  tx.commit();
  impl.forget();
  return Done{};
}

}  // namespace

void add_reset_routes(Identity::Impl& impl, Api& api) {
  api.add(
      {"POST", "/api/v1/password-reset", "requestPasswordReset",
       "Sends a link to choose a new password, if the address has an account",
       access(Right::anonymous)},
      [&impl](Ctx& ctx, const web::Body<ResetRequest>& in) { return ask(impl, ctx, in.value); });
  api.add({"POST", "/api/v1/password-reset/confirm", "confirmPasswordReset",
           "Sets the new password; ends all sessions", access(Right::anonymous)},
          [&impl](Ctx& ctx, const web::Body<ResetConfirm>& in) {
            return confirm(impl, ctx, in.value);
          });
}

}  // namespace varde::trust
