// A campaign is sent, paused, taken up again, ended.
#include "outreach/campaign/api.hpp"
#include "outreach/campaign/store.hpp"
#include "outreach/campaign/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/tenant/tenant.hpp"
#include "web/resource.hpp"

namespace varde::outreach {

using namespace store;
using trust::AuditEntry;
using trust::Ctx;
namespace json = boost::json;

Result<Campaign> send_campaign(Ctx& ctx, const messaging::Environment& environment,
                               const web::Path<web::IdPath>& path,
                               const web::Body<SendRequest>& in) {
  VARDE_TRY(auto r, find_campaign(ctx, path->id, true));
  if (r.state != CampaignState::draft && r.state != CampaignState::scheduled)
    return conflict("This campaign has been started already.", "campaign-started");
  VARDE_CHECK(ctx.base.room.demand(1));
  VARDE_TRY(auto judged, review(ctx, environment, r));
  if (!judged.blockers.empty()) {
    Error error{ErrorCode::conflict, "This campaign cannot be sent yet.", {}, "blocked", 0};
    for (const auto& blocker : judged.blockers)
      error.fields.push_back({"/" + blocker.code, blocker.message});
    return error;
  }
  bool zones = r.time_mode == TimeMode::recipient_time_zone;
  bool later = in->at && *in->at > now();
  if (in->at && *in->at > now() + std::chrono::days(366))
    return bad_input("/at", "is more than a year away.");
  if (later || zones) {
    auto at = in->at.value_or(now());
    ctx.tx().later(kCampaignSchedule, path->id, CampaignState::scheduled, at, now());
    auto begin = zones ? first_in_the_world(at, trust::tenant_settings(ctx).time_zone) : at;
    enqueue_prepare(ctx, path->id, std::max(begin, now()));
  } else {
    ctx.tx().later(kCampaignSchedule, path->id, CampaignState::preparing,
                   std::optional<Timestamp>(), now());
    ctx.tx().later(kCampaignStart, path->id, now());
    enqueue_prepare(ctx, path->id);
  }
  record(ctx, AuditEntry{"campaign.send", "campaign", path->id});
  VARDE_TRY(r, find_campaign(ctx, path->id));
  return view(ctx, r);
}

Result<Campaign> turn_campaign(Ctx& ctx, const Turn& turn, const web::Path<web::IdPath>& path) {
  VARDE_TRY(auto r, find_campaign(ctx, path->id, true));
  if (std::ranges::find(turn.from, r.state) == turn.from.end())
    return conflict(turn.refusal, "campaign-state");
  auto next = turn.to;
  if (turn.verb == "cancel" && r.state == CampaignState::scheduled) next = CampaignState::draft;
  // Paused while it was being prepared: that goes on first.
  if (turn.verb == "resume" && !r.prepared) next = CampaignState::preparing;
  if (next == CampaignState::cancelled) {
    ctx.tx().later(kCampaignEnd, path->id, next, now(), std::string());
  } else {
    ctx.tx().later(kCampaignSetState, path->id, next, now());
  }
  if (next == CampaignState::preparing) enqueue_prepare(ctx, path->id);
  if (next == CampaignState::sending) {
    if (turn.verb == "retry-failed") {
      ctx.tx().later(kCampaignReviveFailed, path->id, now());
      ctx.tx().later(kCampaignReviveChunks, path->id);
    }
    enqueue_send(ctx, path->id);
  }
  record(ctx, AuditEntry{"campaign." + turn.verb, "campaign", path->id});
  VARDE_TRY(r, find_campaign(ctx, path->id));
  return view(ctx, r);
}

}  // namespace varde::outreach
