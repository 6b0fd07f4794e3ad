#include "outreach/outreach.hpp"

#include "outreach/campaign/campaign.hpp"
#include "outreach/channel/channel.hpp"
#include "outreach/delivery/delivery.hpp"

namespace varde::outreach {

trust::Module make_module(trust::Base& base, const Environment& environment) {
  trust::Module module;
  module.name = "outreach";
  add_channel_hooks();
  add_campaign_hooks();
  module.routes = [environment](trust::Api& api) {
    add_channel_routes(api);
    add_campaign_routes(api, environment);
    // Forms: add_form_routes(api). Journeys: add_journey_routes(api).
  };
  module.pages = [](web::Router& router) {
    (void)router;
    // Forms: add_form_pages(base, router).
  };
  module.jobs = [&base, environment](jobs::Workers& workers) {
    add_delivery_jobs(base, environment, workers);
    add_campaign_jobs(base, environment, workers);
    // Journeys: add_journey_jobs(base, workers).
  };
  return module;
}

}  // namespace varde::outreach
