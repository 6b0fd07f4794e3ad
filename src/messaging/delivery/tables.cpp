#include "messaging/delivery/delivery.hpp"

#include "messaging/delivery/restore_sql.hpp"
#include "messaging/delivery/store.hpp"

namespace varde::messaging {

using namespace trust::declare;

std::vector<trust::Table> delivery_tables() {
  std::vector<trust::Table> out{
      {.name = "suppression",
       .holds = "Addresses that must not be written to",
       .columns = {nothing_personal({"tenant_id", "channel"}), pseudonyms({"address_hash"}),
                   behaviour({"reason", "at", "unsubscribed_at", "stopped"})},
       .erased = outlives_persons("a keyed hash, so that the address is left alone"),
       .kept = until_contract_ends(),
       .shown = under({"suppressions"}),
       .at_end = taken_along(),
       .restored = joined("who must not be written to any more")},
      {.name = "delivery",
       .holds = "What was sent to whom",
       .columns = {nothing_personal({"tenant_id", "chunk"}),
                   pseudonyms({"recipient_id", "person_id"}),
                   behaviour({"source_id", "state", "attempts", "at", "retry_at", "code", "bounce",
                              "bounced_at"})},
       .erased = deletes_by("person_id"),
       .kept = by_rule("deliveries"),
       .shown = under({"messages"}),
       .at_end = taken_along(),
       .restored = joined("what was sent is sent")},
      settings("link", {"tenant_id", "source_id", "number", "url", "label"},
               joined("links in messages that were sent lead somewhere")),
      {.name = "outbox",
       .holds = "Single messages",
       .columns = {nothing_personal({"tenant_id", "message_id"}), pseudonyms({"person_id"}),
                   behaviour(
                       {"source_kind", "source_id", "state", "attempts", "due_at", "created_at"}),
                   sealed(store::kSingleMessage)},
       .erased = deletes_by("person_id"),
       .kept = until_person_goes(),
       .shown = under({"single_messages"}),
       .at_end = taken_along(),
       .restored =
           joined("what was sent is sent").with_jobs({"outreach."}).settle([](trust::Restoring& r) {
             r.held("messages dropped", r.run(store::kRestoreDropOutbox));
           })},
  };
  return out;
}

}  // namespace varde::messaging
