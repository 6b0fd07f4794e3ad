// One's own account: name, password, sessions, and what happened to it.
#include "crypto/password.hpp"
#include "trust/audit.hpp"
#include "trust/identity/internal.hpp"
#include "trust/identity/store_sql.hpp"
#include "trust/trail/trail.hpp"
#include "web/resource.hpp"

namespace varde::trust {

using namespace store;
using namespace wire;

namespace {

Result<SessionView> update(Identity::Impl& impl, Ctx& ctx, const ProfileUpdate& in,
                           const net::Request& request) {
  auto tx = impl.base.database.system();
  auto account = tx.one<AccountRow>(kIdentityAccountForUpdate, ctx.actor.id);
  auto key = impl.base.keys.key(kAccounts, ctx.actor.id);
  auto identity = open_account(impl.base, account.account_id, account.sealed);
  if (!key || !identity) return not_found("This account was removed.");
  std::vector<FieldChange> changes;
  if (in.name) {
    changes.push_back({"name", identity->name.reveal(), in.name->value});
    identity->name = Personal(in.name->value);
  }
  tx.later(kIdentityProfile, ctx.actor.id, db::Bytes{seal_account(*key, ctx.actor.id, *identity)},
           in.locale ? in.locale->value : account.locale,
           in.time_zone ? in.time_zone->value : account.time_zone);
  if (!changes.empty())
    record_account(impl.base, tx, ctx.actor.id, "account.update", ctx.network, ctx.actor, changes);
  tx.commit();
  return impl.view_of(request);
}

Result<Done> change_password(Identity::Impl& impl, Ctx& ctx, const PasswordChange& in) {
  auto account = read_account(impl.base, ctx.actor.id);
  auto identity = open_account(impl.base, account.account_id, account.sealed);
  VARDE_TRY(auto right,
            impl.guesses.look(Identity::Impl::attempt(account, ctx), "login.failed", [&] {
              return is_password(account.password_hash, in.current.value);
            }));
  if (!right) return bad_input("/current", "This is not your current password.");
  auto verdict = judge_password(
      in.password.value, account.totp_confirmed,
      {identity ? identity->name.reveal() : "", identity ? identity->email.reveal() : ""});
  if (!verdict.ok) return bad_input("/password", verdict.hint);
  auto hash = hash_in_pool(in.password.value);
  auto tx = impl.base.database.system();
  tx.later(kIdentitySetPassword, ctx.actor.id, hash, now());
  tx.later(kIdentityEndOtherSessions, ctx.actor.id, ctx.session);
  tx.later(kIdentityUseReset, ctx.actor.id);
  tx.later(kIdentityNotifyForget);
  record_account(impl.base, tx, ctx.actor.id, "password.change", ctx.network, ctx.actor);
  tell_owner(tx, ctx.actor.id, "The password was changed");
  tx.commit();
  impl.forget();
  return Done{};
}

Result<Done> end_session(Identity::Impl& impl, Ctx& ctx, const Uuid& session) {
  auto tx = impl.base.database.system();
  auto ended = tx.query(kIdentityEndSession, session, ctx.actor.id);
  if (ended.affected() == 0) return not_found("This session has ended already.");
  tx.later(kIdentityNotifyForget);
  record_account(impl.base, tx, ctx.actor.id, "session.end", ctx.network, ctx.actor);
  tx.commit();
  impl.forget(&session);
  return Done{};
}

Result<web::Page<SessionItem>> sessions(Identity::Impl& impl, Ctx& ctx) {
  auto tx = impl.base.database.system();
  web::Page<SessionItem> page;
  for (auto& row : tx.all<SessionRow>(kIdentitySessions, ctx.actor.id, now(), now() - kSessionIdle))
    page.items.push_back({row.session_id, row.created_at, row.last_seen_at, row.network, row.agent,
                          row.session_id == ctx.session});
  return page;
}

Result<web::Page<AccountEvent>> events(Ctx& ctx, const web::CursorQuery& query) {
  VARDE_TRY(auto before, web::read_before(query.cursor));
  auto limit = web::page_limit(query.limit, 50, 100);
  Ctx platform(ctx.base, kAccounts, ctx.actor);
  auto entries = entries_about(platform, ctx.actor.id, before, limit + 1);
  platform.commit();
  web::Page<AccountEvent> page;
  page.next = web::cut_page(entries, limit, &EntryAbout::id);
  for (const auto& entry : entries)
    page.items.push_back({entry.id, entry.at, entry.action, entry.network});
  return page;
}

}  // namespace

void add_profile_routes(Identity::Impl& impl, Api& api) {
  api.add({"GET", "/api/v1/me/sessions", "listMySessions", "One's own sessions",
           access(Right::account)},
          [&impl](Ctx& ctx) { return sessions(impl, ctx); });
  api.add(
      {"GET", "/api/v1/me/events", "listMyEvents",
       "What happened to one's own account: logins, failures, changes", access(Right::account)},
      [](Ctx& ctx, const web::Query<web::CursorQuery>& query) { return events(ctx, query.value); });
  api.add({"DELETE", "/api/v1/me/sessions/{id}", "endMySession", "Ends one of one's own sessions",
           access(Right::account)},
          [&impl](Ctx& ctx, const web::Path<web::IdPath>& path) {
            return end_session(impl, ctx, path->id);
          });
  api.add({"PATCH", "/api/v1/me", "updateMe", "One's own name, language and time zone",
           access(Right::account)},
          [&impl](Ctx& ctx, const web::Body<ProfileUpdate>& in, const web::Origin& origin) {
            return update(impl, ctx, in.value, *origin.request);
          });
  api.add(web::fresh({"POST", "/api/v1/me/password", "changeMyPassword",
                      "A new password; ends one's other sessions", access(Right::account)}),
          [&impl](Ctx& ctx, const web::Body<PasswordChange>& in) {
            return change_password(impl, ctx, in.value);
          });
  api.add({"POST", "/api/v1/password-check", "checkPassword",
           "Whether a password would be accepted, and why not", access(Right::anonymous)},
          [&impl](Ctx& ctx, const web::Body<PasswordCheckRequest>& in) -> Result<PasswordCheck> {
            if (int wait = impl.checks.take(ctx.network); wait > 0)
              return limited("Too many checks. Wait a little.", wait);
            auto verdict =
                judge_password(in->password.value, in->second_factor.value_or(false), {});
            return PasswordCheck{verdict.ok, verdict.score, verdict.hint};
          });
}

}  // namespace varde::trust
