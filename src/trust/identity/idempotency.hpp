// Requests with an Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): done once, answered
// alike.
#pragma once

#include "trust/ctx.hpp"

namespace varde::trust {

/// What was answered to this key before.
std::optional<net::Response> stored_answer(Ctx& ctx, const web::RouteInfo& route);
/// Commits, and keeps the answer of a request that has a key, in the same transaction. Errors:
/// conflict, when one of the same key is still running.
Result<void> store_answer(Ctx& ctx, const web::RouteInfo& route, net::Response& response);

}  // namespace varde::trust
