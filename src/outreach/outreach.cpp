#include "outreach/outreach.hpp"

namespace varde::outreach {

trust::Module make_module(trust::Base& base, const Environment& environment) {
  trust::Module module;
  module.name = "outreach";
  (void)base;
  (void)environment;
  module.routes = [](trust::Api& api) {
    (void)api;
    // forms: add_form_routes(api);
    // journeys: add_journey_routes(api);
  };
  module.pages = [](web::Router& router) {
    (void)router;
    // forms: add_form_pages(base, router);
  };
  module.jobs = [](jobs::Workers& workers) {
    (void)workers;
    // journeys: add_journey_jobs(base, workers);
  };
  return module;
}

}  // namespace varde::outreach
