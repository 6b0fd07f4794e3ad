#include "operate/operate.hpp"

#include "operate/backup/backup.hpp"
#include "operate/evidence/evidence.hpp"
#include "operate/witness/witness.hpp"
#include "operate/work/work.hpp"

namespace varde::operate {

std::vector<trust::Table> tables() {
  auto out = backup_tables();
  for (auto& table : witness_tables()) out.push_back(std::move(table));
  return out;
}

trust::Module make_module(trust::Base& base, const Environment& environment) {
  trust::Module module;
  module.name = "operate";
  module.hears = trust::Right::evidence_read;
  module.routes = [environment](trust::Api& api) {
    add_backup_routes(api, environment);
    add_evidence_routes(api, environment);
    add_head_mail_routes(api);
    add_work_routes(api);
  };
  module.jobs = [&base, environment](jobs::Workers& workers) {
    add_backup_jobs(environment, workers);
    add_witness_jobs(base, environment.witness_url, workers);
  };
  module.attention = [environment](trust::Ctx& ctx) {
    auto out = backups_attention(environment);
    for (auto& item : witness_attention(ctx, environment.witness_url))
      out.push_back(std::move(item));
    return out;
  };
  trust::add_tables(base, tables());
  return module;
}

}  // namespace varde::operate
