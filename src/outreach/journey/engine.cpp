// Runs: who enters a journey, and what moves them from step to step.
#include "outreach/journey/internal.hpp"
#include "outreach/journey/store_sql.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;

void wake(Ctx& ctx) {
  jobs::enqueue(ctx.tx(), {.kind = "journey.run",
                           .tenant_id = ctx.tenant,
                           .unique_key = "journey:" + ctx.tenant.str()});
}

void enter(Ctx& ctx, const std::vector<NewRun>& runs) {
  if (runs.empty()) return;
  ctx.tx().insert_many("journey_run", runs,
                       "ON CONFLICT (tenant_id, journey_id, person_id, entry_key) DO NOTHING");
  std::vector<people::Activity> activities;
  for (const auto& run : runs)
    activities.push_back({run.person_id, people::ActivityKind::journey, run.journey_id,
                          std::nullopt, run.flags, std::nullopt, std::nullopt});
  people::record_activity(ctx, activities);
  wake(ctx);
}

NewRun new_run(Ctx& ctx, const Plan& plan, const Uuid& person, const std::string& occasion,
               int flags, const std::string& zone) {
  auto at = now();
  // A click of the demo is nobody's scanner: it does not wait.
  bool clicked = plan.record.trigger_kind == TriggerKind::link_clicked;
  auto earliest = clicked && flags == 0 ? at + kScannersRound : at;
  const auto* first = plan.find(plan.record.start);
  return {ctx.tenant,
          Uuid::make(),
          plan.record.journey_id,
          person,
          plan.record.start,
          plan.record.reentry ? occasion : "once",
          std::max(first ? due(*first, at, zone) : at, earliest),
          flags,
          at};
}

void change_all(Ctx& ctx, const Group& group,
                const std::function<void(people::PersonChange&)>& fill) {
  std::vector<people::PersonChange> changes;
  for (const auto& person : group.persons()) {
    people::PersonChange change;
    change.person_id = person;
    fill(change);
    changes.push_back(std::move(change));
  }
  people::save(ctx, changes,
               {.proof = people::Proof::rule(),
                .source = "journey " + group.plan->record.name,
                .ref_id = group.plan->record.journey_id,
                .flags = group.runs.front()->flags});
}

void fire(Ctx& ctx, const std::vector<Trigger>& triggers) {
  std::map<TriggerKind, std::set<Uuid>> refs;
  for (const auto& trigger : triggers) refs[trigger.kind].insert(trigger.ref);
  std::vector<std::pair<TriggerKind, Plan>> plans;
  for (const auto& [kind, set] : refs)
    for (auto& record : ctx.tx().all<JourneyRecord>(kJourneyByTrigger, kind,
                                                    std::vector<Uuid>(set.begin(), set.end())))
      plans.emplace_back(kind, plan_of(record));
  if (plans.empty()) return;
  auto zone = trust::tenant_settings(ctx).time_zone;
  std::vector<NewRun> runs;
  for (const auto& trigger : triggers)
    for (const auto& [kind, plan] : plans) {
      if (kind != trigger.kind || plan.record.trigger_ref != trigger.ref) continue;
      if (kind == TriggerKind::link_clicked && plan.trigger.link_no &&
          plan.trigger.link_no != trigger.link_number)
        continue;
      runs.push_back(
          new_run(ctx, plan, trigger.person, trigger.occasion.str(), trigger.flags, zone));
    }
  // A trigger on a value ("city becomes Oslo") looks at the persons as saved.
  std::map<Uuid, const Plan*> on_value;
  for (const auto& [kind, plan] : plans)
    if (kind == TriggerKind::attribute_changed && plan.trigger.value &&
        !plan.trigger.value->is_null())
      on_value[plan.record.journey_id] = &plan;
  std::set<Uuid> asked;
  for (const auto& run : runs)
    if (on_value.contains(run.journey_id)) asked.insert(run.person_id);
  std::map<Uuid, people::Person> persons;
  for (auto& person : people::load(ctx, {asked.begin(), asked.end()}))
    persons.emplace(person.id, std::move(person));
  std::erase_if(runs, [&](const NewRun& run) {
    auto plan = on_value.find(run.journey_id);
    if (plan == on_value.end()) return false;
    auto person = persons.find(run.person_id);
    if (person == persons.end() || !plan->second->record.trigger_ref) return true;
    auto value = person->second.attributes.find(*plan->second->record.trigger_ref);
    return value == person->second.attributes.end() ||
           value->second != *plan->second->trigger.value;
  });
  enter(ctx, runs);
}

