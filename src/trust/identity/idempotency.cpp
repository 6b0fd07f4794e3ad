#include "trust/identity/idempotency.hpp"

#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "trust/identity/store_sql.hpp"

namespace varde::trust {

namespace {

std::pair<db::Bytes, crypto::Key> idempotency_keys(Ctx& ctx, const web::RouteInfo& route) {
  auto tenant_key = ctx.base.keys.tenant_key(ctx.tenant, "idempotency");
  auto scope = ctx.actor.id.str() + " " + std::string(route.id) + " " + ctx.idempotency_key;
  return {db::Bytes{crypto::keyed_hash(tenant_key, scope, 32)},
          crypto::derive(tenant_key, "answer:" + scope)};
}

}  // namespace

std::optional<net::Response> stored_answer(Ctx& ctx, const web::RouteInfo& route) {
  auto [key_hash, seal_key] = idempotency_keys(ctx, route);
  auto row = ctx.tx().maybe<db::Bytes>(store::kIdempotencyFind, key_hash);
  auto text = row ? crypto::open(seal_key, row->data, "idempotency") : std::nullopt;
  if (!text) return std::nullopt;
  auto stored = boost::json::parse(*text).as_object();
  net::Response response;
  response.status = static_cast<int>(stored.at("status").as_int64());
  response.body = std::string(stored.at("body").as_string());
  for (const char* name : {"Location", "Content-Type", "ETag"})
    if (const auto* value = stored.if_contains(name))
      response.with(name, std::string(value->as_string()));
  response.with("Idempotency-Replayed", "true");
  return response;
}

// The answer is stored with the change, in its transaction, sealed under a key that only the
// client's key value gives. A second request finds it before it does anything; one that runs at the
// same time meets the first one's row, throws its own work away and answers what the first one
// answered.
Result<void> store_answer(Ctx& ctx, const web::RouteInfo& route, net::Response& response) {
  if (ctx.idempotency_key.empty()) {
    ctx.commit();
    return {};
  }
  auto [key_hash, seal_key] = idempotency_keys(ctx, route);
  boost::json::object answer{{"status", response.status}, {"body", response.body}};
  for (const auto& [name, value] : response.headers)
    if (name == "Location" || name == "Content-Type" || name == "ETag") answer[name] = value;
  auto inserted = ctx.tx().query(
      store::kIdempotencyInsert, key_hash,
      db::Bytes{crypto::seal(seal_key, boost::json::serialize(answer), "idempotency")}, now());
  if (inserted.affected() == 1) {
    ctx.commit();
    return {};
  }
  ctx.rollback();
  auto stored = stored_answer(ctx, route);
  if (!stored)
    return conflict("A request with this Idempotency-Key is still running.", "idempotency");
  response = std::move(*stored);
  return {};
}

}  // namespace varde::trust
