#include "operate/operate.hpp"

#include "operate/backup/backup.hpp"
#include "operate/evidence/evidence.hpp"

namespace varde::operate {

using trust::Data;

trust::Module make_module(trust::Base&, const Environment& environment) {
  trust::Module module;
  module.name = "operate";
  module.hears = trust::Right::settings_manage;
  module.routes = [environment](trust::Api& api) {
    add_backup_routes(api, environment);
    add_evidence_routes(api, environment);
  };
  module.jobs = [environment](jobs::Workers& workers) { add_backup_jobs(environment, workers); };
  module.attention = [environment](trust::Ctx&) { return backups_attention(environment); };
  module.claims = {
      trust::nothing_personal("restore_point", {"point_id", "name", "at", "lsn", "timeline"}),
      trust::nothing_personal("restore_point_state", {"tenant_id", "point_id", "head_size",
                                                      "head_note", "tables", "least", "most"}),
      trust::nothing_personal(
          "drill", {"drill_id", "started_at", "ended_at", "point_at", "passed", "findings"}),
      trust::nothing_personal("tenant_rest", {"tenant_id", "until"}),
  };
  return module;
}

}  // namespace varde::operate
