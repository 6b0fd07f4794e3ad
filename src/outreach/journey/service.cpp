#include "outreach/journey/api.hpp"
#include "outreach/journey/internal.hpp"
#include "outreach/journey/store_sql.hpp"
#include "people/segment/segment.hpp"
#include "trust/audit.hpp"
#include "trust/names.hpp"
#include "trust/tenant/tenant.hpp"
#include "trust/words.hpp"
#include "web/resource.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;
using trust::Right;
namespace json = boost::json;

namespace {

std::map<Uuid, JourneyCounts> counts_of(Ctx& ctx, const std::vector<Uuid>& ids) {
  std::map<Uuid, JourneyCounts> out;
  auto rows = ctx.tx().query(kJourneyCountRuns, ids);
  for (int i = 0; i < rows.size(); ++i) {
    auto& counts = out[rows.get<Uuid>(i, 0)];
    auto number = rows.get<std::int64_t>(i, 2);
    counts.entered += number;
    switch (rows.get<RunState>(i, 1)) {
      case RunState::active:
        counts.active += number;
        break;
      case RunState::finished:
        counts.finished += number;
        break;
      case RunState::failed:
        counts.failed += number;
        break;
      case RunState::left:
        break;
    }
  }
  return out;
}

Journey view(const JourneyRecord& record, const JourneyCounts& counts) {
  auto plan = plan_of(record);
  return {record.journey_id, record.name,  record.state, plan.trigger,   record.reentry,
          plan.steps,        record.start, counts,       record.version, record.updated_at};
}

Result<Journey> view(Ctx& ctx, const Uuid& id) {
  auto record = ctx.tx().maybe<JourneyRecord>(kJourneyOne, id);
  if (!record) return not_found("This journey does not exist any more.");
  return view(*record, counts_of(ctx, {id})[id]);
}

}  // namespace

Result<web::Page<Journey>> list_journeys(Ctx& ctx) {
  auto records = ctx.tx().all<JourneyRecord>(kJourneyAll);
  std::vector<Uuid> ids;
  for (const auto& record : records) ids.push_back(record.journey_id);
  auto counts = counts_of(ctx, ids);
  web::Page<Journey> page;
  for (const auto& record : records) page.items.push_back(view(record, counts[record.journey_id]));
  return page;
}

Result<web::Created<Journey>> create_journey(Ctx& ctx, const web::Body<JourneyInput>& in) {
  if (!in->name) return bad_input("/name", "is required.");
  auto trigger = in->trigger.value_or(TriggerInput{});
  auto steps = in->steps.value_or(std::vector<Step>{});
  auto start = in->start ? in->start->value : steps.empty() ? "" : steps.front().id.value;
  auto errors = check(ctx, trigger, steps, start, false);
  if (!errors.empty())
    return Error{ErrorCode::bad_input, "Some steps are not right.", std::move(errors), {}, 0};
  auto id = Uuid::make();
  ctx.tx().later(kJourneyInsert, id, in->name->value,
                 db::Json{json::serialize(web::write(trigger))}, trigger.kind, ref_of(ctx, trigger),
                 db::Json{json::serialize(web::write(steps))}, start, in->reentry.value_or(false),
                 now());
  trust::record(ctx, trust::AuditEntry{"journey.create", "journey", id});
  VARDE_TRY(auto out, view(ctx, id));
  return web::Created<Journey>{std::move(out), "/api/v1/journeys/" + id.str()};
}

Result<Journey> get_journey(Ctx& ctx, const web::Path<web::IdPath>& path) {
  return view(ctx, path->id);
}

