#include "trust/quota/routes.hpp"

#include "web/resource.hpp"

namespace varde::trust {

namespace {

Result<web::Page<QuotaState>> list_quotas(Ctx& ctx) {
  return web::Page<QuotaState>{quota_states(ctx), {}, {}};
}

}  // namespace

void add_quota_routes(Api& api) {
  api.add({"GET", "/api/v1/quotas", "listQuotas",
           "What the organisation may hold and send, and how much of it is used",
           static_cast<int>(Right::settings_manage)},
          list_quotas);
}

std::vector<Attention> quota_attention(Ctx& ctx) {
  std::vector<Attention> out;
  for (const auto& state : ctx.base.quotas.nearly_used(ctx.tenant))
    out.push_back({"quota",
                   fmt::format("{} of {} are used", quota_text(state.quota, state.used),
                               quota_text(state.quota, state.most)),
                   "/settings/organisation", 1});
  return out;
}

}  // namespace varde::trust
