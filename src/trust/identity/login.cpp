// Logging in and out: the password, the terms, the organisation.
#include "base/metrics.hpp"
#include "base/random.hpp"
#include "crypto/hash.hpp"
#include "trust/audit.hpp"
#include "trust/identity/internal.hpp"
#include "trust/identity/store_sql.hpp"

namespace varde::trust {

using namespace store;
using namespace wire;

namespace {

metrics::Counter logins("varde_logins_total", "Attempts to log in", {"outcome"});

Error wrong_credentials() {
  return {ErrorCode::unauthenticated,
          "The e-mail address or the password is not right.",
          {},
          "credentials",
          0};
}

Result<web::WithHeaders<SessionView>> log_in(Identity::Impl& impl, Ctx& ctx, const LoginRequest& in,
                                             const net::Request& request) {
  auto hash = email_hash(impl.base, in.email.value);
  Attempt attempt{hex(hash), std::nullopt, ctx.network, {}, 0};
  auto tx = impl.base.database.system();
  auto account = tx.maybe<AccountRow>(kIdentityAccountByEmail, db::Bytes{hash});
  if (account) attempt = impl.attempt(tx, *account, ctx, request);
  tx.commit();
  auto right = impl.guesses.look(attempt, "login.failed", [&] {
    return is_password(account ? account->password_hash : std::string(), in.password.value);
  });
  if (!right) {
    logins.with({"limited"}).add();
    return right.error();
  }
  if (!*right) {
    logins.with({"refused"}).add();
    return wrong_credentials();
  }
  logins.with({"accepted"}).add();

  auto token = random_token(32);
  web::WithHeaders<SessionView> response;
  auto again = impl.base.database.system();
  auto memberships = again.all<MembershipRow>(kIdentityMemberships, account->account_id);
  std::optional<Uuid> tenant;
  if (!memberships.empty()) tenant = memberships.front().tenant_id;
  auto id = Uuid::make();
  again.later(kIdentityInsertSession, id, db::Bytes{crypto::sha256(token)}, account->account_id,
              tenant, ctx.network, agent_of(request.header("user-agent")), now(),
              now() + kSessionLife);
  record_account(impl.base, again, account->account_id, "login.password", ctx.network,
                 {ActorKind::user, account->account_id});
  // With a second factor, the owner is known only when it was given.
  if (!account->totp_confirmed) {
    Guesses::proven(again, account->account_id);
    response.headers.push_back(impl.remember_device(again, account->account_id, request));
  }
  again.commit();
  auto login = impl.find_login(token);
  response.value = impl.view(login ? &*login : nullptr);
  response.headers.push_back(impl.cookie(request, token));
  return response;
}

Result<SessionView> accept_terms(Identity::Impl& impl, Ctx& ctx, const TermsAcceptance& in,
                                 const net::Request& request) {
  if (in.version.value != kTermsVersion)
    return conflict("The terms have changed. Read the new version.", "terms-changed");
  auto tx = impl.base.database.system();
  tx.later(kIdentityAcceptTerms, ctx.actor.id, std::string(kTermsVersion), now());
  record_account(impl.base, tx, ctx.actor.id, "terms.accept", ctx.network, ctx.actor,
                 {{"version", std::nullopt, kTermsVersion}});
  tx.commit();
  impl.forget(&ctx.session);
  return impl.view_of(request);
}

Result<SessionView> switch_tenant(Identity::Impl& impl, Ctx& ctx, const TenantRequest& in,
                                  const net::Request& request) {
  auto tx = impl.base.database.system();
  auto memberships = tx.all<MembershipRow>(kIdentityMemberships, ctx.actor.id);
  if (std::ranges::none_of(memberships, [&](const auto& m) { return m.tenant_id == in.tenant_id; }))
    return not_found("You do not belong to this organisation.");
  tx.later(kIdentityChooseTenant, ctx.session, in.tenant_id);
  tx.commit();
  impl.forget(&ctx.session);
  return impl.view_of(request);
}

Result<web::WithHeaders<web::None>> log_out(Identity::Impl& impl, Ctx& ctx,
                                            const net::Request& request) {
  auto tx = impl.base.database.system();
  tx.later(kIdentityEndSession, ctx.session, ctx.actor.id);
  tx.later(kIdentityNotifyForget);
  record_account(impl.base, tx, ctx.actor.id, "session.end", ctx.network, ctx.actor);
  tx.commit();
  impl.forget(&ctx.session);
  web::WithHeaders<web::None> response;
  response.headers.push_back(impl.cookie(request, "", true));
  // What the browser keeps of pages and answers; the console empties its own storage, but for how
  // the screen looks.
  response.headers.emplace_back("Clear-Site-Data", "\"cache\"");
  return response;
}

}  // namespace

void add_login_routes(Identity::Impl& impl, Api& api) {
  api.add(
      {"GET", "/api/v1/session", "getSession",
       "Who is logged in, and what is missing until everything opens", access(Right::anonymous)},
      [&impl](Ctx&, const web::Origin& origin) -> Result<SessionView> {
        return impl.view_of(*origin.request);
      });
  api.add({"POST", "/api/v1/session", "logIn", "Begins a session with e-mail and password",
           access(Right::anonymous)},
          [&impl](Ctx& ctx, const web::Body<LoginRequest>& in, const web::Origin& origin) {
            return log_in(impl, ctx, in.value, *origin.request);
          });
  api.add({"POST", "/api/v1/session/terms", "acceptTerms", "Accepts the terms of the version shown",
           access(Right::account)},
          [&impl](Ctx& ctx, const web::Body<TermsAcceptance>& in, const web::Origin& origin) {
            return accept_terms(impl, ctx, in.value, *origin.request);
          });
  api.add({"POST", "/api/v1/session/tenant", "switchTenant",
           "Works for another organisation from here on", access(Right::factor_setup)},
          [&impl](Ctx& ctx, const web::Body<TenantRequest>& in, const web::Origin& origin) {
            return switch_tenant(impl, ctx, in.value, *origin.request);
          });
  api.add(
      {"DELETE", "/api/v1/session", "logOut", "Ends this session", access(Right::login_begun)},
      [&impl](Ctx& ctx, const web::Origin& origin) { return log_out(impl, ctx, *origin.request); });
}

}  // namespace varde::trust
