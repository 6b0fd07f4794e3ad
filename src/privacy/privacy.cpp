#include "privacy/privacy.hpp"

#include "privacy/erasure/erasure.hpp"
#include "privacy/retention/retention.hpp"

namespace varde::privacy {

trust::Module make_module(trust::Base& base) {
  trust::Module module;
  module.name = "privacy";
  module.hears = trust::Right::audit_read;
  module.routes = [](trust::Api& api) {
    add_erasure_routes(api);
    add_retention_routes(api);
  };
  module.jobs = [&base](jobs::Workers& workers) { add_retention_jobs(base, workers); };
  module.claims = retention_claims();
  return module;
}

}  // namespace varde::privacy
