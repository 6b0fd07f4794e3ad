#include "messaging/sms/sms.hpp"

#include "messaging/sms/restore_sql.hpp"
#include "messaging/sms/store.hpp"

namespace varde::messaging {

using namespace trust::declare;

std::vector<trust::Table> sms_tables() {
  std::vector<trust::Table> out{
      {.name = "sms",
       .holds = "SMS, with their text",
       .columns = {nothing_personal({"tenant_id", "sms_id", "urgent", "provider_id", "captured",
                                     "runner", "runner_until"}),
                   pseudonyms({"person_id", "reference", "external_id"}),
                   behaviour({"kind", "ref_id", "state", "reason", "attempts", "segments", "due_at",
                              "at", "created_at"}),
                   sealed(sms::store::kSmsText)},
       .erased = deletes_by("person_id"),
       .kept = by_rule("sms"),
       .shown = under({"sms"}),
       .at_end = taken_along(),
       .restored =
           joined("what was sent is sent").with_jobs({"sms."}).settle([](trust::Restoring& r) {
             r.held("messages dropped", r.run(store::kRestoreSkipSms));
           })},
      {.name = "sms_reply",
       .holds = "Hashes of callbacks that were taken",
       .columns = {nothing_personal({"tenant_id", "provider_id"}), pseudonyms({"external_id"}),
                   behaviour({"at"})},
       .erased = outlives_persons("that a callback was taken: no person, no text"),
       .kept = for_days(30),
       .shown = not_shown("that a callback was taken: no person, no text"),
       .at_end = left_behind("hashes of callbacks that were taken already"),
       .restored = joined("replies that were taken are not taken again")},
  };
  return out;
}

}  // namespace varde::messaging
