#include "operate/operate.hpp"

#include "operate/backup/backup.hpp"
#include "operate/evidence/evidence.hpp"
#include "operate/witness/witness.hpp"
#include "operate/work/work.hpp"

namespace varde::operate {

using trust::Data;

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
  add_witness_hooks(base);
  module.claims = {
      trust::nothing_personal(
          "restore_point",
          {"point_id", "name", "at", "lsn", "timeline", "tables", "columns", "digested", "salt",
           "keys_name", "keys_at", "keys_lsn", "keys_timeline", "keys_root"}),
      trust::nothing_personal("restore_point_state",
                              {"tenant_id", "point_id", "head_size", "head_note", "tables", "least",
                               "most", "digests"}),
      trust::nothing_personal("drill", {"drill_id", "started_at", "ended_at", "point_at", "passed",
                                        "findings", "contents", "keys_at", "keys", "opened"}),
      trust::nothing_personal("tenant_rest", {"tenant_id", "until"}),
  };
  for (auto& claim : witness_claims()) module.claims.push_back(std::move(claim));
  return module;
}

}  // namespace varde::operate
