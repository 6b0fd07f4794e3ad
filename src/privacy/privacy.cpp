#include "privacy/privacy.hpp"

#include "privacy/contract/contract.hpp"
#include "privacy/erasure/erasure.hpp"
#include "privacy/request/request.hpp"
#include "privacy/retention/retention.hpp"

namespace varde::privacy {

trust::Module make_module(trust::Base& base) {
  trust::Module module;
  module.name = "privacy";
  module.hears = trust::Right::requests_handle;
  for (auto& tables : {request_tables(), retention_tables(), contract_tables()})
    trust::add_tables(base, tables);
  add_request_hooks(base);
  module.routes = [](trust::Api& api) {
    add_erasure_routes(api);
    add_request_routes(api);
    add_retention_routes(api);
    add_contract_routes(api);
  };
  module.pages = [&base](web::Router& router) {
    add_request_pages(base, router);
    add_contract_pages(base, router);
  };
  module.jobs = [&base](jobs::Workers& workers) {
    add_request_jobs(base, workers);
    add_retention_jobs(base, workers);
    add_contract_jobs(base, workers);
  };
  module.attention = requests_attention;
  return module;
}

}  // namespace varde::privacy
