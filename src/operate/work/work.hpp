// Work in the background that was given up (jobs/queue.hpp), for whoever can see to it: an
// organisation's administrators its own, the operator all of it with `varde jobs`.
//
// What belongs to something with a state of its own (a campaign, an import) is shown there as
// failed, with its button, and not here.
#pragma once

#include "trust/module.hpp"

namespace varde::operate {

struct FailedJob {
  Uuid id;
  std::string kind;  ///< "journey.run"
  std::optional<Uuid> tenant_id;
  Timestamp created_at, failed_at;
  std::string error;  ///< What the last attempt ended with.
};
BOOST_DESCRIBE_STRUCT(FailedJob, (), (id, kind, tenant_id, created_at, failed_at, error))

/// The newest first, at most `limit`; of one organisation, or (nullopt) of all.
std::vector<FailedJob> failed_jobs(trust::Base& base, std::optional<Uuid> tenant, int limit);
/// Has it tried again, ten times more. Errors: not_found.
Result<void> retry_job(trust::Base& base, const Uuid& id, std::optional<Uuid> tenant);
/// Forgets it: what it was to do is not done. Errors: not_found.
Result<void> drop_job(trust::Base& base, const Uuid& id, std::optional<Uuid> tenant);

void add_work_routes(trust::Api& api);
/// What is wrong and lasts (base/alarms.hpp), as far as it concerns the context's tenant; of the
/// installation too, for its operators and where there is one organisation alone.
std::vector<trust::Attention> alarms_attention(trust::Ctx& ctx);

}  // namespace varde::operate
