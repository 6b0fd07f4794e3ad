#include "outreach/campaign/campaign.hpp"

#include "outreach/campaign/restore_sql.hpp"

namespace varde::outreach {

using namespace trust::declare;

namespace {
void hold_campaigns(trust::Restoring& r) {
  r.run(store::kRestoreDropBegunCampaigns);
  r.run(store::kRestoreKeepBegunCampaigns);
  auto paused = r.run(store::kRestorePauseCampaigns,
                      {r.note() + " See what has been sent since, then resume it or cancel it."});
  auto drafts = r.run(store::kRestoreDraftCampaigns,
                      {r.note() + " It is a draft again: see when it is to be sent."});
  r.held("campaigns stopped", paused + drafts);
}
}  // namespace

std::vector<trust::Table> campaign_tables() {
  std::vector<trust::Table> out{
      settings("campaign",
               {"tenant_id",
                "campaign_id",
                "name",
                "state",
                "subject",
                "preheader",
                "from_name",
                "from_email",
                "reply_to",
                "document",
                "audience",
                "purpose_id",
                "service_reason",
                "opens_counted",
                "provider_id",
                "time_mode",
                "track_opens",
                "track_clicks",
                "scheduled_at",
                "started_at",
                "finished_at",
                "prepared_to",
                "prepared",
                "recipients",
                "skipped_suppressed",
                "skipped_no_consent",
                "skipped_no_address",
                "error",
                "runner",
                "runner_until",
                "created_by",
                "version",
                "created_at",
                "updated_at",
                "channel",
                "text"},
               goes_back().with_jobs({"campaign."}).merge([](trust::Restoring& r) {
                 hold_campaigns(r);
               })),
      {.name = "chunk",
       .holds = "Who a campaign goes to, while it is sent",
       .columns = {nothing_personal({"tenant_id", "number", "due_at", "done", "accepted",
                                     "deferred", "failed", "skipped"}),
                   pseudonyms({"person_ids"}), behaviour({"campaign_id"})},
       .erased = outlives_persons("random ids that lead to nobody any more"),
       .kept = until_contract_ends(),
       .shown = under({"planned"}),
       .at_end = left_behind("the program's own bookkeeping of a campaign while it is sent"),
       .restored = joined("how far campaigns have come")},
  };
  return out;
}

}  // namespace varde::outreach
