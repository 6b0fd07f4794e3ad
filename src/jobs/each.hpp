// Work for one organisation after the other, in one job.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "db/closed.hpp"
#include "jobs/queue.hpp"

namespace varde::jobs {

/// Does `work` for each, also where it throws for one: the others are not to wait for what is
/// damaged. Whom it failed for is logged, and the job fails at the end, so that it is seen and
/// tried again. An organisation that is closed at this moment has its turn the next time. Throws
/// db::Unavailable when the database is away rather than one organisation's rows; ends early when
/// the program stops.
inline Result<Outcome> for_each_tenant(std::string_view kind, const std::vector<Uuid>& tenants,
                                       const std::function<void(const Uuid&)>& work) {
  std::size_t failed = 0;
  bool away = false;
  auto note = [&](const Uuid& tenant, const char* what) {
    ++failed;
    log::warning("A job failed for one organisation; it goes on with the others",
                 {{"kind", kind}, {"tenant_id", tenant}, {"what", what}});
  };
  for (const auto& tenant : tenants) {
    if (Workers::stopping()) break;
    try {
      work(tenant);
      away = false;
    } catch (const net::Stopped&) {
      throw;
    } catch (const db::Closed&) {
      continue;
    } catch (const db::Unavailable& e) {
      if (std::exchange(away, true)) throw;  // twice in a row it is everybody's
      note(tenant, e.what());
    } catch (const std::exception& e) {
      away = false;
      note(tenant, e.what());
    }
  }
  if (failed == 0) return Outcome::done();
  return Error{ErrorCode::unavailable,
               fmt::format("It failed for {} of {} organisations; the log says which", failed,
                           tenants.size()),
               {},
               {},
               0};
}

}  // namespace varde::jobs
