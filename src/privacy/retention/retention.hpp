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

/// A category of data, its rule and its last run.
struct CategoryView {
  std::string category, label, what;
  std::optional<int> months;  ///< None: kept until somebody erases it.
  std::optional<Timestamp> changed_at;
  std::optional<Timestamp> last_run_at;
  std::optional<std::int64_t> last_removed;
};
BOOST_DESCRIBE_STRUCT(CategoryView, (),
                      (category, label, what, months, changed_at, last_run_at, last_removed))
std::vector<CategoryView> retention_overview(trust::Ctx& ctx);

/// Applies the rules of an organisation now. Returns how many rows went.
std::int64_t apply_retention(trust::Base& base, const Uuid& tenant);

void add_retention_routes(trust::Api& api);
void add_retention_jobs(trust::Base& base, jobs::Workers& workers);
std::vector<trust::Table> retention_tables();

}  // namespace varde::privacy