Result<Journey> update_journey(Ctx& ctx, const web::Path<web::IdPath>& path,
                               const web::IfMatch& match, const web::Body<JourneyInput>& in) {
  auto record = ctx.tx().maybe<JourneyRecord>(kJourneyOne, path->id);
  if (!record) return not_found("This journey does not exist any more.");
  auto plan = plan_of(*record);
  if (in->trigger) plan.trigger = *in->trigger;
  if (in->steps) plan.steps = *in->steps;
  auto start = in->start                             ? in->start->value
               : plan.find(record->start) != nullptr ? record->start
               : plan.steps.empty()                  ? ""
                                                     : plan.steps.front().id.value;
  auto errors = check(ctx, plan.trigger, plan.steps, start, record->state == JourneyState::running);
  if (!errors.empty())
    return Error{ErrorCode::bad_input, "Some steps are not right.", std::move(errors), {}, 0};
  if (ctx.tx()
          .query(kJourneyUpdate, path->id, match.or_current(record->version),
                 in->name ? in->name->value : record->name,
                 db::Json{json::serialize(web::write(plan.trigger))}, plan.trigger.kind,
                 ref_of(ctx, plan.trigger), db::Json{json::serialize(web::write(plan.steps))},
                 start, in->reentry.value_or(record->reentry), now())
          .affected() == 0)
    return web::changed_meanwhile("this journey");
  if (in->state == JourneyState::archived || in->state == JourneyState::paused)
    ctx.tx().later(kJourneyState, path->id, *in->state, now());
  trust::record(ctx, trust::AuditEntry{"journey.update", "journey", path->id});
  return view(ctx, path->id);
}

Result<Done> delete_journey(Ctx& ctx, const web::Path<web::IdPath>& path) {
  if (ctx.tx().query(kJourneyDelete, path->id).affected() == 0)
    return not_found("This journey does not exist any more.");
  trust::record(ctx, trust::AuditEntry{"journey.delete", "journey", path->id});
  return Done{};
}

Result<Journey> start_journey(Ctx& ctx, const web::Path<web::IdPath>& path) {
  auto record = ctx.tx().maybe<JourneyRecord>(kJourneyOne, path->id);
  if (!record) return not_found("This journey does not exist any more.");
  auto plan = plan_of(*record);
  auto errors = check(ctx, plan.trigger, plan.steps, record->start, true);
  if (!errors.empty())
    return Error{
        ErrorCode::bad_input, "The journey is not complete yet.", std::move(errors), {}, 0};
  ctx.tx().later(kJourneyState, path->id, JourneyState::running, now());
  trust::record(ctx, trust::AuditEntry{"journey.start", "journey", path->id});
  wake(ctx);
  return view(ctx, path->id);
}

Result<Journey> pause_journey(Ctx& ctx, const web::Path<web::IdPath>& path) {
  if (ctx.tx().query(kJourneyState, path->id, JourneyState::paused, now()).affected() == 0)
    return not_found("This journey does not exist any more.");
  trust::record(ctx, trust::AuditEntry{"journey.pause", "journey", path->id});
  return view(ctx, path->id);
}

Result<JourneySteps> get_journey_steps(Ctx& ctx, const web::Path<web::IdPath>& path) {
  auto active = ctx.tx().later(kJourneyStepActive, path->id);
  auto done = ctx.tx().query(kJourneyStepDone, path->id);
  auto record = ctx.tx().maybe<JourneyRecord>(kJourneyOne, path->id);
  if (!record) return not_found("This journey does not exist any more.");
  std::map<std::string, StepCounts> counts;
  for (int i = 0; i < done.size(); ++i)
    counts[done.get<std::string>(i, 0)].done = done.get<std::int64_t>(i, 1);
  for (int i = 0; i < active.rows().size(); ++i) {
    auto& entry = counts[active.rows().get<std::string>(i, 0)];
    auto state = active.rows().get<RunState>(i, 1);
    if (state == RunState::active) entry.active = active.rows().get<std::int64_t>(i, 2);
    if (state == RunState::failed) entry.failed = active.rows().get<std::int64_t>(i, 2);
  }
  JourneySteps out;
  for (const auto& step : plan_of(*record).steps) {
    auto entry = counts[step.id.value];
    entry.id = step.id.value;
    entry.entered = entry.done + entry.active + entry.failed;
    out.steps.push_back(entry);
  }
  return out;
}

