#include "operate/work/work.hpp"

#include "base/alarms.hpp"
#include "jobs/queue.hpp"
#include "operate/work/store_sql.hpp"
#include "trust/audit.hpp"
#include "web/resource.hpp"

namespace varde::operate {

using trust::AuditEntry;
using trust::Ctx;
using trust::Right;

namespace {

Error gone() { return not_found("There is no such piece of work that was given up."); }

enum class JobState { failed };
BOOST_DESCRIBE_ENUM(JobState, failed)
struct JobsQuery {
  std::optional<JobState> state;
  std::optional<int> limit;
};
BOOST_DESCRIBE_STRUCT(JobsQuery, (), (state, limit))

}  // namespace

std::vector<FailedJob> failed_jobs(trust::Base& base, std::optional<Uuid> tenant, int limit) {
  return base.database.system().all<FailedJob>(store::kWorkFailed, tenant, limit);
}

Result<void> retry_job(trust::Base& base, const Uuid& id, std::optional<Uuid> tenant) {
  auto tx = base.database.system();
  if (tx.query(store::kWorkRetry, id, tenant, now()).affected() == 0) return gone();
  tx.later(store::kWorkNotify);
  tx.commit();
  return {};
}

Result<void> drop_job(trust::Base& base, const Uuid& id, std::optional<Uuid> tenant) {
  auto tx = base.database.system();
  if (tx.query(store::kWorkDrop, id, tenant).affected() == 0) return gone();
  tx.commit();
  return {};
}

namespace {

Result<web::Page<FailedJob>> list_jobs(Ctx& ctx, const web::Query<JobsQuery>& query) {
  return web::Page<FailedJob>{
      failed_jobs(ctx.base, ctx.tenant, web::page_limit(query->limit)), {}, {}};
}

Result<Done> retry_job_route(Ctx& ctx, const web::Path<web::IdPath>& path) {
  VARDE_CHECK(retry_job(ctx.base, path->id, ctx.tenant));
  record(ctx, AuditEntry{"job.retry", "job", path->id});
  return Done{};
}

Result<Done> drop_job_route(Ctx& ctx, const web::Path<web::IdPath>& path) {
  VARDE_CHECK(drop_job(ctx.base, path->id, ctx.tenant));
  record(ctx, AuditEntry{"job.drop", "job", path->id});
  return Done{};
}

}  // namespace

void add_work_routes(trust::Api& api) {
  auto right = static_cast<int>(Right::settings_manage);
  api.add({"GET", "/api/v1/jobs", "listJobs", "Work in the background that was given up", right},
          list_jobs);
  api.add({"POST", "/api/v1/jobs/{id}/retry", "retryJob", "Tries it again", right},
          retry_job_route);
  api.add({"DELETE", "/api/v1/jobs/{id}", "dropJob", "Forgets it: what it was to do is not done",
           right},
          drop_job_route);
}

std::vector<trust::Attention> alarms_attention(Ctx& ctx) {
  std::vector<trust::Attention> out;
  auto show = [&](const std::vector<alarms::Alarm>& some) {
    for (const auto& alarm : some)
      out.push_back({"alarm_" + alarm.kind, alarm.text, alarm.href.empty() ? "/" : alarm.href, 1});
  };
  show(alarms::standing(ctx.tenant));
  auto of_all = alarms::standing(std::nullopt);
  if (!of_all.empty() && ctx.actor.kind == trust::ActorKind::user &&
      ctx.base.database.system().maybe<bool>(store::kWorkSees, ctx.actor.id).value_or(false) &&
      ctx.role == trust::Role::administrator)
    show(of_all);
  return out;
}

}  // namespace varde::operate
