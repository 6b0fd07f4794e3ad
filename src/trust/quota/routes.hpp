// The endpoint over quotas, and what the home screen says of them.
#pragma once

#include "trust/module.hpp"

namespace varde::trust {

void add_quota_routes(Api& api);
/// What is nearly used up.
std::vector<Attention> quota_attention(Ctx& ctx);

}  // namespace varde::trust