namespace {

// Moves up to kJourneyBatch due runs of a tenant one step on. Returns how many.
std::size_t run_batch(Ctx& ctx) {
  auto due_runs = ctx.tx().all<RunRecord>(kJourneyDueRuns, now(), kJourneyBatch);
  if (due_runs.empty()) {
    ctx.rollback();
    return 0;
  }
  auto zone = trust::tenant_settings(ctx).time_zone;
  std::set<Uuid> ids;
  for (const auto& run : due_runs) ids.insert(run.journey_id);
  std::map<Uuid, Plan> plans;
  for (auto& record :
       ctx.tx().all<JourneyRecord>(kJourneyByIds, std::vector<Uuid>(ids.begin(), ids.end())))
    plans.emplace(record.journey_id, plan_of(record));
  // Restricted persons are stored and nothing else: their runs stand still.
  std::map<std::pair<Uuid, std::string>, Group> groups;
  std::vector<Uuid> ended;
  for (const auto& run : due_runs) {
    auto& plan = plans.at(run.journey_id);
    const auto* step = plan.find(run.step_id);
    if (step == nullptr) {
      ended.push_back(run.run_id);
      continue;
    }
    auto& group = groups[{run.journey_id, run.step_id}];
    group.plan = &plan;
    group.step = step;
    group.runs.push_back(&run);
  }
  if (!ended.empty())
    ctx.tx().later(kJourneyMoveRuns, ended, std::string(), now(), RunState::finished);
  for (auto& [where, group] : groups) {
    std::vector<Uuid> run_ids;
    std::vector<StepDone> done;
    for (const auto* run : group.runs) {
      run_ids.push_back(run->run_id);
      done.push_back(
          {ctx.tenant, run->run_id, run->step_id, run->journey_id, run->person_id, now()});
    }
    auto performed = behaviour_of(group.step->kind).perform(ctx, group);
    if (!performed) {
      ctx.tx().later(kJourneyFailRuns, run_ids, performed.error().message.substr(0, 300));
      continue;
    }
    // Its key is the last guard against a step done twice: a second row would undo this whole
    // transaction.
    ctx.tx().insert_many("journey_step_done", done);
    std::map<std::string, std::vector<Uuid>> onward;
    for (const auto* run : group.runs) {
      auto next = group.step->kind == StepKind::branch
                      ? (performed->contains(run->person_id) ? target(group.step->yes)
                                                             : target(group.step->no))
                      : target(group.step->next);
      onward[next].push_back(run->run_id);
    }
    for (const auto& [next, runs] : onward) {
      const auto* step = next.empty() ? nullptr : group.plan->find(next);
      ctx.tx().later(kJourneyMoveRuns, runs, next, step ? due(*step, now(), zone) : now(),
                     step ? RunState::active : RunState::finished);
    }
  }
  ctx.commit();
  return due_runs.size();
}

}  // namespace

Result<jobs::Outcome> run_journeys(trust::Base& base, const Uuid& tenant) {
  while (true) {
    if (jobs::Workers::stopping()) return jobs::Outcome::again(now());
    Ctx ctx(base, tenant, {trust::ActorKind::journey, {}});
    std::size_t count = 0;
    try {
      count = run_batch(ctx);
    } catch (const db::SqlError& e) {
      if (!e.is_unique_violation() && !e.is_retryable()) throw;
      ctx.rollback();
      continue;  // somebody changed one of these persons meanwhile: read again
    }
    if (count > 0) continue;
    auto next = ctx.tx().query(kJourneyNextWake).get<std::optional<Timestamp>>(0, 0);
    return next ? jobs::Outcome::again(std::max(*next, now())) : jobs::Outcome::done();
  }
}

}  // namespace varde::outreach
