// Retention: rules by category ("answers to forms 24 months"), what a rule would remove, and the
// run that applies them every night, in batches, each run an entry of the trail.
//
// The categories are the modules' (trust/retention.hpp). Without a rule a category is kept until
// somebody erases it: forgetting by default would surprise more than it protects, so the console
// says instead what has no rule.
#pragma once

#include "jobs/queue.hpp"
#include "trust/module.hpp"

namespace varde::privacy {

/// Applies the rules of an organisation now. Returns how many rows went.
std::int64_t apply_retention(trust::Base& base, const Uuid& tenant);

void add_retention_routes(trust::Api& api);
void add_retention_jobs(trust::Base& base, jobs::Workers& workers);
std::vector<trust::Claim> retention_claims();

}  // namespace varde::privacy
