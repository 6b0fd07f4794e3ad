#include "people/people.hpp"

#include "people/catalogue/catalogue.hpp"
#include "people/person/damage.hpp"
#include "people/person/person.hpp"
#include "people/segment/segment.hpp"
#include "people/subject/subject.hpp"
#include "people/transfer/transfer.hpp"

namespace varde::people {

trust::Module make_module(trust::Base& base) {
  trust::Module module;
  module.name = "people";
  module.hears = trust::Right::persons_read;
  for (auto& tables : {person_tables(), catalogue_tables(), segment_tables(), transfer_tables()})
    trust::add_tables(base, tables);
  add_catalogue_hooks(base);
  add_person_hooks(base);
  add_subject_hooks(base);
  add_segment_hooks(base);
  add_transfer_hooks(base);
  module.routes = [](trust::Api& api) {
    add_catalogue_routes(api);
    add_person_routes(api);
    add_segment_routes(api);
    add_transfer_routes(api);
  };
  module.jobs = [&base](jobs::Workers& workers) {
    add_person_jobs(base, workers);
    add_transfer_jobs(base, workers);
  };
  module.attention = [](trust::Ctx& ctx) {
    look_again_at_damaged(ctx);
    return imports_attention(ctx);
  };
  module.setup = [](trust::Ctx& ctx) {
    return std::vector<trust::SetupStep>{{"import", any_person(ctx), "Import your people"}};
  };
  module.live_updates = live_imports;
  return module;
}

}  // namespace varde::people
