#include "outreach/form/form.hpp"
#include "outreach/journey/internal.hpp"
#include "outreach/journey/store_sql.hpp"
#include "trust/names.hpp"
#include "trust/uses.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;

std::vector<trust::Attention> journeys_attention(Ctx& ctx) {
  auto failing = ctx.tx().one<std::int64_t>(kJourneyFailing);
  if (failing == 0) return {};
  return {{"journey_failing", "Some journeys have steps that fail.", "/journeys", failing}};
}

void take_back_clicks(Ctx& ctx, const Uuid& campaign, const Uuid& person, Timestamp since) {
  ctx.tx().later(kJourneyTakeBack, campaign, TriggerKind::link_clicked, person, since);
}

std::vector<trust::LiveUpdate> live_journeys(Ctx& ctx, Timestamp since) {
  return ctx.tx().all<trust::LiveUpdate>(kJourneyLive, Uuid::floor_of(since));
}

void add_journey_hooks(trust::Base& base) {
  base.extensions.add(people::SubjectHook{write_journeys});
  trust::add_names(base, kJourneyNames);
  trust::add_uses(base, "the journey", kJourneyUses);
  base.extensions.add(people::SavedHook{[](Ctx& ctx,
                                           const std::vector<people::SavedEvent>& events) {
    if (ctx.actor.kind == trust::ActorKind::journey) return;  // a journey does not start journeys
    std::vector<Trigger> triggers;
    for (const auto& event : events) {
      for (const auto& list : event.lists_joined)
        triggers.push_back({TriggerKind::list_joined, list, event.person_id, Uuid::make(), {}, 0});
      for (const auto& attribute : event.attributes_changed)
        triggers.push_back(
            {TriggerKind::attribute_changed, attribute, event.person_id, Uuid::make(), {}, 0});
    }
    if (!triggers.empty()) fire(ctx, triggers);
  }});
  base.extensions.add(SubmittedHook{
      [](Ctx& ctx, const Uuid& form, const Uuid& person, const Uuid& answer, int flags) {
        fire(ctx, {{TriggerKind::form_submitted, form, person, answer, {}, flags}});
      }});
}

void add_journey_jobs(trust::Base& base, jobs::Workers& workers) {
  workers.handle("journey.run",
                 [&base](const jobs::Job& job) { return run_journeys(base, *job.tenant_id); });
  workers.handle("journey.webhook",
                 [&base](const jobs::Job& job) { return call_webhooks(base, *job.tenant_id); });
  workers.handle("journey.scan", [&base](const jobs::Job&) -> Result<jobs::Outcome> {
    auto tx = base.database.system();
    auto tenants = tx.all<Uuid>(kJourneyTenants);
    tx.commit();
    for (const auto& tenant : tenants) {
      if (jobs::Workers::stopping()) break;
      scan_tenant(base, tenant);
    }
    return jobs::Outcome::done();
  });
  workers.schedule({"journey.scan", std::chrono::seconds(30)});
}

}  // namespace varde::outreach
