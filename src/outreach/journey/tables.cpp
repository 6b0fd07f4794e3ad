#include "outreach/journey/journey.hpp"

#include "outreach/journey/restore_sql.hpp"
#include "outreach/journey/store.hpp"

namespace varde::outreach {

using namespace trust::declare;

std::vector<trust::Table> journey_tables() {
  std::vector<trust::Table> out{
      settings(
          "journey",
          {"tenant_id", "journey_id", "name", "state", "trigger", "trigger_kind", "trigger_ref",
           "steps", "start", "reentry", "version", "checked_at", "created_at", "updated_at"},
          goes_back().with_jobs({"journey."}).merge([](trust::Restoring& r) {
            r.held("journeys paused", r.run(store::kRestorePauseJourneys));
          })),
      {.name = "journey_run",
       .holds = "How far a person is on a journey",
       .columns = {nothing_personal({"tenant_id", "run_id", "attempts", "error", "flags"}),
                   pseudonyms({"person_id"}),
                   behaviour({"journey_id", "step_id", "state", "entry_key", "wakes_at",
                              "entered_at", "outside_at"})},
       .erased = deletes_by("person_id"),
       .kept = until_person_goes(),
       .shown = under({"journeys"}),
       .at_end = taken_along(),
       .restored = joined("who was on a journey does not begin it again")},
      {.name = "journey_step_done",
       .holds = "What a journey did for a person",
       .columns = {nothing_personal({"tenant_id", "run_id"}), pseudonyms({"person_id"}),
                   behaviour({"step_id", "journey_id", "at"})},
       .erased = deletes_by("person_id"),
       .kept = until_person_goes(),
       .shown = under({"journey_steps"}),
       .at_end = taken_along(),
       .restored = joined("what a journey did it does not do again")},
      {.name = "webhook_call",
       .holds = "What was told to other systems",
       .columns = {nothing_personal(
                       {"tenant_id", "call_id", "url", "state", "attempts", "due_at", "code"}),
                   pseudonyms({"person_id"}), behaviour({"journey_id"}),
                   sealed(store::kWebhookBody)},
       .erased = deletes_by("person_id"),
       .kept = until_person_goes(),
       .shown = under({"webhooks"}),
       .at_end = taken_along(),
       .restored = joined("what was called is called").settle([](trust::Restoring& r) {
         r.held("messages dropped", r.run(store::kRestoreGiveUpCalls));
       })},
  };
  return out;
}

}  // namespace varde::outreach
