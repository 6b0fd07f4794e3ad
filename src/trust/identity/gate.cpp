// The gate: the one place that decides who gets to an endpoint.
//
// It denies by default. A login comes through stages (password, second factor, terms, an
// organisation), each endpoint says how far one must have come, and no endpoint gets less than it
// asked for. What is sensitive asks besides that the second factor was given a short while ago: a
// browser that was left open, or a stolen cookie, is not enough to change who gets in.
#include "trust/audit.hpp"
#include "trust/identity/idempotency.hpp"
#include "trust/identity/internal.hpp"
#include "trust/words.hpp"

namespace varde::trust {

namespace {

// How far a login in this state has come, as what an endpoint asks for.
Right reached(SessionState state) {
  switch (state) {
    case SessionState::anonymous:
      return Right::anonymous;
    case SessionState::totp_required:
      return Right::login_begun;
    case SessionState::totp_setup_required:
      return Right::factor_setup;
    case SessionState::terms_required:
    case SessionState::tenant_required:
      return Right::account;
    case SessionState::ready:
      return Right::user;
  }
  return Right::anonymous;
}

Error what_is_missing(SessionState state) {
  switch (state) {
    case SessionState::totp_required:
      return {ErrorCode::unauthenticated,
              "Enter the code of your second factor first.",
              {},
              "totp-required",
              0};
    case SessionState::totp_setup_required:
      return {ErrorCode::forbidden,
              "Set up a second factor first: your role demands it.",
              {},
              "totp-setup-required",
              0};
    case SessionState::terms_required:
      return {ErrorCode::forbidden, "Accept the terms first.", {}, "terms-required", 0};
    default:
      return {ErrorCode::forbidden,
              "You belong to no organisation here any more, or have not chosen one.",
              {},
              "tenant-required",
              0};
  }
}

// A request that browsers say another site caused.
bool is_foreign(const net::Request& request) {
  return request.method != "GET" && from_another_site(request);
}

}  // namespace

Result<void> demand_fresh(const Ctx& ctx) {
  if (ctx.actor.kind != ActorKind::user || is_fresh(ctx.proved_at)) return {};
  return Error{ErrorCode::forbidden,
               "Give your second factor (or, without one, your password) once more: this needs to "
               "know that it is still you.",
               {},
               "factor-again",
               0};
}

bool is_background(const net::Request& request) {
  return !request.header("varde-background").empty() ||
         request.header("accept").find("text/event-stream") != std::string_view::npos;
}

bool from_another_site(const net::Request& request) {
  auto site = request.header("sec-fetch-site");
  auto origin = request.header("origin");
  return (!site.empty() && site != "same-origin" && site != "none") ||
         (!origin.empty() && origin != (request.secure ? "https://" : "http://") +
                                           std::string(request.header("host")));
}

Result<std::unique_ptr<Ctx>> Identity::gate(net::Request& request, const web::RouteInfo& route) {
  auto right = static_cast<Right>(route.access);
  if (is_foreign(request)) return forbidden("This request came from another site and was refused.");
  auto ctx = std::make_unique<Ctx>(impl_->base, Uuid{}, Actor{});
  ctx->network = network_of(request.peer);
  ctx->request_id = request.id;
  ctx->patience = ctx->base.request_timeout;  // somebody waits for the answer
  if (right == Right::anonymous) return ctx;

  auto login = impl_->login_of(request);
  if (!login) return make_error(ErrorCode::unauthenticated, "Log in to do this.");
  ctx->session = login->session_id;
  ctx->actor = {ActorKind::user, login->account_id};
  net::set_stranger(false);
  ctx->proved_at = login->proved_at;
  auto state = login->state();
  if (reached(state) < std::min(right, Right::user)) return what_is_missing(state);
  if (route.fresh) VARDE_CHECK(demand_fresh(*ctx));
  if (right < Right::user) return ctx;

  ctx->tenant = *login->tenant_id;
  ctx->role = *login->role;
  if (login->ended && !may_after_end(ctx->role, right))
    return Error{ErrorCode::forbidden,
                 "The contract of this organisation has ended. Until its data is removed, "
                 "administrators can take everything along and answer what persons ask about their "
                 "own data.",
                 {},
                 "contract-ended",
                 0};
  if (!may(ctx->role, right)) {
    // Entered once a minute for each user and endpoint: who is refused can repeat it as she likes.
    if (impl_->refusals.take(ctx->actor.id.str() + std::string(route.id)) == 0) {
      record(*ctx, AuditEntry{"access.refused",
                              "endpoint",
                              std::nullopt,
                              std::nullopt,
                              {{std::string(route.id), std::nullopt, word(right)}}});
      ctx->commit();
    }
    return forbidden(
        fmt::format("Your role ({}) does not include “{}”. An administrator of your organisation "
                    "can change that.",
                    in_words(ctx->role), in_words(right)));
  }

  if (auto key = request.header("idempotency-key"); !key.empty() && request.method != "GET") {
    if (key.size() > 255)
      return make_error(ErrorCode::malformed, "Idempotency-Key may have at most 255 characters.");
    ctx->idempotency_key = std::string(key);
  }
  return ctx;
}

// Not a part of the gate: a body is read between the two, and nobody waits for it with a
// connection in hand. For the same reason the transaction of the look-up ends with it.
Result<void> Identity::begin(Ctx& ctx, const web::RouteInfo& route) {
  if (ctx.idempotency_key.empty()) return {};
  ctx.replay = stored_answer(ctx, route);
  ctx.commit();
  return {};
}

Result<void> Identity::finish(Ctx& ctx, const web::RouteInfo& route, net::Response& response) {
  // Whose login it was learns by mail that something sensitive was done with it.
  if (route.fresh && !ctx.tenant.is_nil() &&
      impl_->told.take(ctx.actor.id.str() + std::string(route.id)) == 0)
    tell_owner(ctx.tx(), ctx.actor.id, route.summary);
  return store_answer(ctx, route, response);
}

}  // namespace varde::trust
