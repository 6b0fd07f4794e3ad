#include "outreach/journey/api.hpp"

namespace varde::outreach {

using trust::Right;

void add_journey_routes(trust::Api& api) {
  auto access = [](Right right) { return static_cast<int>(right); };
  api.add({"GET", "/api/v1/journeys", "listJourneys", "Journeys with their counts",
           access(Right::campaigns_read)},
          list_journeys);
  api.add({"POST", "/api/v1/journeys", "createJourney", "Adds a journey, as a draft",
           access(Right::journeys_write), 1 << 20},
          create_journey);
  api.add(
      {"GET", "/api/v1/journeys/{id}", "getJourney", "One journey", access(Right::campaigns_read)},
      get_journey);
  api.add({"PATCH", "/api/v1/journeys/{id}", "updateJourney",
           "Changes a journey; runs under way go on with the new steps",
           access(Right::journeys_write), 1 << 20},
          update_journey);
  api.add({"DELETE", "/api/v1/journeys/{id}", "deleteJourney",
           "Removes a journey; runs under way end", access(Right::journeys_write)},
          delete_journey);
  api.add({"POST", "/api/v1/journeys/{id}/start", "startJourney",
           "Lets persons enter, and runs go on", access(Right::journeys_write)},
          start_journey);
  api.add({"POST", "/api/v1/journeys/{id}/pause", "pauseJourney", "Nobody enters, runs stand still",
           access(Right::journeys_write)},
          pause_journey);
  api.add({"GET", "/api/v1/journeys/{id}/steps", "getJourneySteps",
           "How many are at and went through each step", access(Right::campaigns_read)},
          get_journey_steps);
  api.add({"POST", "/api/v1/journeys/{id}/dry-run", "dryRunJourney",
           "What would happen to one person, without doing it", access(Right::campaigns_read)},
          dry_run_journey);
  api.add({"GET", "/api/v1/journeys/{id}/runs", "listJourneyRuns", "Who is where",
           access(Right::persons_read)},
          list_journey_runs);
  api.add(web::fresh({"GET", "/api/v1/journeys/{id}/webhook-secret", "getJourneyWebhookSecret",
                      "The secret that signs this journey's webhooks (Standard Webhooks)",
                      access(Right::settings_manage)}),
          get_journey_webhook_secret);
}

}  // namespace varde::outreach
