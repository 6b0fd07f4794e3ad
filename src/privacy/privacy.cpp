#include "privacy/privacy.hpp"

#include "privacy/erasure/erasure.hpp"
#include "privacy/request/request.hpp"

namespace varde::privacy {

trust::Module make_module(trust::Base& base) {
  trust::Module module;
  module.name = "privacy";
  module.hears = trust::Right::requests_handle;
  add_request_hooks(base);
  module.routes = [](trust::Api& api) {
    add_erasure_routes(api);
    add_request_routes(api);
  };
  module.pages = [&base](web::Router& router) { add_request_pages(base, router); };
  module.jobs = [&base](jobs::Workers& workers) { add_request_jobs(base, workers); };
  module.attention = requests_attention;
  module.claims = request_claims();
  return module;
}

}  // namespace varde::privacy
