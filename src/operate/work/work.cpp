#include "operate/work/work.hpp"

#include "base/alarms.hpp"
#include "jobs/queue.hpp"
#include "trust/audit.hpp"
#include "web/resource.hpp"

namespace varde::operate {

using trust::AuditEntry;
using trust::Ctx;
using trust::Right;

namespace {

constexpr db::Sql kFailed{"work.failed",
                          "SELECT job_id AS id, kind, tenant_id, created_at, failed_at, error FROM "
                          "job WHERE failed_at IS NOT NULL AND ($1::uuid IS NULL OR tenant_id = "
                          "$1) ORDER BY failed_at DESC LIMIT $2"};
constexpr db::Sql kRetry{
    "work.retry",
    "UPDATE job SET failed_at = NULL, attempts = 0, outages = 0, run_at = $3 WHERE job_id = $1 AND "
    "($2::uuid IS NULL OR tenant_id = $2) AND failed_at IS NOT NULL"};
constexpr db::Sql kDrop{"work.drop",
                        "DELETE FROM job WHERE job_id = $1 AND ($2::uuid IS NULL OR tenant_id = "
                        "$2) AND failed_at IS NOT NULL"};
constexpr db::Sql kNotify{"work.notify", "SELECT pg_notify('varde_jobs', '')"};
constexpr db::Sql kSees{"work.sees",
                        "SELECT operator OR (SELECT count(*) FROM tenant) = 1 FROM account WHERE "
                        "account_id = $1"};

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
  return base.database.system().all<FailedJob>(kFailed, tenant, limit);
}

Result<void> retry_job(trust::Base& base, const Uuid& id, std::optional<Uuid> tenant) {
  auto tx = base.database.system();
  if (tx.query(kRetry, id, tenant, now()).affected() == 0) return gone();
  tx.later(kNotify);
  tx.commit();
  return {};
}

Result<void> drop_job(trust::Base& base, const Uuid& id, std::optional<Uuid> tenant) {
  auto tx = base.database.system();
  if (tx.query(kDrop, id, tenant).affected() == 0) return gone();
  tx.commit();
  return {};
}

void add_work_routes(trust::Api& api) {
  auto right = static_cast<int>(Right::settings_manage);
  api.add({"GET", "/api/v1/jobs", "listJobs", "Work in the background that was given up", right},
          [](Ctx& ctx, const web::Query<JobsQuery>& query) -> Result<web::Page<FailedJob>> {
            return web::Page<FailedJob>{
                failed_jobs(ctx.base, ctx.tenant, web::page_limit(query->limit)), {}, {}};
          });
  api.add({"POST", "/api/v1/jobs/{id}/retry", "retryJob", "Tries it again", right},
          [](Ctx& ctx, const web::Path<web::IdPath>& path) -> Result<Done> {
            VARDE_CHECK(retry_job(ctx.base, path->id, ctx.tenant));
            record(ctx, AuditEntry{"job.retry", "job", path->id});
            return Done{};
          });
  api.add({"DELETE", "/api/v1/jobs/{id}", "dropJob", "Forgets it: what it was to do is not done",
           right},
          [](Ctx& ctx, const web::Path<web::IdPath>& path) -> Result<Done> {
            VARDE_CHECK(drop_job(ctx.base, path->id, ctx.tenant));
            record(ctx, AuditEntry{"job.drop", "job", path->id});
            return Done{};
          });
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
      ctx.base.database.system().maybe<bool>(kSees, ctx.actor.id).value_or(false) &&
      ctx.role == trust::Role::administrator)
    show(of_all);
  return out;
}

}  // namespace varde::operate