Result<DryRun> dry_run_journey(Ctx& ctx, const web::Path<web::IdPath>& path,
                               const web::Body<DryRunRequest>& in) {
  auto record = ctx.tx().maybe<JourneyRecord>(kJourneyOne, path->id);
  if (!record) return not_found("This journey does not exist any more.");
  if (people::load(ctx, {in->person_id}, false).empty())
    return bad_input("/person_id", "This person does not exist.");
  auto plan = plan_of(*record);
  auto zone = trust::tenant_settings(ctx).time_zone;
  DryRun out;
  auto at = now();
  auto id = record->start;
  for (std::size_t i = 0; i < kMaxSteps && !id.empty(); ++i) {
    const auto* step = plan.find(id);
    if (step == nullptr) break;
    at = due(*step, at, zone);
    DryRunStep entry{id, step->kind, behaviour_of(step->kind).describe(*step), at, ""};
    auto next = target(step->next);
    if (step->kind == StepKind::branch) {
      people::Query query;
      query.where("p.person_id = " + query.bind(in->person_id));
      VARDE_CHECK(people::add_conditions(ctx, step->conditions.value_or(nullptr), query));
      bool yes = !query.run(ctx, "SELECT p.person_id FROM person p").empty();
      entry.would =
          yes ? "go the way of yes, as things are now" : "go the way of no, as things are now";
      next = yes ? target(step->yes) : target(step->no);
    } else if (step->kind == StepKind::wait || step->kind == StepKind::wait_until) {
      entry.would = "continue on " + trust::in_words(at, trust::tenant_settings(ctx).time_zone);
    } else {
      entry.would = behaviour_of(step->kind).describe(*step);
    }
    out.path.push_back(std::move(entry));
    id = next;
  }
  return out;
}

Result<web::Page<JourneyRun>> list_journey_runs(Ctx& ctx, const web::Path<web::IdPath>& path,
                                                const web::Query<RunQuery>& query) {
  VARDE_TRY(auto before, web::read_before(query->cursor));
  auto limit = web::page_limit(query->limit);
  auto state =
      query->state ? std::optional(static_cast<std::int64_t>(*query->state)) : std::nullopt;
  auto records =
      ctx.tx().all<RunRecord>(kJourneyRuns, path->id, query->step, state, before, limit + 1);
  if (records.empty() && !ctx.tx().maybe<JourneyRecord>(kJourneyOne, path->id))
    return not_found("This journey does not exist any more.");
  web::Page<JourneyRun> page;
  page.next = web::cut_page(records, limit, &RunRecord::run_id);
  std::vector<Uuid> persons;
  for (const auto& run : records) persons.push_back(run.person_id);
  std::unordered_map<Uuid, people::PersonRow> known;
  for (auto& row : people::rows(ctx, persons)) known.emplace(row.id, row);
  for (const auto& run : records) {
    if (!known.contains(run.person_id)) continue;
    page.items.push_back(
        {run.run_id, known.at(run.person_id), run.step_id, run.state,
         run.state == RunState::active ? std::optional(run.wakes_at) : std::nullopt,
         run.error.empty() ? std::nullopt : std::optional(run.error)});
  }
  return page;
}

Result<WebhookSecret> get_journey_webhook_secret(Ctx& ctx, const web::Path<web::IdPath>& path) {
  if (!ctx.tx().maybe<JourneyRecord>(kJourneyOne, path->id))
    return not_found("This journey does not exist any more.");
  trust::record(ctx, trust::AuditEntry{"journey.show_secret", "journey", path->id});
  return WebhookSecret{webhook_secret(ctx.base, ctx.tenant, path->id)};
}

}  // namespace varde::outreach
