#include "outreach/outreach.hpp"

#include "outreach/campaign/campaign.hpp"
#include "outreach/composer/composer.hpp"
#include "outreach/form/form.hpp"
#include "outreach/journey/journey.hpp"
#include "outreach/tracking/tracking.hpp"

namespace varde::outreach {

void add_report_routes(trust::Api& api);  // campaign/report.cpp

trust::Module make_module(trust::Base& base, const messaging::Environment& environment) {
  trust::Module module;
  module.name = "outreach";
  module.hears = trust::Right::campaigns_read;
  for (auto& tables : {composer_tables(), campaign_tables(), form_tables(), journey_tables()})
    trust::add_tables(base, tables);
  add_campaign_hooks(base);
  add_campaign_people_hooks(base);
  add_composer_hooks(base);
  add_tracking_hooks(base);
  add_form_hooks(base);
  add_journey_hooks(base);
  module.routes = [environment](trust::Api& api) {
    add_campaign_routes(api, environment);
    add_report_routes(api);
    add_composer_routes(api, environment);
    add_campaign_people_routes(api);
    add_form_routes(api);
    add_journey_routes(api);
  };
  module.pages = [&base](web::Router& router) {
    add_tracking_pages(base, router);
    add_composer_pages(base, router);
    add_form_pages(base, router);
  };
  module.jobs = [&base, environment](jobs::Workers& workers) {
    add_campaign_jobs(base, environment, workers);
    add_journey_jobs(base, workers);
  };
  module.attention = [](trust::Ctx& ctx) {
    auto out = campaigns_attention(ctx);
    for (auto& item : journeys_attention(ctx)) out.push_back(std::move(item));
    return out;
  };
  module.live_updates = [](trust::Ctx& ctx, Timestamp since) {
    auto out = live_campaigns(ctx, since);
    auto journeys = live_journeys(ctx, since);
    out.insert(out.end(), journeys.begin(), journeys.end());
    return out;
  };
  return module;
}

}  // namespace varde::outreach
