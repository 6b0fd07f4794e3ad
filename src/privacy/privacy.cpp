#include "privacy/privacy.hpp"

#include "privacy/erasure/erasure.hpp"

namespace varde::privacy {

trust::Module make_module(trust::Base&) {
  trust::Module module;
  module.name = "privacy";
  module.hears = trust::Right::audit_read;
  module.routes = [](trust::Api& api) { add_erasure_routes(api); };
  return module;
}

}  // namespace varde::privacy
