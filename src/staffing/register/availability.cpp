// When a substitute says that they can work.
#include "staffing/register/api.hpp"
#include "staffing/register/register.hpp"

#include "staffing/register/store.hpp"
#include "staffing/register/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/tenant/tenant.hpp"
#include "web/resource.hpp"

namespace varde::staffing {

using namespace store;
using trust::AuditEntry;
using trust::Ctx;
using trust::Right;

namespace {

constexpr std::int64_t kMostStatements = 500;

AvailabilityView view_of(const AvailabilityRecord& r) {
  AvailabilityView out{r.availability_id, r.kind,         r.from_date, r.until_date, {},
                       r.from_minute,     r.until_minute, r.created_at};
  for (int day = 1; day <= 7; ++day)
    if ((r.weekdays >> (day - 1)) & 1) out.weekdays.push_back(day);
  return out;
}

}  // namespace

Result<web::Page<AvailabilityView>> list_availability(Ctx& ctx,
                                                      const web::Path<web::IdPath>& path) {
  web::Page<AvailabilityView> page;
  auto today = trust::tenant_today(ctx);
  if (!today) return not_found("This organisation does not exist any more.");
  for (const auto& r : ctx.tx().all<AvailabilityRecord>(kSubstituteAvailability, path->id, *today))
    page.items.push_back(view_of(r));
  if (page.items.empty() && !ctx.tx().maybe<SubstituteRecord>(kSubstituteOne, path->id))
    return not_found("This person is not a substitute, or was erased.");
  return page;
}

Result<web::Created<AvailabilityView>> create_availability(Ctx& ctx,
                                                           const web::Path<web::IdPath>& path,
                                                           const web::Body<AvailabilityInput>& in) {
  web::Errors errors;
  AvailabilityRecord r{ctx.tenant,
                       Uuid::make(),
                       path->id,
                       in->kind,
                       in->from_date,
                       in->until_date,
                       127,
                       in->from_minute.value_or(0),
                       in->until_minute.value_or(1440),
                       now()};
  if (r.until_date < r.from_date)
    errors.push_back({"/until_date", "must not be before from_date."});
  if (std::chrono::sys_days(r.until_date) - std::chrono::sys_days(r.from_date) >
      std::chrono::days(3 * 366))
    errors.push_back({"/until_date", "must be at most three years after from_date."});
  if (in->weekdays) {
    r.weekdays = 0;
    for (int day : *in->weekdays) {
      if (day < 1 || day > 7) {
        errors.push_back({"/weekdays", "are numbers from 1 (Monday) to 7."});
        break;
      }
      r.weekdays |= 1 << (day - 1);
    }
    if (r.weekdays == 0) errors.push_back({"/weekdays", "Name at least one day."});
  }
  if (r.from_minute < 0 || r.from_minute >= 1440)
    errors.push_back({"/from_minute", "must be from 0 to 1439."});
  if (r.until_minute < 0 || r.until_minute > 1440 || r.until_minute == r.from_minute)
    errors.push_back({"/until_minute", "must be from 0 to 1440, and another than from_minute."});
  if (!errors.empty()) return web::wrong_fields(std::move(errors));
  if (!ctx.tx().maybe<SubstituteRecord>(kSubstituteLock, path->id))
    return not_found("This person is not a substitute, or was erased.");
  if (ctx.tx().one<std::int64_t>(kSubstituteCountAvailability, path->id) >= kMostStatements)
    return make_error(ErrorCode::conflict,
                      fmt::format("There are {} statements already. Remove old ones, or "
                                  "say it with a weekly pattern.",
                                  kMostStatements));
  ctx.tx().insert_many("availability", std::vector{r});
  record(ctx, AuditEntry{"availability.create", "substitute", path->id, path->id});
  return web::Created<AvailabilityView>{view_of(r),
                                        "/api/v1/substitutes/" + path->id.str() + "/availability"};
}

Result<Done> delete_availability(Ctx& ctx, const web::Path<StatementPath>& path) {
  if (ctx.tx().query(kSubstituteDeleteAvailability, path->id, path->statement).affected() == 0)
    return not_found("This statement does not exist any more.");
  record(ctx, AuditEntry{"availability.delete", "substitute", path->id, path->id});
  return Done{};
}

}  // namespace varde::staffing
