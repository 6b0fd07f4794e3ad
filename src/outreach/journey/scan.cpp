// Who comes to meet the segment or the date that a journey waits for.
#include "outreach/journey/internal.hpp"
#include "outreach/journey/store_sql.hpp"
#include "people/segment/segment.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;
namespace json = boost::json;

namespace {

constexpr int kMostDaysBack = 31;  // that a date is still met after

// Lets in, batch by batch, who meets `conditions` now and does not meet `entered`, a condition on
// her runs r of this journey.
template <class Conditions>
void let_in(Ctx& ctx, const Plan& plan, const std::string& occasion, const std::string& zone,
            const Conditions& conditions, const std::string& entered) {
  for (bool more = true; more;) {
    people::Query query;
    query.where("p.state = 1");
    if (!conditions(query)) return;
    auto runs =
        "SELECT 1 FROM journey_run r WHERE r.tenant_id = {tenant} AND r.person_id = p.person_id "
        "AND "
        "r.journey_id = " +
        query.bind(plan.record.journey_id);
    if (plan.record.reentry)
      runs += " AND " + (entered.empty() ? "r.entry_key = " + query.bind(occasion) : entered);
    query.where("NOT EXISTS (" + runs + ")");
    auto persons = query
                       .run(ctx, "SELECT p.person_id FROM person p",
                            " LIMIT " + query.bind(std::int64_t{kJourneyBatch}))
                       .all<Uuid>();
    more = std::ssize(persons) == kJourneyBatch;
    std::vector<NewRun> entering;
    for (const auto& person : persons)
      entering.push_back(new_run(ctx, plan, person, occasion, 0, zone));
    enter(ctx, entering);
    ctx.commit();
  }
}

void scan_segment(Ctx& ctx, const Plan& plan, const std::string& zone) {
  auto segment = people::find_segment(ctx, *plan.record.trigger_ref);
  if (!segment) return;
  if (plan.record.reentry) {
    people::Query left;
    left.where(
        "r.tenant_id = {tenant} AND p.person_id = r.person_id AND r.outside_at IS NULL AND "
        "r.journey_id = " +
        left.bind(plan.record.journey_id));
    json::object outside{{"op", "and"}, {"not", true}, {"rules", json::array{segment->conditions}}};
    if (!people::add_conditions(ctx, outside, left)) return;
    left.run(ctx, "UPDATE journey_run r SET outside_at = " + left.bind(now()) + " FROM person p");
  }
  auto at = std::chrono::floor<std::chrono::seconds>(now()).time_since_epoch().count();
  let_in(
      ctx, plan, fmt::format("segment:{}", at), zone,
      [&](people::Query& query) {
        return static_cast<bool>(people::add_conditions(ctx, segment->conditions, query));
      },
      "r.outside_at IS NULL");
}

// From the day after the last one that was looked at, at most a month back: nobody misses a day
// because the program was away.
void scan_dates(Ctx& ctx, const Plan& plan, const std::string& zone) {
  using std::chrono::days;
  auto day_of = [&](Timestamp at) { return std::chrono::floor<days>(to_local(at, zone)); };
  auto at = now();
  auto today = day_of(at), day = today;
  if (plan.record.checked_at)
    day = std::clamp(day_of(*plan.record.checked_at) + days(1), today - days(kMostDaysBack), today);
  for (; day <= today; day += days(1)) {
    auto wanted = day.time_since_epoch().count() + plan.trigger.days_before.value_or(0);
    let_in(
        ctx, plan, fmt::format("date:{}", wanted), zone,
        [&](people::Query& query) {
          query.where(
              "EXISTS (SELECT 1 FROM person_attribute x WHERE x.tenant_id = {tenant} AND "
              "x.person_id = "
              "p.person_id AND "
              "x.attribute_id = " +
              query.bind(*plan.record.trigger_ref) +
              " AND x.number_value = " + query.bind(static_cast<double>(wanted)) + ")");
          return true;
        },
        "");
  }
  if (!plan.record.checked_at || day_of(*plan.record.checked_at) < today) {
    ctx.tx().query(kJourneyChecked, plan.record.journey_id, at);
    ctx.commit();
  }
}

}  // namespace

void scan_tenant(trust::Base& base, const Uuid& tenant) {
  Ctx ctx(base, tenant, {trust::ActorKind::journey, {}});
  auto zone = trust::tenant_settings(ctx).time_zone;
  for (auto kind : {TriggerKind::segment_entered, TriggerKind::date})
    for (auto& record : ctx.tx().all<JourneyRecord>(kJourneyOfKind, kind)) {
      if (!record.trigger_ref) continue;
      auto plan = plan_of(record);
      kind == TriggerKind::date ? scan_dates(ctx, plan, zone) : scan_segment(ctx, plan, zone);
    }
  ctx.rollback();
}

}  // namespace varde::outreach
