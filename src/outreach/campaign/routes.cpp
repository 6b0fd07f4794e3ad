#include "outreach/campaign/api.hpp"

namespace varde::outreach {

using trust::Ctx;
using trust::Right;

void add_campaign_routes(trust::Api& api, const messaging::Environment& environment) {
  auto access = [](Right right) { return static_cast<int>(right); };

  api.add({"GET", "/api/v1/campaigns", "listCampaigns", "Campaigns, newest first",
           access(Right::campaigns_read)},
          list_campaigns);
  api.add({"POST", "/api/v1/campaigns", "createCampaign", "Adds a draft",
           access(Right::campaigns_write), 2 << 20},
          create_campaign);
  api.add({"GET", "/api/v1/campaigns/{id}", "getCampaign", "One campaign",
           access(Right::campaigns_read)},
          get_campaign);
  api.add({"PATCH", "/api/v1/campaigns/{id}", "updateCampaign", "Changes a draft",
           access(Right::campaigns_write), 2 << 20},
          update_campaign);
  api.add({"DELETE", "/api/v1/campaigns/{id}", "deleteCampaign", "Removes a draft",
           access(Right::campaigns_write)},
          delete_campaign);
  api.add({"POST", "/api/v1/campaigns/{id}/copy", "copyCampaign", "Makes a draft like this one",
           access(Right::campaigns_write)},
          copy_campaign);
  api.add({"GET", "/api/v1/campaigns/{id}/review", "reviewCampaign",
           "What stands in the way, and who exactly would get it", access(Right::campaigns_read)},
          [environment](Ctx& ctx, const web::Path<web::IdPath>& path) {
            return review_campaign(ctx, environment, path);
          });
  // Messages of tests cost money and reach strangers: so many at once, then one a minute.
  auto sms_tests = std::make_shared<trust::Limiter>(40, std::chrono::minutes(1));
  api.add({"POST", "/api/v1/campaigns/{id}/test", "testCampaign", "Sends it to test addresses",
           access(Right::campaigns_write)},
          [environment, sms_tests](Ctx& ctx, const web::Path<web::IdPath>& path,
                                   const web::Body<TestRequest>& in) {
            return test_campaign(ctx, environment, *sms_tests, path, in);
          });
  api.add({"POST", "/api/v1/campaigns/{id}/send", "sendCampaign", "Sends it, now or at a time",
           access(Right::campaigns_send)},
          [environment](Ctx& ctx, const web::Path<web::IdPath>& path,
                        const web::Body<SendRequest>& in) {
            return send_campaign(ctx, environment, path, in);
          });
  auto turn = [&api, access](const char* verb, const char* id, const char* summary,
                             std::vector<CampaignState> from, CampaignState to,
                             const char* refusal) {
    api.add({"POST", std::string("/api/v1/campaigns/{id}/") + verb, id, summary,
             access(Right::campaigns_send)},
            [turn = Turn{verb, std::move(from), to, refusal}](Ctx& ctx,
                                                              const web::Path<web::IdPath>& path) {
              return turn_campaign(ctx, turn, path);
            });
  };
  using S = CampaignState;
  turn("pause", "pauseCampaign", "Stops sending within a second", {S::preparing, S::sending},
       S::paused, "Only a campaign that is being sent can be paused.");
  turn("resume", "resumeCampaign", "Goes on with a campaign that is paused, or was given up",
       {S::paused, S::failed}, S::sending, "This campaign is neither paused nor given up.");
  turn("cancel", "cancelCampaign", "Ends it; what was sent stays sent",
       {S::scheduled, S::preparing, S::sending, S::paused}, S::cancelled,
       "This campaign has ended already, or has not begun.");
  turn("retry-failed", "retryFailedCampaign", "Sends again to those whom the server refused",
       {S::sent}, S::sending, "Only a campaign that has ended can be tried again.");
  api.add({"GET", "/api/v1/campaigns/{id}/progress", "getCampaignProgress", "How far it is",
           access(Right::campaigns_read)},
          get_campaign_progress);
}

}  // namespace varde::outreach
